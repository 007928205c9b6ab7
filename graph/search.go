package graph

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"parley/ent/customer"
	"parley/ent/message"
	"parley/ent/predicate"
	"parley/ent/thread"
	"parley/invalid"
)

// Threads are searched in one of two ways, since neither is quick for all texts. What occurs often is found by asking one
// thread after the other, in the order of the page, until that is full. What is rare is found first, by an index if there is one
// (docs/configuration.md), and the threads that have it are looked up. A database that has to choose within one statement
// takes all threads to be asked, and reads every message of the workspace.
const (
	// maxSearch bounds the text that threads are searched for, in characters.
	maxSearch = 200
	// Of so many threads, the newest, so many have a text that occurs often.
	searchSample, searchOften = 500, 25
	// searchMost is how many threads may have what is rare; more are asked one after the other.
	searchMost = 2000
)

// textSearch finds threads by what was written in them and by who the customer is. It asks the database only when the statement
// is built that it is a condition of: arguments are read before anybody knows that they hold too many texts.
func (r *Resolver) textSearch(ctx context.Context, text string) ([]predicate.Thread, error) {
	var bad invalid.Error
	bad.Text("where.text", text, 1, maxSearch)
	if err := bad.Err(); err != nil {
		return nil, err
	}
	way := sync.OnceValues(func() (predicate.Thread, error) { return r.wayToSearch(ctx, text) })
	return []predicate.Thread{func(s *sql.Selector) {
		found, err := way()
		if err != nil {
			s.AddError(err)
			s.Where(sql.False())
			return
		}
		found(s)
	}}, nil
}

// wayToSearch returns the condition for threads that have a text.
func (r *Resolver) wayToSearch(ctx context.Context, text string) (predicate.Thread, error) {
	workspaceID := workspaceOf(ctx)
	person := customer.Or(customer.NameContainsFold(text), customer.EmailContainsFold(text), customer.PhoneContains(text))
	// Without NotNil a thread without an external id would neither meet the condition nor its opposite.
	external := thread.And(thread.ExternalIDNotNil(), thread.ExternalIDContainsFold(text))
	customers := thread.HasCustomerWith(customer.WorkspaceID(workspaceID), person)
	often, err := r.occursOften(ctx, workspaceID, text)
	if err != nil {
		return nil, fmt.Errorf("look for a text in the newest threads: %w", err)
	}
	if !often {
		var found []string
		found, err = r.client.Message.Query().Where(message.TextContainsFold(text)).Limit(10 * searchMost).Select(message.FieldThreadID).Strings(ctx)
		few := len(found) < 10*searchMost
		for _, where := range []predicate.Thread{customers, external} {
			if !few || err != nil {
				break
			}
			var more []string
			more, err = r.client.Thread.Query().Where(where).Limit(searchMost + 1).IDs(ctx)
			found, few = append(found, more...), len(more) <= searchMost
		}
		if err != nil {
			return nil, fmt.Errorf("search for a text: %w", err)
		}
		ids := map[string]bool{}
		for _, id := range found {
			ids[id] = true
		}
		if few && len(ids) <= searchMost {
			return thread.IDIn(sortedKeys(ids)...), nil
		}
	}
	oneByOne := func(s *sql.Selector) {
		s.Where(sql.Or(sql.Exists(written(s.Dialect(), workspaceID, s.C(thread.FieldID), text)), sql.Exists(known(s.Dialect(), workspaceID, s.C(thread.FieldCustomerID), person))))
	}
	return thread.Or(oneByOne, external), nil
}

// known selects the customer of a thread if a condition holds for the customer.
func known(dialectName, workspaceID, customerID string, person predicate.Customer) *sql.Selector {
	c := sql.Dialect(dialectName).Table(customer.Table)
	found := sql.Dialect(dialectName).Select(c.C(customer.FieldID)).From(c).
		Where(sql.And(sql.ColumnsEQ(c.C(customer.FieldID), customerID), sql.EQ(c.C(customer.FieldWorkspaceID), workspaceID)))
	person(found)
	return oneAtATime(found)
}

// oneAtATime keeps Postgres from running a subquery for all rows at once, since few rows are asked for.
func oneAtATime(s *sql.Selector) *sql.Selector {
	if s.Dialect() == dialect.Postgres {
		s.Offset(0)
	}
	return s
}

// written selects the messages of a thread that have a text.
func written(dialectName, workspaceID, threadID, text string) *sql.Selector {
	m := sql.Dialect(dialectName).Table(message.Table)
	found := sql.Dialect(dialectName).Select(m.C(message.FieldThreadID)).From(m).Where(sql.And(
		sql.ContainsFold(m.C(message.FieldText), text),
		sql.ColumnsEQ(m.C(message.FieldThreadID), threadID),
		sql.EQ(m.C(message.FieldWorkspaceID), workspaceID),
	))
	return oneAtATime(found)
}

// occursOften says whether many of the newest threads have a text in their messages.
func (r *Resolver) occursOften(ctx context.Context, workspaceID, text string) (bool, error) {
	name := dialect.SQLite
	if r.log.Postgres() {
		name = dialect.Postgres
	}
	threads := sql.Dialect(name).Table(thread.Table)
	newest := sql.Dialect(name).Select(threads.C(thread.FieldID)).From(threads).
		Where(sql.And(sql.EQ(threads.C(thread.FieldWorkspaceID), workspaceID), sql.IsNull(threads.C(thread.FieldErasedAt)))).
		OrderBy(sql.Desc(threads.C(thread.FieldLastActivityAt)), sql.Desc(threads.C(thread.FieldID))).Limit(searchSample).As("newest")
	having := sql.Dialect(name).Select(newest.C(thread.FieldID)).From(newest)
	having.Where(sql.Exists(written(name, workspaceID, newest.C(thread.FieldID), text))).Limit(searchOften).As("having")
	query, args := sql.Dialect(name).Select(sql.Count("*")).From(having).Query()
	rows, err := r.client.QueryContext(ctx, query, args...)
	if err != nil {
		return false, err
	}
	defer func() { _ = rows.Close() }()
	var n int
	if rows.Next() {
		err = rows.Scan(&n)
	}
	return n >= searchOften, errors.Join(err, rows.Err())
}
