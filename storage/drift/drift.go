// Package drift says how the tables that migrations make differ from those of ent/schema, for tests and for whoever writes the next
// migration. The server has no use for it, and does not hold the planner of migrations that it takes.
//
//	missing, err := drift.Of(ctx, db)
package drift

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	entsql "entgo.io/ent/dialect/sql"

	"parley/ent/migrate"
	"parley/ent/viewer"
	"parley/storage"
)

// drifting protects ent's description of the tables, which it changes while it compares.
var drifting sync.Mutex

// Of returns the statements that would still be needed to make the migrated tables equal to ent/schema; empty
// when they are.
func Of(ctx context.Context, db *storage.DB) (string, error) {
	drifting.Lock()
	defer drifting.Unlock()
	var b strings.Builder
	if err := migrate.NewSchema(entsql.OpenDB(db.Dialect, db.SQL)).WriteTo(viewer.SystemContext(ctx, "migrate"), &b); err != nil {
		return "", fmt.Errorf("compare the tables with ent/schema: %w", err)
	}
	known, err := db.Migrations()
	if err != nil {
		return "", err
	}
	var statements []string
	for line := range strings.Lines(b.String()) {
		if s := strings.TrimSpace(line); s != "" && s != "BEGIN;" && s != "COMMIT;" {
			statements = append(statements, s)
		}
	}
	// Postgres rewrites the condition of a partial index, so that ent always wants to replace it. One that a migration
	// made to the letter is as it should be.
	var drift strings.Builder
	for _, s := range statements {
		if madeBy(known, s) || slices.ContainsFunc(statements, func(create string) bool {
			return strings.HasPrefix(s, "DROP INDEX ") && madeBy(known, create) && strings.Contains(create, strings.TrimSuffix(s[len("DROP INDEX "):], ";"))
		}) {
			continue
		}
		drift.WriteString(s + "\n")
	}
	return drift.String(), nil
}

func madeBy(known []string, createIndex string) bool {
	return strings.Contains(createIndex, " WHERE ") &&
		slices.ContainsFunc(known, func(m string) bool { return strings.Contains(m, createIndex) })
}
