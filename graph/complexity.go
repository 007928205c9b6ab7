package graph

import (
	"parley/delivery"
	"parley/ent"
	"parley/ent/ms"
	"parley/eventlog"
	"parley/graph/gql"
)

// Sizes that lists without a size of their own are reckoned with.
const (
	usualTags      = 5
	usualFunctions = 10
	usualCalls     = 3
	usualSteps     = 3
	usualModels    = 50
	usualProviders = 5
	usualStats     = 500 // for what the database counts
	usualDays      = 30
	usualAgents    = 10
	usualFollowUps = 3
	usualHeaders   = 3
	usualSessions  = 10
)

// complexities are the costs of fields that return many: a child counts once for each element that may come. All other
// fields cost one, and their children once.
func complexities() ComplexityRoot {
	var c ComplexityRoot
	type cursor = *gql.Cursor
	c.Query.Nodes = func(child int, ids []string) int { return 1 + child*max(1, len(ids)) }
	c.Query.Agents = func(child int, _ cursor, first *int, _ cursor, last *int, _ *ent.AgentOrder, _ *ent.AgentWhereInput) int {
		return listCost(child, first, last)
	}
	c.Query.Threads = func(child int, _ cursor, first *int, _ cursor, last *int, _ *ent.ThreadOrder, _ *ent.ThreadWhereInput) int {
		return listCost(child, first, last)
	}
	c.Query.Customers = func(child int, _ cursor, first *int, _ cursor, last *int, _ *ent.CustomerOrder, _ *ent.CustomerWhereInput) int {
		return listCost(child, first, last)
	}
	c.Query.Integrations = func(child int, _ cursor, first *int, _ cursor, last *int, _ *ent.IntegrationOrder, _ *ent.IntegrationWhereInput) int {
		return listCost(child, first, last)
	}
	c.Query.Deliveries = func(child int, _ cursor, first *int, _ cursor, last *int, _ *ent.DeliveryOrder, _ *ent.DeliveryWhereInput) int {
		return listCost(child, first, last)
	}
	c.Query.Events = func(child int, _ cursor, first *int, _ []string, _ *string, _, _ []string) int {
		return listCost(child, first, nil)
	}
	c.Query.EventTypes = func(child int) int { return 1 + len(eventlog.WebhookTypes)*child }
	c.Query.APIKeys = func(child int, _ cursor, first *int, _ cursor, last *int) int { return listCost(child, first, last) }
	c.Query.AuditLog = func(child int, _ cursor, first *int, _ cursor, last *int, _ *ent.AuditEntryWhereInput) int {
		return listCost(child, first, last)
	}
	c.AuditEntry.Changes = func(child int) int { return 1 + usualFunctions*child }
	c.Thread.Messages = func(child int, _ cursor, first *int, _ cursor, last *int) int { return listCost(child, first, last) }
	c.Thread.Turns = func(child int, first *int) int { return listCost(child, first, nil) }
	c.Thread.Reminders = func(child int, first *int) int { return listCost(child, first, nil) }
	c.Thread.Notes = func(child int) int { return listCost(child, nil, nil) }
	c.Thread.Tags = func(child int) int { return 1 + usualTags*child }
	c.Integration.Replays = func(child int) int { return 1 + 10*child }
	c.Integration.Backlog = func(child int) int { return 5 + child }
	c.Integration.Stats = func(child int, since, until *ms.Time, bucket gql.StatsBucket) int {
		n := delivery.Buckets(attemptsRange(since, until, bucket))
		return 10 + child*int(max(1, min(n, delivery.MaxBuckets)))
	}
	c.Integration.Deliveries = func(child int, _ cursor, first *int, _ cursor, last *int, _ *ent.DeliveryWhereInput) int {
		return listCost(child, first, last)
	}
	c.Delivery.AttemptLog = func(child int) int { return 1 + usualCalls*child }
	c.Agent.Versions = func(child int, _ cursor, first *int, _ cursor, last *int) int { return listCost(child, first, last) }
	c.Agent.HasUnpublishedChanges = func(int) int { return usualFunctions } // reads all of the draft
	c.Agent.Functions = func(child int) int { return 1 + usualFunctions*child }
	c.Agent.FollowUps = func(child int) int { return 1 + usualFollowUps*child }
	c.Function.Headers = func(child int) int { return 1 + usualHeaders*child }
	c.Viewer.Sessions = func(child int) int { return 1 + usualSessions*child }
	c.Query.Usage = func(child int, _, _ *ms.Time, _, _ *string, _ []gql.UsageDimension, first *int) int {
		return listCost(child, first, nil)
	}
	c.Query.Stats = func(child int, _, _ *ms.Time, _, _ *string) int { return usualStats + child }
	c.Stats.Days = func(child int) int { return 1 + usualDays*child }
	c.Stats.Agents = func(child int) int { return 1 + usualAgents*child }
	c.Stats.Rows = func(child int) int { return 1 + 3*usualDays*child }
	c.Stats.Models = func(child int) int { return 1 + usualAgents*child }
	c.Query.Models = func(child int) int { return 1 + usualModels*child }
	c.Query.ModelPrices = func(child int) int { return 1 + usualModels*child }
	c.Query.ModelProviders = func(child int) int { return 1 + usualProviders*child }
	c.ModelProvider.Models = func(child int) int { return 1 + usualModels*child }
	c.Turn.Steps = func(child int) int { return 1 + usualSteps*child }
	c.Turn.Calls = func(child int) int { return 1 + usualCalls*child }
	return c
}

// listCost is the cost of a list: one for itself, and its children as often as they may come.
func listCost(child int, first, last *int) int {
	n := defaultPage
	if first != nil {
		n = *first
	} else if last != nil {
		n = *last
	}
	return 1 + child*max(1, min(n, MaxPage))
}
