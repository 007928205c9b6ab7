package dialogue_test

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"parley/dialogue"
	"parley/ent"
	"parley/ent/ms"
	"parley/ent/turn"
	"parley/invalid"
	"parley/storage"
	"parley/storage/storagetest"
)

// pastTurn stores an ended turn of a thread, for steps to belong to.
func (w *world) pastTurn(agentID, threadID string) string {
	w.t.Helper()
	return w.db.Client.Turn.Create().SetThreadID(threadID).SetAgentID(agentID).SetState(turn.StateENDED).SetDueAt(1).
		SetFirstMessageAt(1).SaveX(w.ctx).ID
}

func (w *world) emptyThread(agentID string) string {
	w.t.Helper()
	r, err := w.s.CreateThread(w.ctx, dialogue.ThreadInput{AgentID: agentID, Channel: "test"})
	w.must(err)
	return r.ThreadID
}

func (w *world) step(threadID, turnID string, number int) *ent.StepCreate {
	return w.db.Client.Step.Create().SetThreadID(threadID).SetTurnID(turnID).SetNumber(number).SetContent("[]").
		SetReadSequence(0).SetStartedAt(1).SetFinish("stop").SetProvider("fake").SetModel("one")
}

func add(u *dialogue.Usage, s *ent.Step) {
	u.Steps++
	u.Input += s.InputTokens
	u.Cached += s.CachedTokens
	u.Output += s.OutputTokens
	u.Thinking += s.ThinkingTokens
}

func TestUsageIsTheSumOfItsSteps(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w, other := newWorld(t, db, always(says("ok"))), newWorld(t, db, always(says("ok")))
		random := rand.New(rand.NewPCG(1, 2))
		start := ms.Of(time.Date(2026, 2, 27, 0, 0, 0, 0, time.UTC))
		agentOf := map[string]string{} // by turn
		var steps []*ent.Step
		for range 3 {
			agentID := w.agent()
			for range 2 {
				threadID := w.emptyThread(agentID)
				turnID := w.pastTurn(agentID, threadID)
				agentOf[turnID] = agentID
				for i := range 12 {
					at := start.Add(time.Duration(random.Int64N(int64(4 * 24 * time.Hour))))
					steps = append(steps, w.step(threadID, turnID, i+1).SetCreatedAt(at).
						SetProvider([]string{"a", "b"}[random.IntN(2)]).SetModel([]string{"x", "y/z"}[random.IntN(2)]).
						SetFinish([]string{"stop", "dropped"}[random.IntN(2)]).SetInputTokens(random.Int64N(1000)).
						SetCachedTokens(random.Int64N(100)).SetOutputTokens(random.Int64N(1000)).SetThinkingTokens(random.Int64N(10)).SaveX(w.ctx))
				}
			}
		}
		foreign := other.emptyThread(other.agent())
		other.step(foreign, other.pastTurn(other.agent(), foreign), 1).SetInputTokens(1e6).SetCreatedAt(start).ExecX(other.ctx)

		everything := []dialogue.UsageDimension{dialogue.UsageByDay, dialogue.UsageByAgent, dialogue.UsageByModel, dialogue.UsageByThread}
		for set := range 16 {
			var by []dialogue.UsageDimension
			for i, key := range everything {
				if set>>i&1 == 1 {
					by = append(by, key)
				}
			}
			for name, q := range map[string]dialogue.UsageQuery{
				"all":        {From: &start, To: ptr(start.Add(10 * 24 * time.Hour))},
				"days":       {From: ptr(start.Add(24 * time.Hour)), To: ptr(start.Add(72 * time.Hour))},
				"one agent":  {From: &start, To: ptr(start.Add(10 * 24 * time.Hour)), AgentID: ptr(agentOf[steps[0].TurnID])},
				"one thread": {From: &start, To: ptr(start.Add(10 * 24 * time.Hour)), ThreadID: &steps[20].ThreadID},
				"stranger's": {From: &start, To: ptr(start.Add(10 * 24 * time.Hour)), ThreadID: &foreign},
			} {
				want := map[dialogue.UsageRow]*dialogue.Usage{}
				for _, s := range steps {
					if s.CreatedAt < *q.From || s.CreatedAt >= *q.To || q.AgentID != nil && *q.AgentID != agentOf[s.TurnID] || q.ThreadID != nil && *q.ThreadID != s.ThreadID {
						continue
					}
					var key dialogue.UsageRow
					for _, dimension := range by {
						switch dimension {
						case dialogue.UsageByDay:
							key.Day = s.CreatedAt.Time().Format(time.DateOnly)
						case dialogue.UsageByAgent:
							key.AgentID = agentOf[s.TurnID]
						case dialogue.UsageByModel:
							key.Model = s.Provider + "/" + s.Model
						case dialogue.UsageByThread:
							key.ThreadID = s.ThreadID
						}
					}
					if want[key] == nil {
						want[key] = &dialogue.Usage{}
					}
					add(want[key], s)
				}
				q.By, q.First = by, ptr(250)
				got, err := w.s.Usage(w.operator, q)
				w.must(err)
				if len(got) != len(want) {
					t.Errorf("%s by %v: %d rows, want %d", name, by, len(got), len(want))
				}
				if !slices.IsSortedFunc(got, func(a, b dialogue.UsageRow) int { return cmp.Compare(b.Input+b.Output, a.Input+a.Output) }) {
					t.Errorf("%s by %v is not largest first", name, by)
				}
				for _, row := range got {
					sum := row.Usage
					row.Usage = dialogue.Usage{}
					if want[row] == nil || *want[row] != sum {
						t.Errorf("%s by %v: %+v has %+v, want %+v", name, by, row, sum, want[row])
					}
				}
				q.First = ptr(2)
				few, err := w.s.Usage(w.operator, q)
				w.must(err)
				equal(t, fmt.Sprint(name, by, " first 2"), few, got[:min(2, len(got))])
			}
		}
		sums, err := w.s.UsageOf(w.operator, []string{steps[0].ThreadID, foreign, "nothing"})
		w.must(err)
		var want dialogue.Usage
		for _, s := range steps {
			if s.ThreadID == steps[0].ThreadID {
				add(&want, s)
			}
		}
		equal(t, "of threads", sums, map[string]dialogue.Usage{steps[0].ThreadID: want})
	})
}

