package dialogue_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/dialogue"
	"parley/ent"
	"parley/ent/ms"
	"parley/storage"
	"parley/storage/storagetest"
)

func (w *world) price(model, input, output string, change ...func(*dialogue.PriceInput)) string {
	w.t.Helper()
	in := dialogue.PriceInput{Model: model, Currency: "EUR", Input: input, Output: output}
	for _, c := range change {
		c(&in)
	}
	done, err := w.s.SetModelPrice(w.ctx, in)
	w.must(err)
	return done.ID
}

func from(at ms.Time) func(*dialogue.PriceInput) {
	return func(in *dialogue.PriceInput) { in.From = &at }
}

func cached(amount string) func(*dialogue.PriceInput) {
	return func(in *dialogue.PriceInput) { in.CachedInput = &amount }
}

func day(n int) ms.Time { return ms.Of(time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC)) }

func amount(c *dialogue.Cost) string {
	if c == nil {
		return "unknown"
	}
	return c.Amount() + " " + c.Currency
}

func TestWhichPriceHolds(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, always(says("ok")))
		w.price("*", "9", "9", from(day(5)))
		w.price("acme/*", "1", "2")
		w.price("acme/large*", "3", "4")
		w.price("acme/large-2", "5", "6", from(day(10)))
		w.price("acme/large-2", "7.123456", "8", from(day(20)), cached("0.5"))
		p, err := w.s.Prices(w.operator)
		w.must(err)
		million := dialogue.Usage{Input: 1_000_000, Output: 1_000_000, Cached: 500_000}
		for _, tt := range []struct {
			model string
			at    ms.Time
			want  string
		}{
			{"acme/small", 1, "3 EUR"}, {"acme/large", 1, "7 EUR"}, {"acme/large-2", day(9), "7 EUR"},
			{"acme/large-2", day(10) - 1, "7 EUR"}, {"acme/large-2", day(10), "11 EUR"}, {"acme/large-2", day(20), "11.811728 EUR"},
			{"other/x", day(4), "unknown"}, {"other/x", day(5), "18 EUR"},
		} {
			equal(t, fmt.Sprint(tt.model, " at ", tt.at), amount(p.Cost(tt.model, tt.at, million)), tt.want)
		}
		equal(t, "no tokens", amount(p.Cost("other/x", 1, dialogue.Usage{Steps: 1})), "0 EUR")
		equal(t, "one cached token", amount(p.Cost("acme/large-2", day(20), dialogue.Usage{Input: 1, Cached: 1})), "0.0000005 EUR")
		equal(t, "more than fits into 64 bits", amount(p.Cost("acme/small", 1, dialogue.Usage{Input: 1 << 62})), "4611686018427.387904 EUR")

		// The same model and time is the same price; removing it uncovers the next.
		id := w.price("acme/large-2", "50", "60", from(day(10)))
		w.price("acme/large-2", "51", "60", from(day(10)))
		p, err = w.s.Prices(w.ctx)
		w.must(err)
		equal(t, "prices", len(p.All()), 5)
		equal(t, "set again", p.At("acme/large-2", day(11)).InputMicros, 51_000_000)
		_, err = w.s.RemoveModelPrice(w.ctx, id)
		w.must(err)
		p, err = w.s.Prices(w.ctx)
		w.must(err)
		equal(t, "removed", amount(p.Cost("acme/large-2", day(11), million)), "7 EUR")
	})
}

func TestWhatAPriceMayBe(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w, stranger := newWorld(t, db, always(says("ok"))), newWorld(t, db, always(says("ok")))
		id := w.price("acme/x", "1", "1")
		for in, want := range map[dialogue.PriceInput]string{
			{Model: "acme", Currency: "EUR", Input: "1", Output: "1"}:                        "model",
			{Model: "ac*me/x", Currency: "EUR", Input: "1", Output: "1"}:                     "model",
			{Model: "", Currency: "EUR", Input: "1", Output: "1"}:                            "model model",
			{Model: "a/b", Currency: "USD", Input: "1", Output: "1"}:                         "currency",
			{Model: "a/b", Currency: "euro", Input: "-1", Output: "1e3"}:                     "currency input output",
			{Model: "a/b", Currency: "EUR", Input: "1.0000001", Output: "1000000.000001"}:    "input output",
			{Model: "a/b", Currency: "EUR", Input: "1", Output: "1", CachedInput: ptr("")}:   "cachedInput",
			{Model: "a/b", Currency: "EUR", Input: "1", Output: "1", From: ptr(ms.Time(-1))}: "from",
			{Model: "a/b", Currency: "EUR", Input: "000001.500000", Output: "1000000"}:       "<nil>",
		} {
			_, err := w.s.SetModelPrice(w.ctx, in)
			equal(t, fmt.Sprint(in), wrong(err), want)
		}
		p, err := stranger.s.Prices(stranger.ctx)
		w.must(err)
		equal(t, "prices of another workspace", len(p.All()), 0)
		if _, err := stranger.s.RemoveModelPrice(stranger.ctx, id); !ent.IsNotFound(err) {
			t.Errorf("another workspace removes it: %v", err)
		}
		_, err = stranger.s.SetModelPrice(stranger.ctx, dialogue.PriceInput{Model: "a/b", Currency: "USD", Input: "1", Output: "1"})
		equal(t, "its own currency", err, nil)
		// The only price may change its currency.
		_, err = stranger.s.SetModelPrice(stranger.ctx, dialogue.PriceInput{Model: "a/b", Currency: "GBP", Input: "1", Output: "1"})
		equal(t, "another currency", err, nil)
	})
}

