package delivery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/agent"
	"parley/ent/integration"
	"parley/eventlog"
	"parley/invalid"
	"parley/outbound"
)

// What an integration may hold at most. A workspace may have MaxIntegrations.
const (
	MaxIntegrations = 1000
	maxName         = 200 // characters
	maxChannel      = 64
	maxEntries      = 100 // of each list
	maxOverlap      = 7 * 24 * time.Hour
)

// checkUpdate holds the given fields of u against the rules and against the agents there are; id is that of the
// integration that is to be changed, empty for a new one.
func (s *Service) checkUpdate(ctx context.Context, client *ent.Client, u Update, id string) error {
	bad := &invalid.Error{}
	if u.Name != nil {
		bad.Text("name", *u.Name, 1, maxName)
	}
	if u.URL != nil {
		var refused *outbound.URLError
		if err := outbound.CheckURL(*u.URL, s.guard); errors.As(err, &refused) {
			bad.Add("url", "%s", refused.Reason)
		}
	}
	if u.EventTypes != nil {
		checkEventTypes(bad, "eventTypes", u.EventTypes)
	}
	for _, channel := range bounded(bad, "channels", u.Channels) {
		bad.Text("channels", channel, 1, maxChannel)
	}
	if u.Ordering != nil && integration.OrderingValidator(*u.Ordering) != nil {
		bad.Add("ordering", "must be THREAD, FIFO or NONE")
	}
	if u.State != nil && integration.StateValidator(*u.State) != nil {
		bad.Add("state", "must be ENABLED or DISABLED")
	}
	if u.RatePerSecond != nil && (*u.RatePerSecond < 0 || *u.RatePerSecond > MaxRate) {
		bad.Add("ratePerSecond", "must be from 1 to %d; null means no limit", MaxRate)
	}
	if err := checkAgents(ctx, bad, client, u.AgentIDs); err != nil {
		return err
	}
	if id == "" {
		n, err := client.Integration.Query().Where(integration.DeletedAtIsNil()).Count(ctx)
		if err != nil {
			return fmt.Errorf("count integrations: %w", err)
		}
		if n >= MaxIntegrations {
			bad.Add("name", "the workspace has %d integrations, which is the limit: delete one first", n)
		}
	}
	return bad.Err()
}

// bounded returns the list, or nothing when it is too long to be looked at.
func bounded(bad *invalid.Error, field string, list []string) []string {
	if len(list) > maxEntries {
		bad.Add(field, "has %d entries, at most %d are allowed", len(list), maxEntries)
		return nil
	}
	return list
}

func checkEventTypes(bad *invalid.Error, field string, patterns []string) {
	if len(patterns) == 0 {
		bad.Add(field, "must name at least one type; * means all")
	}
	for _, pattern := range bounded(bad, field, patterns) {
		if !slices.ContainsFunc(eventlog.WebhookTypes, func(t string) bool { return eventlog.Matches(pattern, t) }) {
			bad.Add(field, "%.60q matches no event type; they are %s, and patterns such as contact.* or *",
				pattern, strings.Join(eventlog.WebhookTypes, ", "))
		}
	}
}

func checkAgents(ctx context.Context, bad *invalid.Error, client *ent.Client, ids []string) error {
	ids = bounded(bad, "agentIds", ids)
	if len(ids) == 0 {
		return nil
	}
	known, err := client.Agent.Query().Where(agent.IDIn(ids...), agent.DeletedAtIsNil()).IDs(ctx)
	if err != nil {
		return fmt.Errorf("find agents: %w", err)
	}
	for _, id := range ids {
		if !slices.Contains(known, id) {
			bad.Add("agentIds", "there is no agent %.60q", id)
		}
	}
	return nil
}
