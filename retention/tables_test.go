package retention

import (
	"slices"
	"testing"

	"entgo.io/ent/dialect/sql/schema"

	"parley/ent/migrate"
)

// A table that a workspace has rows in, and that its erasure does not know, would keep them.
func TestTheErasureOfAWorkspaceKnowsEveryTable(t *testing.T) {
	t.Parallel()
	known := slices.Concat(erasedTables, workspaceTables)
	for i, name := range known {
		if slices.Index(known, name) != i {
			t.Errorf("%s is there twice", name)
		}
	}
	for _, table := range migrate.Tables {
		if slices.ContainsFunc(table.Columns, func(c *schema.Column) bool { return c.Name == "workspace_id" }) != slices.Contains(known, table.Name) {
			t.Errorf("%s has a workspace, and is not erased with it, or the other way round", table.Name)
		}
		for _, key := range table.ForeignKeys {
			from, to := slices.Index(known, table.Name), slices.Index(known, key.RefTable.Name)
			if mutual := key.Symbol == "threads_messages_last_message"; from >= to && !mutual {
				t.Errorf("%s refers to %s, which is deleted before", table.Name, key.RefTable.Name)
			}
		}
	}
}

// A table that has a thread, and that its erasure does not know, would keep what somebody said.
func TestTheErasureOfAThreadKnowsEveryTable(t *testing.T) {
	t.Parallel()
	for _, table := range migrate.Tables {
		if slices.ContainsFunc(table.Columns, func(c *schema.Column) bool { return c.Name == "thread_id" }) && !slices.Contains(erasedTables, table.Name) {
			t.Errorf("%s has a thread, and is not erased with it", table.Name)
		}
	}
}
