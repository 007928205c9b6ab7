package graph

import (
	"context"

	"parley/ent"
	"parley/ent/function"
	"parley/ent/id"
	"parley/ent/relay"
	"parley/graph/gql"
)

// newestActivity is how threads are ordered by default.
var newestActivity = &ent.ThreadOrder{Direction: relay.OrderDirectionDesc, Field: ent.ThreadOrderFieldLastActivityAt}

// pageThreads reads a page of threads. What the threads of a page have in common is read in one statement each, however
// many threads there are.
func (r *Resolver) pageThreads(ctx context.Context, after *gql.Cursor, first *int, before *gql.Cursor, last *int, orderBy *ent.ThreadOrder, where *ent.ThreadWhereInput) (*ent.ThreadConnection, error) {
	if orderBy == nil {
		orderBy = newestActivity
	}
	p, err := newPage(placeIn(id.Thread, orderBy.Field.Value), after, first, before, last)
	if err != nil {
		return nil, err
	}
	q := r.client.Thread.Query()
	if asksFor(ctx, "edges", "node", "success") {
		q.WithTags()
	}
	if asksFor(ctx, "edges", "node", "operator") {
		q.WithOperator()
	}
	threads, err := q.Paginate(ctx, p.after, p.first, p.before, p.last, ent.WithThreadOrder(orderBy), ent.WithThreadFilter(where.Filter))
	if err == nil && asksFor(ctx, "edges", "node", "usage") {
		err = r.loadUsage(ctx, threads)
	}
	if err == nil && asksFor(ctx, "edges", "node", "unreadCount") {
		err = r.loadUnread(ctx, threads)
	}
	if err != nil || !asksFor(ctx, "edges", "node", "agent", "functions") {
		return threads, err
	}
	agents := map[string]*ent.Agent{}
	for _, e := range threads.Edges {
		if a := e.Node.Edges.Agent; a != nil {
			agents[a.ID] = a
		}
	}
	return threads, r.loadFunctions(ctx, agents)
}

// pageAgents reads a page of agents, those that were deleted left out by q.
func (r *Resolver) pageAgents(ctx context.Context, q *ent.AgentQuery, after *gql.Cursor, first *int, before *gql.Cursor, last *int, orderBy *ent.AgentOrder, where *ent.AgentWhereInput) (*ent.AgentConnection, error) {
	at := place{prefix: id.Agent}
	if orderBy != nil {
		at = placeIn(id.Agent, orderBy.Field.Value)
	}
	p, err := newPage(at, after, first, before, last)
	if err != nil {
		return nil, err
	}
	found, err := q.Paginate(ctx, p.after, p.first, p.before, p.last, ent.WithAgentOrder(orderBy), ent.WithAgentFilter(where.Filter))
	if err != nil || !asksFor(ctx, "edges", "node", "functions") {
		return found, err
	}
	agents := map[string]*ent.Agent{}
	for _, e := range found.Edges {
		agents[e.Node.ID] = e.Node
	}
	return found, r.loadFunctions(ctx, agents)
}

// loadFunctions gives every agent its functions, in one statement. Viewers that may not read them get none, and no
// error.
func (r *Resolver) loadFunctions(ctx context.Context, agents map[string]*ent.Agent) error {
	if !mayReadAgent(ctx) || len(agents) == 0 {
		return nil
	}
	functions, err := r.client.Function.Query().Where(function.AgentIDIn(sortedKeys(agents)...)).Order(function.ByName()).All(ctx)
	if err != nil {
		return err
	}
	for _, a := range agents {
		a.Edges.Functions = []*ent.Function{} // loaded, if empty
	}
	for _, f := range functions {
		a := agents[f.AgentID]
		f.Edges.Agent = a
		a.Edges.Functions = append(a.Edges.Functions, f)
	}
	return nil
}

func (r *Resolver) pageCustomers(ctx context.Context, after *gql.Cursor, first *int, before *gql.Cursor, last *int, orderBy *ent.CustomerOrder, where *ent.CustomerWhereInput) (*ent.CustomerConnection, error) {
	at := place{prefix: id.Customer}
	if orderBy != nil {
		at = placeIn(id.Customer, orderBy.Field.Value)
	}
	p, err := newPage(at, after, first, before, last)
	if err != nil {
		return nil, err
	}
	return r.client.Customer.Query().Paginate(ctx, p.after, p.first, p.before, p.last, ent.WithCustomerOrder(orderBy), ent.WithCustomerFilter(where.Filter))
}

// pageIntegrations reads a page of integrations, those that were deleted left out by q.
func (r *Resolver) pageIntegrations(ctx context.Context, q *ent.IntegrationQuery, after *gql.Cursor, first *int, before *gql.Cursor, last *int, orderBy *ent.IntegrationOrder, where *ent.IntegrationWhereInput) (*ent.IntegrationConnection, error) {
	at := place{prefix: id.Integration}
	if orderBy != nil {
		at = placeIn(id.Integration, orderBy.Field.Value)
	}
	p, err := newPage(at, after, first, before, last)
	if err != nil {
		return nil, err
	}
	return q.WithHealth().Paginate(ctx, p.after, p.first, p.before, p.last, ent.WithIntegrationOrder(orderBy), ent.WithIntegrationFilter(where.Filter))
}

func (r *Resolver) pageDeliveries(ctx context.Context, q *ent.DeliveryQuery, after *gql.Cursor, first *int, before *gql.Cursor, last *int, orderBy *ent.DeliveryOrder, where *ent.DeliveryWhereInput) (*ent.DeliveryConnection, error) {
	if orderBy == nil {
		orderBy = &ent.DeliveryOrder{Direction: relay.OrderDirectionDesc, Field: ent.DeliveryOrderFieldCreatedAt}
	}
	p, err := newPage(placeIn(id.Delivery, orderBy.Field.Value), after, first, before, last)
	if err != nil {
		return nil, err
	}
	return q.Paginate(ctx, p.after, p.first, p.before, p.last, ent.WithDeliveryOrder(orderBy), ent.WithDeliveryFilter(where.Filter))
}