func TestCostsAreTheSumOfTheSteps(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, always(says("ok")))
		w.price("a/*", "1.5", "6", cached("0.25"))
		w.price("a/*", "2", "7", from(day(3).Add(7*time.Hour)))
		w.price("a/y/z", "0.000001", "0.1", from(day(2)))
		random := rand.New(rand.NewPCG(3, 4))
		agentOf := map[string]string{} // by turn
		var steps []*ent.Step
		var threads []string
		for range 2 {
			agentID := w.agent()
			for range 2 {
				threadID := w.emptyThread(agentID)
				threads = append(threads, threadID)
				turnID := w.pastTurn(agentID, threadID)
				agentOf[turnID] = agentID
				for i := range 8 {
					create := w.step(threadID, turnID, i+1).SetCreatedAt(day(1).Add(time.Duration(random.Int64N(int64(4 * 24 * time.Hour))))).
						SetProvider("a").SetModel([]string{"x", "y/z"}[random.IntN(2)]).
						SetInputTokens(random.Int64N(1000)).SetCachedTokens(random.Int64N(100)).SetOutputTokens(random.Int64N(1000))
					if len(threads) == 4 && i < 2 {
						create.SetProvider("b").SetInputTokens(int64(i)) // without a price: the first used tokens by its output alone
					}
					steps = append(steps, create.SaveX(w.ctx))
				}
			}
		}
		p, err := w.s.Prices(w.ctx)
		w.must(err)
		for set := range 16 {
			q := dialogue.UsageQuery{From: ptr(day(1)), To: ptr(day(9)), First: ptr(250), Costs: true}
			for i, key := range []dialogue.UsageDimension{dialogue.UsageByDay, dialogue.UsageByAgent, dialogue.UsageByModel, dialogue.UsageByThread} {
				if set>>i&1 == 1 {
					q.By = append(q.By, key)
				}
			}
			has := func(key dialogue.UsageDimension) bool { return slices.Contains(q.By, key) }
			rows, err := w.s.Usage(w.operator, q)
			w.must(err)
			for _, row := range rows {
				sum, known := new(big.Int), true
				for _, s := range steps {
					if has(dialogue.UsageByDay) && row.Day != s.CreatedAt.Time().Format(time.DateOnly) || has(dialogue.UsageByAgent) && row.AgentID != agentOf[s.TurnID] ||
						has(dialogue.UsageByModel) && row.Model != s.Provider+"/"+s.Model || has(dialogue.UsageByThread) && row.ThreadID != s.ThreadID {
						continue
					}
					c := p.Cost(s.Provider+"/"+s.Model, s.CreatedAt, dialogue.Usage{Input: s.InputTokens, Cached: s.CachedTokens, Output: s.OutputTokens})
					if known = known && c != nil; known {
						sum.Add(sum, c.Picos)
					}
				}
				want := "unknown"
				if known {
					want = amount(&dialogue.Cost{Currency: "EUR", Picos: sum})
				}
				equal(t, fmt.Sprintf("%v by %v", row, q.By), amount(row.Cost), want)
			}
			q.Costs = false
			without, err := w.s.Usage(w.operator, q)
			w.must(err)
			equal(t, "a cost that nobody asked for", without[0].Cost, (*dialogue.Cost)(nil))
		}
		sums, err := w.s.CostsOf(w.operator, append(threads, "thr_none"))
		w.must(err)
		rows, err := w.s.Usage(w.operator, dialogue.UsageQuery{From: ptr(day(1)), To: ptr(day(9)), By: []dialogue.UsageDimension{dialogue.UsageByThread}, Costs: true})
		w.must(err)
		for _, row := range rows {
			equal(t, "of "+row.ThreadID, amount(sums[row.ThreadID]), amount(row.Cost))
		}
		equal(t, "of a thread with another model", amount(sums[threads[3]]), "unknown")
		equal(t, "of an empty thread", amount(sums["thr_none"]), "0 EUR")
		if !strings.Contains(amount(sums[threads[0]]), ".") {
			t.Errorf("the sums are too round to prove anything: %s", amount(sums[threads[0]]))
		}
	})
}
