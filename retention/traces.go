package retention

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"parley/ent/id"
	"parley/ent/raw"
	"parley/eventlog"
)

// What threads leave outside of their own rows: usage, which stays without them; notices about failing endpoints, which quote
// what came back for an event; and copies of a contact on the customer.

const (
	hour = 60 * 60 * 1000 // in milliseconds
	// maxName is how many characters the name of a customer has at most.
	maxName = 200
)

// used is what a model of an agent used within an hour.
type used struct {
	agentID, provider, model string
	hour                     int64
}

// addUsageSQL adds to an hour.
const addUsageSQL = `INSERT INTO erased_usages (id, workspace_id, created_at, agent_id, provider, model, steps, input_tokens,
	cached_tokens, output_tokens, thinking_tokens) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (workspace_id, created_at, agent_id, provider, model) DO UPDATE SET steps = erased_usages.steps + excluded.steps,
	input_tokens = erased_usages.input_tokens + excluded.input_tokens, cached_tokens = erased_usages.cached_tokens + excluded.cached_tokens,
	output_tokens = erased_usages.output_tokens + excluded.output_tokens, thinking_tokens = erased_usages.thinking_tokens + excluded.thinking_tokens`

// dropSteps deletes up to limit steps of threads, and keeps what they used, by agent, model and hour.
func (s *Service) dropSteps(ctx context.Context, tx *eventlog.Tx, gone rows, workspace string, threads any, limit int) (int, error) {
	var steps []string
	sums := map[used][5]int64{}
	query := fmt.Sprintf(`SELECT s.id, t.agent_id, s.provider, s.model, s.created_at, s.input_tokens, s.cached_tokens, s.output_tokens, s.thinking_tokens
		FROM steps s JOIN threads t ON t.id = s.thread_id WHERE {+}s.workspace_id = $1 AND s.thread_id {in 2} ORDER BY s.id LIMIT %d`, limit)
	err := s.scan(ctx, tx.Client(), query, []any{workspace, threads}, func(row eventlog.Row) error {
		var stepID string
		var u used
		var input, cached, output, thinking int64
		err := row.Scan(&stepID, &u.agentID, &u.provider, &u.model, &u.hour, &input, &cached, &output, &thinking)
		u.hour -= u.hour % hour
		sum := sums[u]
		for i, n := range []int64{1, input, min(cached, input), output, thinking} {
			sum[i] += n
		}
		sums[u], steps = sum, append(steps, stepID)
		return err
	})
	if err != nil || len(steps) == 0 {
		return 0, err
	}
	// In one order, so that two who add to the same hours wait for each other.
	for _, u := range slices.SortedFunc(maps.Keys(sums), func(a, b used) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }) {
		sum := sums[u]
		_, err := s.exec(ctx, tx, addUsageSQL, id.New(id.ErasedUsage), workspace, u.hour, u.agentID, u.provider, u.model,
			sum[0], sum[1], sum[2], sum[3], sum[4])
		if err != nil {
			return 0, err
		}
	}
	return s.drop(ctx, tx, gone, "steps", "{+}workspace_id = $1 AND id {in 2}", limit, workspace, s.list(steps))
}

