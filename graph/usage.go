package graph

import (
	"context"
	"slices"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/dialogue"
	"parley/ent"
	"parley/ent/agent"
	"parley/ent/ms"
	"parley/ent/step"
	"parley/graph/gql"
)

// sumUsage answers `usage`.
func (r *Resolver) sumUsage(ctx context.Context, from, to *ms.Time, agentID, threadID *string, groupBy []gql.UsageDimension, first *int) ([]*gql.UsageRow, error) {
	q := dialogue.UsageQuery{From: from, To: to, AgentID: agentID, ThreadID: threadID, First: first, Costs: asksFor(ctx, "usage", "cost")}
	for _, key := range groupBy {
		q.By = append(q.By, dialogue.UsageDimension(key))
	}
	sums, err := r.dialogue.Usage(ctx, q)
	if err != nil {
		return nil, err
	}
	agents, err := r.agentsOf(ctx, sums)
	if err != nil {
		return nil, err
	}
	rows := make([]*gql.UsageRow, len(sums))
	for i, sum := range sums {
		rows[i] = &gql.UsageRow{
			Day: textOrNull(sum.Day), Agent: agents[sum.AgentID], Model: textOrNull(sum.Model), ThreadID: textOrNull(sum.ThreadID),
			Usage: usageOf(sum.Usage, sum.Cost),
		}
		if slices.Contains(groupBy, gql.UsageDimensionDryRun) {
			rows[i].DryRun = &sum.DryRun
		}
	}
	return rows, nil
}

// agentsOf reads the agents of sums in one statement, deleted ones too.
func (r *Resolver) agentsOf(ctx context.Context, sums []dialogue.UsageRow) (map[string]*ent.Agent, error) {
	agents := map[string]*ent.Agent{}
	for _, sum := range sums {
		if sum.AgentID != "" {
			agents[sum.AgentID] = nil
		}
	}
	if len(agents) == 0 {
		return agents, nil
	}
	found, err := r.client.Agent.Query().Where(agent.IDIn(sortedKeys(agents)...)).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range found {
		agents[a.ID] = a
	}
	if !asksFor(ctx, "agent", "functions") {
		return agents, nil
	}
	return agents, r.loadFunctions(ctx, agents)
}

func usageOf(u dialogue.Usage, cost *dialogue.Cost) *gql.Usage {
	return &gql.Usage{
		Steps: int(u.Steps), InputTokens: int(u.Input), CachedTokens: int(u.Cached), OutputTokens: int(u.Output),
		ThinkingTokens: int(u.Thinking), Cost: costOf(cost),
	}
}

func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// mayReadSteps says whether the viewer may see what models were asked and what it cost.
func mayReadSteps(ctx context.Context) bool { return mayReadCalls(ctx) }

func (r *Resolver) stepsOf(ctx context.Context, turnID string) ([]*ent.Step, error) {
	if !mayReadSteps(ctx) {
		return nil, nil
	}
	return r.client.Step.Query().Where(step.TurnID(turnID)).Order(step.ByNumber()).Limit(MaxPage).All(ctx)
}

// keptUsage keeps, within one operation, the sums of the threads of a page until the page's rows ask for them, for which a
// row of ent has no place, how many messages of each are unread, and the prices.
type keptUsage struct {
	mu     sync.Mutex // protects sums and unread
	sums   map[string]threadUsage
	unread map[string]int // by thread, for the viewer
	price  keptPrices
}

// threadUsage is what models used in a thread.
type threadUsage struct {
	dialogue.Usage
	cost   *dialogue.Cost
	costed bool // whether the cost was reckoned
}

type keptUsageKey struct{}

// keepUsage gives an operation a place for the sums of its pages, and for prices. A subscription, which lives on while they
// change, has none.
func keepUsage(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if graphql.GetOperationContext(ctx).Operation.Operation == ast.Subscription {
		return next(ctx)
	}
	return next(context.WithValue(ctx, keptUsageKey{}, &keptUsage{sums: map[string]threadUsage{}, unread: map[string]int{}}))
}

// loadUsage sums up the usage of each thread of a page, at once. Viewers that may not read it get none, and no
// error.
func (r *Resolver) loadUsage(ctx context.Context, threads *ent.ThreadConnection) error {
	kept, ok := ctx.Value(keptUsageKey{}).(*keptUsage)
	if !ok || !mayReadSteps(ctx) {
		return nil
	}
	ids := make([]string, len(threads.Edges))
	for i, e := range threads.Edges {
		ids[i] = e.Node.ID
	}
	sums, err := r.sumThreads(ctx, ids, asksFor(ctx, "edges", "node", "usage", "cost"))
	if err != nil {
		return err
	}
	kept.mu.Lock()
	defer kept.mu.Unlock()
	for threadID, sum := range sums {
		if sum.costed || !kept.sums[threadID].costed { // another list of the operation may have asked for more
			kept.sums[threadID] = sum
		}
	}
	return nil
}

// sumThreads sums up the usage of threads, with what it cost if asked.
func (r *Resolver) sumThreads(ctx context.Context, ids []string, withCosts bool) (map[string]threadUsage, error) {
	used, err := r.dialogue.UsageOf(ctx, ids)
	var costs map[string]*dialogue.Cost
	if err == nil && withCosts {
		costs, err = r.dialogue.CostsOf(ctx, ids)
	}
	sums := map[string]threadUsage{}
	for _, threadID := range ids {
		sums[threadID] = threadUsage{used[threadID], costs[threadID], withCosts}
	}
	return sums, err
}

// usageOfThread is what loadUsage has read, or reads it.
func (r *Resolver) usageOfThread(ctx context.Context, threadID string) (*gql.Usage, error) {
	if !mayReadSteps(ctx) {
		return nil, nil
	}
	withCosts := asksFor(ctx, "cost")
	if kept, ok := ctx.Value(keptUsageKey{}).(*keptUsage); ok {
		kept.mu.Lock()
		sum, known := kept.sums[threadID]
		kept.mu.Unlock()
		if known && (sum.costed || !withCosts) {
			return usageOf(sum.Usage, sum.cost), nil
		}
	}
	sums, err := r.sumThreads(ctx, []string{threadID}, withCosts)
	return usageOf(sums[threadID].Usage, sums[threadID].cost), err
}
