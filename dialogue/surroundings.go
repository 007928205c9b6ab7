package dialogue

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/raw"
	"parley/ent/thread"
	"parley/ent/turn"
)

// surroundings are what decides about a verb beside the row that it reads: columns that are read with that row, so that
// one statement, and with Postgres one round trip, brings all.
type surroundings struct {
	tags     []string
	revision int64         // of the agent
	customer *ent.Customer // without its times
	reminded bool          // whether the thread has had reminders
	lowered  bool          // whether a tag was ever taken off the thread
	live     string        // the thread's live turn, if it has one
	followed bool          // whether a follow-up is pending
	said     string        // the message that the thread has already, if it came before
}

const (
	tagsColumn     = "around_tags"
	revisionColumn = "around_revision"
	customerColumn = "around_customer"
	remindedColumn = "around_reminded"
	loweredColumn  = "around_lowered"
	liveColumn     = "around_live"
	followedColumn = "around_followed"
)

// sub is a sub-select in which every ? stands for the next argument.
func sub(query string, args ...any) sql.Querier {
	return sql.ExprFunc(func(b *sql.Builder) {
		for i, part := range strings.Split(query, "?") {
			if i > 0 {
				b.Arg(args[i-1])
			}
			b.WriteString(part)
		}
	})
}

// aroundThread adds the columns that belong to every thread.
func aroundThread(s *sql.Selector, t *ent.Thread) {
	// Names of tags hold no spaces.
	s.AppendSelectExprAs(sub(`(SELECT string_agg(name, ' ') FROM thread_tags WHERE thread_id = ? AND workspace_id = ?)`,
		t.ID, t.WorkspaceID), tagsColumn)
	s.AppendSelectExprAs(sub(`(SELECT revision FROM agents WHERE id = ? AND workspace_id = ?)`, t.AgentID, t.WorkspaceID), revisionColumn)
}

// customerOf is a sub-select of a customer that is not being erased.
func customerOf(s *sql.Selector, workspace, condition string, args ...any) sql.Querier {
	object := "json_object"
	if s.Dialect() == dialect.Postgres {
		object = "json_build_object"
	}
	return sub(`(SELECT CAST(`+object+`('id', id, 'externalId', external_id, 'name', name, 'email', email, 'phone', phone,
		'metadata', metadata) AS text) FROM customers WHERE workspace_id = ? AND `+condition+`)`, append([]any{workspace}, args...)...)
}

// readTurn reads a turn of a thread with its surroundings. The thread's row must be of the same moment or older.
func readTurn(ctx context.Context, client *ent.Client, t *ent.Thread, turnID string) (*ent.Turn, surroundings, error) {
	q := client.Turn.Query().Where(turn.ID(turnID))
	q.Modify(func(s *sql.Selector) {
		aroundThread(s, t)
		s.AppendSelectExprAs(sub(`(SELECT COUNT(*) FROM (SELECT 1 FROM reminders WHERE thread_id = ? AND workspace_id = ? LIMIT 1) AS r)`,
			t.ID, t.WorkspaceID), remindedColumn)
		s.AppendSelectExprAs(sub(`(SELECT COUNT(*) FROM (SELECT 1 FROM events WHERE thread_id = ? AND workspace_id = ?
			AND type = 'tag.removed' LIMIT 1) AS e)`, t.ID, t.WorkspaceID), loweredColumn)
		s.AppendSelectExprAs(customerOf(s, t.WorkspaceID, `id = ?`, t.CustomerID), customerColumn)
	})
	tn, err := q.Only(ctx)
	if err != nil {
		return nil, surroundings{}, err
	}
	around, err := surroundingsOf(tn.Value)
	if err != nil {
		return nil, around, err
	}
	if around.reminded, err = anyOf(tn.Value, remindedColumn); err != nil {
		return nil, around, err
	}
	if around.lowered, err = anyOf(tn.Value, loweredColumn); err != nil {
		return nil, around, err
	}
	if around.customer, err = customerIn(tn.Value, t); err != nil {
		return nil, around, err
	}
	return tn, around, nil
}