// dropNotices deletes the events about failing integrations that quote what came back for an event that is gone, with their
// deliveries, and says whether there are more. It comes when the events of threads are deleted; who is giving notice holds the
// integration, and reads no attempt that is deleted by now.
func (s *Service) dropNotices(ctx context.Context, tx *eventlog.Tx, gone rows, workspace string) (more bool, err error) {
	if _, err := s.ids(ctx, tx.Client(), `SELECT id FROM integrations WHERE workspace_id = $1 ORDER BY id {lock beside}`, workspace); err != nil {
		return false, err
	}
	quoting := map[string][]string{} // notices by the event that they quote
	const find = `SELECT id, body FROM events WHERE {+}workspace_id = $1 AND thread_id IS NULL
		AND type IN ('` + eventlog.IntegrationFailing + `', '` + eventlog.IntegrationDisabled + `')`
	err = s.scan(ctx, tx.Client(), find, []any{workspace}, func(row eventlog.Row) error {
		var noticeID, text string
		var body struct {
			Data struct{ Failure *eventlog.IntegrationFailure }
		}
		if err := row.Scan(&noticeID, &text); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			return fmt.Errorf("read %s: %w", noticeID, err)
		}
		if f := body.Data.Failure; f != nil && f.EventID != nil {
			quoting[*f.EventID] = append(quoting[*f.EventID], noticeID)
		}
		return nil
	})
	if err != nil || len(quoting) == 0 {
		return false, err
	}
	there, err := s.ids(ctx, tx.Client(), `SELECT id FROM events WHERE {+}workspace_id = $1 AND id {in 2}`, workspace, s.list(slices.Collect(maps.Keys(quoting))))
	if err != nil {
		return false, err
	}
	for _, eventID := range there {
		delete(quoting, eventID)
	}
	notices := slices.Concat(slices.Collect(maps.Values(quoting))...)
	if len(notices) == 0 {
		return false, nil
	}
	deliveries, err := s.ids(ctx, tx.Client(), `SELECT id FROM deliveries WHERE {+}workspace_id = $1 AND event_id {in 2} LIMIT 500`, workspace, s.list(notices))
	if err != nil {
		return false, err
	}
	if len(deliveries) > 0 {
		_, _, err = s.dropDeliveries(ctx, tx, gone, workspace, deliveries, "TRUE")
		return true, err
	}
	_, err = s.drop(ctx, tx, gone, "events", "{+}workspace_id = $1 AND id {in 2}", batch/2, workspace, s.list(notices))
	return true, err
}

// forgetContacts takes from customers what they have of the contacts of threads: the copy itself, and name, e-mail address and
// phone number where they are the same, unless another thread of the customer has them too.
func (s *Service) forgetContacts(ctx context.Context, tx *eventlog.Tx, workspace string, threads []string) error {
	type given struct {
		customerID string
		contact    raw.JSON
	}
	var all []given
	err := s.scan(ctx, tx.Client(), `SELECT customer_id, contact FROM threads WHERE {+}workspace_id = $1 AND id {in 2} AND contact <> '' ORDER BY customer_id, id`,
		[]any{workspace, s.list(threads)}, func(row eventlog.Row) error {
			var g given
			err := row.Scan(&g.customerID, &g.contact)
			all = append(all, g)
			return err
		})
	if err != nil {
		return err
	}
	for _, g := range all {
		if err := s.forgetContact(ctx, tx, workspace, g.customerID, g.contact); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) forgetContact(ctx context.Context, tx *eventlog.Tx, workspace, customerID string, contact raw.JSON) error {
	elsewhere := map[string]bool{}
	err := s.scan(ctx, tx.Client(), `SELECT contact FROM threads WHERE workspace_id = $1 AND customer_id = $2 AND erased_at IS NULL AND contact <> ''`,
		[]any{workspace, customerID}, func(row eventlog.Row) error {
			var other raw.JSON
			err := row.Scan(&other)
			elsewhere[string(other)] = true
			for _, value := range values(other) {
				elsewhere[value] = true
			}
			return err
		})
	if err != nil {
		return err
	}
	mine := values(contact)
	if name := []rune(mine["name"]); len(name) > maxName {
		mine["name"] = string(name[:maxName]) // as the customer has it
	}
	for column, value := range map[string]string{"contact": string(contact), "name": mine["name"], "email": mine["email"], "phone": mine["phone"]} {
		if value == "" || elsewhere[value] {
			continue
		}
		query := fmt.Sprintf(`UPDATE customers SET %[1]s = '' WHERE workspace_id = $1 AND id = $2 AND %[1]s = $3`, column)
		if _, err := s.exec(ctx, tx, query, workspace, customerID, value); err != nil {
			return err
		}
	}
	return nil
}

// values are the texts and numbers of a contact by their names.
func values(contact raw.JSON) map[string]string {
	var fields map[string]any
	if contact.Decode(&fields) != nil {
		return nil
	}
	texts := map[string]string{}
	for name, value := range fields {
		if value != nil {
			texts[name] = fmt.Sprint(value)
		}
	}
	return texts
}
