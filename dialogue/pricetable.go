package dialogue

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"parley/ent"
	"parley/ent/modelprice"
	"parley/ent/ms"
)

// Cost is an exact amount of money. Nil stands for one that is not known.
type Cost struct {
	Currency string   `json:"currency"` // ISO 4217
	Picos    *big.Int `json:"picos"`    // 10^-12 of the currency: millionths for a million tokens, times tokens
}

const picoDigits = 12

// Amount is the cost as a decimal number with as many digits as it has, at most twelve behind the point.
func (c *Cost) Amount() string { return formatDecimal(c.Picos, picoDigits) }

// plus returns the sum of two costs of one currency; it is not known when one of them is not.
func (c *Cost) plus(d *Cost) *Cost {
	if c == nil || d == nil {
		return nil
	}
	return &Cost{c.Currency, new(big.Int).Add(c.Picos, d.Picos)}
}

// Prices are the prices of a workspace at one moment. Nil and the zero value have none.
type Prices struct {
	all []*ent.ModelPrice // the most specific first, and for each model the latest
}

// Prices reads the prices of the viewer's workspace, in one statement.
func (s *Service) Prices(ctx context.Context) (*Prices, error) {
	all, err := s.log.Client().ModelPrice.Query().Order(modelprice.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the prices of models: %w", err)
	}
	slices.SortStableFunc(all, func(a, b *ent.ModelPrice) int {
		return cmp.Or(cmp.Compare(specific(b), specific(a)), cmp.Compare(a.Model, b.Model), cmp.Compare(b.ValidFrom, a.ValidFrom))
	})
	return &Prices{all}, nil
}

// specific grows with how much a price says about which models it is for.
func specific(p *ent.ModelPrice) int {
	prefix, pattern := strings.CutSuffix(p.Model, "*")
	if pattern {
		return len(prefix)
	}
	return 1 << 20
}

// All returns the prices, by model and then by time.
func (p *Prices) All() []*ent.ModelPrice {
	all := slices.Clone(p.all)
	slices.SortStableFunc(all, func(a, b *ent.ModelPrice) int {
		return cmp.Or(cmp.Compare(a.Model, b.Model), cmp.Compare(a.ValidFrom, b.ValidFrom))
	})
	return all
}

// At returns the price of a `provider/model` at a moment; nil when there is none. Of the prices that hold then, one for
// exactly that model goes before patterns, and a longer pattern before a shorter one; of several for the same, the latest.
func (p *Prices) At(name string, at ms.Time) *ent.ModelPrice {
	for _, price := range p.all {
		prefix, pattern := strings.CutSuffix(price.Model, "*")
		if price.ValidFrom <= at && (name == price.Model || pattern && strings.HasPrefix(name, prefix)) {
			return price
		}
	}
	return nil
}

// Cost returns what steps cost that a model answered at a moment; nil when it has no price. What used no tokens costs
// nothing, unless the workspace has no prices at all.
func (p *Prices) Cost(name string, at ms.Time, u Usage) *Cost {
	if p == nil || len(p.all) == 0 {
		return nil
	}
	price := p.At(name, at)
	if price == nil && (u.Input != 0 || u.Output != 0) {
		return nil
	}
	sum := p.nothing()
	if price == nil {
		return sum
	}
	cached, cachedPrice := min(u.Cached, u.Input), price.InputMicros
	if price.CachedInputMicros != nil {
		cachedPrice = *price.CachedInputMicros
	}
	for _, part := range []struct{ tokens, micros int64 }{
		{u.Input - cached, price.InputMicros}, {cached, cachedPrice}, {u.Output, price.OutputMicros},
	} {
		sum.Picos.Add(sum.Picos, new(big.Int).Mul(big.NewInt(part.tokens), big.NewInt(part.micros)))
	}
	return sum
}

// nothing is a cost of zero in the workspace's currency; nil when it has no prices.
func (p *Prices) nothing() *Cost {
	if p == nil || len(p.all) == 0 {
		return nil
	}
	return &Cost{p.all[0].Currency, new(big.Int)}
}

// changes returns the moments at which a price begins, sorted, each once.
func (p *Prices) changes() []ms.Time {
	var at []ms.Time
	for _, price := range p.all {
		if price.ValidFrom > 0 {
			at = append(at, price.ValidFrom)
		}
	}
	slices.Sort(at)
	return slices.Compact(at)
}
