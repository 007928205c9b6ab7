package graph

import (
	"context"
	"sync"

	"parley/dialogue"
	"parley/ent"
	"parley/graph/gql"
)

// keptPrices keeps the prices of the workspace for one operation, so that each of its steps is reckoned by the same ones
// and nobody reads them twice.
type keptPrices struct {
	mu    sync.Mutex // protects known, also while they are read
	known *dialogue.Prices
}

// prices returns the prices of the viewer's workspace.
func (r *Resolver) prices(ctx context.Context) (*dialogue.Prices, error) {
	kept, ok := ctx.Value(keptUsageKey{}).(*keptUsage)
	if !ok {
		return r.dialogue.Prices(ctx)
	}
	kept.price.mu.Lock()
	defer kept.price.mu.Unlock()
	var err error
	if kept.price.known == nil {
		kept.price.known, err = r.dialogue.Prices(ctx)
	}
	return kept.price.known, err
}

// costOfStep is what a step cost by the price that held when it was stored.
func (r *Resolver) costOfStep(ctx context.Context, s *ent.Step) (*gql.Cost, error) {
	prices, err := r.prices(ctx)
	if err != nil {
		return nil, err
	}
	used := dialogue.Usage{Input: s.InputTokens, Cached: s.CachedTokens, Output: s.OutputTokens, Thinking: s.ThinkingTokens}
	return costOf(prices.Cost(s.Provider+"/"+s.Model, s.CreatedAt, used)), nil
}

func costOf(c *dialogue.Cost) *gql.Cost {
	if c == nil {
		return nil
	}
	return &gql.Cost{Amount: gql.Decimal(c.Amount()), Currency: c.Currency}
}

func cachedPrice(p *ent.ModelPrice) *gql.Decimal {
	if p.CachedInputMicros == nil {
		return nil
	}
	amount := gql.Decimal(dialogue.FormatMicros(*p.CachedInputMicros))
	return &amount
}

func newPrice(in gql.SetModelPriceInput) dialogue.PriceInput {
	return dialogue.PriceInput{
		Model: in.Model, Currency: in.Currency, Input: string(in.Input), CachedInput: (*string)(in.CachedInput), Output: string(in.Output),
		From: in.From,
	}
}
