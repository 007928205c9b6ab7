package main

import "context"

// Resolver is what the generated code asks.
type Resolver struct{ hub *hub }

// Mutation implements ResolverRoot.
func (r *Resolver) Mutation() MutationResolver { return mutationResolver{r} }

// Query implements ResolverRoot.
func (r *Resolver) Query() QueryResolver { return queryResolver{r} }

// Subscription implements ResolverRoot.
func (r *Resolver) Subscription() SubscriptionResolver { return subscriptionResolver{r} }

type (
	mutationResolver     struct{ *Resolver }
	queryResolver        struct{ *Resolver }
	subscriptionResolver struct{ *Resolver }
)

// SendMessage implements MutationResolver.
func (r mutationResolver) SendMessage(_ context.Context, text string) (*Message, error) {
	return r.hub.publish(text).Message, nil
}

// Ok implements QueryResolver.
func (r queryResolver) Ok(context.Context) (bool, error) { return true, nil }

// ThreadEvents implements SubscriptionResolver.
func (r subscriptionResolver) ThreadEvents(ctx context.Context) (<-chan ThreadEvent, error) {
	return follow(ctx, r.hub, r.hub.singles), nil
}

// Windows implements SubscriptionResolver.
func (r subscriptionResolver) Windows(ctx context.Context) (<-chan []ThreadEvent, error) {
	return follow(ctx, r.hub, r.hub.lists), nil
}

func follow[T any](ctx context.Context, h *hub, all map[chan T]struct{}) <-chan T {
	to := make(chan T, buffer)
	h.mu.Lock()
	defer h.mu.Unlock()
	all[to] = struct{}{}
	context.AfterFunc(ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(all, to)
	})
	return to
}