// customerIn returns the customer of a thread that was read beside a row. The error of one that is being erased is ent's
// NotFoundError.
func customerIn(value func(string) (ent.Value, error), t *ent.Thread) (*ent.Customer, error) {
	text, err := textOf(value, customerColumn)
	if err == nil && text == "" {
		err = &ent.NotFoundError{} // it is being erased
	}
	var c struct {
		ID, Name, Email, Phone, Metadata string
		ExternalID                       *string
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &c)
	}
	if err != nil {
		return nil, fmt.Errorf("read the customer of %s: %w", t.ID, err)
	}
	return &ent.Customer{ID: c.ID, WorkspaceID: t.WorkspaceID, ExternalID: c.ExternalID, Name: c.Name, Email: c.Email,
		Phone: c.Phone, Metadata: raw.JSON(c.Metadata)}, nil
}

// aroundCustomer adds to a thread's row what decides about the next message of its customer.
func aroundCustomer(workspace string) func(*sql.Selector) {
	return func(s *sql.Selector) {
		of := func(column, condition string) string { return condition + " = " + s.C(column) }
		add := func(column, query string) { s.AppendSelectExprAs(sub(query, workspace), column) }
		add(tagsColumn, `(SELECT string_agg(name, ' ') FROM thread_tags WHERE workspace_id = ? AND `+of(thread.FieldID, `thread_id`)+`)`)
		add(revisionColumn, `(SELECT revision FROM agents WHERE workspace_id = ? AND `+of(thread.FieldAgentID, `id`)+`)`)
		add(liveColumn, `(SELECT id FROM turns WHERE workspace_id = ? AND state <> 'ENDED' AND `+of(thread.FieldID, `thread_id`)+`)`)
		add(followedColumn, `(SELECT COUNT(*) FROM reminders WHERE workspace_id = ? AND state = 'PENDING' AND kind = 'FOLLOW_UP' AND `+
			of(thread.FieldID, `thread_id`)+`)`)
		s.AppendSelectExprAs(customerOf(s, workspace, of(thread.FieldCustomerID, `id`)+` AND erased_at IS NULL`), customerColumn)
	}
}

// readCustomer reads the customer of a thread with what decides about the customer's next message.
func readCustomer(ctx context.Context, client *ent.Client, t *ent.Thread) (surroundings, error) {
	q := client.Thread.Query().Where(thread.ID(t.ID))
	q.Modify(aroundCustomer(t.WorkspaceID))
	row, err := q.Only(ctx)
	if err != nil {
		return surroundings{}, fmt.Errorf("find what is around %s: %w", t.ID, err)
	}
	return aroundIn(row)
}

// aroundIn returns what was read with a thread's row by aroundCustomer.
func aroundIn(row *ent.Thread) (around surroundings, err error) {
	if around, err = surroundingsOf(row.Value); err != nil {
		return around, err
	}
	if around.customer, err = customerIn(row.Value, row); err != nil {
		return around, err
	}
	if around.live, err = textOf(row.Value, liveColumn); err != nil {
		return around, err
	}
	around.followed, err = anyOf(row.Value, followedColumn)
	return around, err
}

// anyOf says whether a number that was read beside a row is not zero.
func anyOf(value func(string) (ent.Value, error), column string) (bool, error) {
	n, err := value(column)
	return n != int64(0), err
}

func surroundingsOf(value func(string) (ent.Value, error)) (surroundings, error) {
	tags, err := textOf(value, tagsColumn)
	if err != nil {
		return surroundings{}, err
	}
	revision, err := value(revisionColumn)
	if err != nil {
		return surroundings{}, err
	}
	n, ok := revision.(int64)
	if !ok {
		return surroundings{}, fmt.Errorf("the thread's agent is gone")
	}
	return surroundings{tags: strings.Fields(tags), revision: n}, nil
}

// textOf returns a text that was read beside a row; null reads as "".
func textOf(value func(string) (ent.Value, error), column string) (string, error) {
	v, err := value(column)
	if err != nil {
		return "", err
	}
	switch text := v.(type) {
	case nil:
		return "", nil
	case string:
		return text, nil
	case []byte:
		return string(text), nil
	}
	return "", fmt.Errorf("%s is a %T", column, v)
}
