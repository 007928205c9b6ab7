package dialogue

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/customer"
	"parley/ent/raw"
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

// readTurn reads a turn of a thread with its surroundings. The thread's row must be of the same moment or older.
func readTurn(ctx context.Context, client *ent.Client, t *ent.Thread, turnID string) (*ent.Turn, surroundings, error) {
	q := client.Turn.Query().Where(turn.ID(turnID))
	q.Modify(func(s *sql.Selector) {
		aroundThread(s, t)
		object := "json_object"
		if s.Dialect() == dialect.Postgres {
			object = "json_build_object"
		}
		s.AppendSelectExprAs(sub(`(SELECT COUNT(*) FROM (SELECT 1 FROM reminders WHERE thread_id = ? AND workspace_id = ? LIMIT 1) AS r)`,
			t.ID, t.WorkspaceID), remindedColumn)
		s.AppendSelectExprAs(sub(`(SELECT COUNT(*) FROM (SELECT 1 FROM events WHERE thread_id = ? AND workspace_id = ?
			AND type = 'tag.removed' LIMIT 1) AS e)`, t.ID, t.WorkspaceID), loweredColumn)
		s.AppendSelectExprAs(sub(`(SELECT CAST(`+object+`('id', id, 'externalId', external_id, 'name', name, 'email', email, 'phone', phone,
			'metadata', metadata) AS text) FROM customers WHERE id = ? AND workspace_id = ?)`, t.CustomerID, t.WorkspaceID), customerColumn)
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
	var c struct {
		ID, Name, Email, Phone, Metadata string
		ExternalID                       *string
	}
	text, err := textOf(tn.Value, customerColumn)
	if err == nil {
		err = json.Unmarshal([]byte(text), &c)
	}
	if err != nil {
		return nil, around, fmt.Errorf("read the customer of %s: %w", t.ID, err)
	}
	around.customer = &ent.Customer{ID: c.ID, WorkspaceID: t.WorkspaceID, ExternalID: c.ExternalID, Name: c.Name, Email: c.Email,
		Phone: c.Phone, Metadata: raw.JSON(c.Metadata)}
	return tn, around, nil
}

// readCustomer reads the customer of a thread with what decides about the customer's next message.
func readCustomer(ctx context.Context, client *ent.Client, t *ent.Thread) (surroundings, error) {
	q := client.Customer.Query().Where(customer.ID(t.CustomerID))
	q.Modify(func(s *sql.Selector) {
		aroundThread(s, t)
		s.AppendSelectExprAs(sub(`(SELECT id FROM turns WHERE thread_id = ? AND workspace_id = ? AND state <> 'ENDED')`,
			t.ID, t.WorkspaceID), liveColumn)
		s.AppendSelectExprAs(sub(`(SELECT COUNT(*) FROM reminders WHERE thread_id = ? AND workspace_id = ? AND state = 'PENDING'
			AND kind = 'FOLLOW_UP')`, t.ID, t.WorkspaceID), followedColumn)
	})
	c, err := q.Only(ctx)
	if err != nil {
		return surroundings{}, fmt.Errorf("find the customer: %w", err)
	}
	around, err := surroundingsOf(c.Value)
	if err != nil {
		return around, err
	}
	around.customer = c
	if around.live, err = textOf(c.Value, liveColumn); err != nil {
		return around, err
	}
	around.followed, err = anyOf(c.Value, followedColumn)
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
