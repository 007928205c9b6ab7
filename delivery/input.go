package delivery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"parley/ent"
	"parley/ent/agent"
	"parley/ent/integration"
	"parley/eventlog"
	"parley/outbound"
)

// What an integration may hold at most. A workspace may have MaxIntegrations.
const (
	MaxIntegrations = 50
	maxName         = 200 // bytes, as ent/schema counts
	maxChannel      = 64
	maxEntries      = 100 // of each list
	maxOverlap      = 7 * 24 * time.Hour
)

// InputError says what is wrong with the input of a verb, all of it at once. Nothing was stored.
type InputError struct{ Fields []FieldError }

// FieldError is one field of an input, named as in the API, and why it cannot be taken, without a full stop.
type FieldError struct{ Field, Reason string }

// Error implements error.
func (e *InputError) Error() string {
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = f.Field + ": " + f.Reason
	}
	return "invalid input: " + strings.Join(parts, "; ")
}

func (e *InputError) add(field, format string, args ...any) {
	e.Fields = append(e.Fields, FieldError{field, fmt.Sprintf(format, args...)})
}

// err is e, or nil when nothing was added.
func (e *InputError) err() error {
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}

// checkUpdate holds the given fields of u against the rules and against the agents there are; id is that of the
// integration that is to be changed, empty for a new one.
func (s *Service) checkUpdate(ctx context.Context, client *ent.Client, u Update, id string) error {
	bad := &InputError{}
	if u.Name != nil {
		bad.checkText("name", *u.Name, maxName)
	}
	if u.URL != nil {
		var refused *outbound.URLError
		if err := outbound.CheckURL(*u.URL, s.guard); errors.As(err, &refused) {
			bad.add("url", "%s", refused.Reason)
		}
	}
	if u.EventTypes != nil {
		bad.checkEventTypes(u.EventTypes)
	}
	for _, channel := range bad.bounded("channels", u.Channels) {
		bad.checkText("channels", channel, maxChannel)
	}
	if u.Ordering != nil && integration.OrderingValidator(*u.Ordering) != nil {
		bad.add("ordering", "must be THREAD, FIFO or NONE")
	}
	if u.State != nil && integration.StateValidator(*u.State) != nil {
		bad.add("state", "must be ENABLED or DISABLED")
	}
	if err := bad.checkAgents(ctx, client, u.AgentIDs); err != nil {
		return err
	}
	if id == "" {
		n, err := client.Integration.Query().Where(integration.DeletedAtIsNil()).Count(ctx)
		if err != nil {
			return fmt.Errorf("count integrations: %w", err)
		}
		if n >= MaxIntegrations {
			bad.add("name", "the workspace has %d integrations, which is the limit: delete one first", n)
		}
	}
	return bad.err()
}

func (e *InputError) checkText(field, text string, most int) {
	switch {
	case strings.TrimSpace(text) == "":
		e.add(field, "must not be empty")
	case len(text) > most:
		e.add(field, "has %d bytes, at most %d are allowed", len(text), most)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }):
		e.add(field, "must not contain control characters")
	}
}

// bounded returns the list, or nothing when it is too long to be looked at.
func (e *InputError) bounded(field string, list []string) []string {
	if len(list) > maxEntries {
		e.add(field, "has %d entries, at most %d are allowed", len(list), maxEntries)
		return nil
	}
	return list
}

func (e *InputError) checkEventTypes(patterns []string) {
	if len(patterns) == 0 {
		e.add("eventTypes", "must name at least one type; * means all")
	}
	for _, pattern := range e.bounded("eventTypes", patterns) {
		if !slices.ContainsFunc(eventlog.WebhookTypes, func(t string) bool { return eventlog.Matches(pattern, t) }) {
			e.add("eventTypes", "%.60q matches no event type; they are %s, and patterns such as contact.* or *",
				pattern, strings.Join(eventlog.WebhookTypes, ", "))
		}
	}
}

func (e *InputError) checkAgents(ctx context.Context, client *ent.Client, ids []string) error {
	ids = e.bounded("agentIds", ids)
	if len(ids) == 0 {
		return nil
	}
	known, err := client.Agent.Query().Where(agent.IDIn(ids...), agent.DeletedAtIsNil()).IDs(ctx)
	if err != nil {
		return fmt.Errorf("find agents: %w", err)
	}
	for _, id := range ids {
		if !slices.Contains(known, id) {
			e.add("agentIds", "there is no agent %.60q", id)
		}
	}
	return nil
}