func TestUsageIsBounded(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, always(says("ok")))
		agentID := w.agent()
		threadID := w.emptyThread(agentID)
		turnID := w.pastTurn(agentID, threadID)
		now := ms.Now()
		for i, age := range []time.Duration{0, 29 * 24 * time.Hour, 31 * 24 * time.Hour} {
			w.step(threadID, turnID, i+1).SetCreatedAt(now.Add(-age)).SetInputTokens(math.MaxInt32).ExecX(w.ctx)
		}
		rows, err := w.s.Usage(w.operator, dialogue.UsageQuery{})
		w.must(err)
		equal(t, "the last 30 days", rows, []dialogue.UsageRow{{Usage: dialogue.Usage{Steps: 2, Input: 2 * math.MaxInt32}}})
		rows, err = w.s.Usage(w.operator, dialogue.UsageQuery{To: ptr(now.Add(-24 * time.Hour))})
		w.must(err)
		equal(t, "the 30 days before yesterday", rows[0].Steps, 2)
		none, err := w.s.Usage(w.operator, dialogue.UsageQuery{AgentID: ptr("agt_nobody")})
		w.must(err)
		equal(t, "of nobody", none, nil)

		day := 24 * time.Hour
		for name, tt := range map[string]struct {
			q     dialogue.UsageQuery
			field string
		}{
			"366 days":         {dialogue.UsageQuery{From: ptr(now.Add(-366 * day)), To: &now}, ""},
			"367 days":         {dialogue.UsageQuery{From: ptr(now.Add(-367 * day)), To: &now}, "from"},
			"367 days to now":  {dialogue.UsageQuery{From: ptr(now.Add(-367 * day))}, "from"},
			"the wrong way":    {dialogue.UsageQuery{From: &now, To: ptr(now.Add(-day))}, "from"},
			"nothing":          {dialogue.UsageQuery{From: &now, To: &now}, "from"},
			"in the future":    {dialogue.UsageQuery{From: ptr(now.Add(day))}, "from"},
			"no rows":          {dialogue.UsageQuery{First: ptr(0)}, "first"},
			"too many rows":    {dialogue.UsageQuery{First: ptr(251)}, "first"},
			"by something new": {dialogue.UsageQuery{By: []dialogue.UsageDimension{"MOON"}}, "groupBy"},
			"the same twice":   {dialogue.UsageQuery{By: []dialogue.UsageDimension{"DAY", "MODEL", "DAY"}}, ""},
		} {
			_, err := w.s.Usage(w.operator, tt.q)
			var bad *invalid.Error
			field := ""
			if errors.As(err, &bad) {
				field = bad.Fields[0].Field
			} else if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			equal(t, name, field, tt.field)
		}
	})
}
