package dialogue_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/dialogue"
	"parley/ent/message"
	"parley/ent/ms"
	threads "parley/ent/thread"
	"parley/ent/turn"
	"parley/storage"
	"parley/storage/storagetest"
)

// at is a moment in UTC.
func at(text string) ms.Time {
	t, err := time.Parse(time.DateTime, text)
	if err != nil {
		panic(err)
	}
	return ms.Of(t)
}

func TestStatsCountWhatHappened(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, always(says("hello")))
		ctx, c := w.ctx, w.db.Client
		one, two := c.Agent.Create().SetName("one").SaveX(ctx).ID, c.Agent.Create().SetName("two").SaveX(ctx).ID
		number := int64(0)
		thread := func(agentID, begun string, last string) string {
			return c.Thread.Create().SetAgentID(agentID).SetCustomerID(c.Customer.Create().SaveX(ctx).ID).SetShard(0).SetCreatedAt(at(begun)).SetLastActivityAt(at(last)).SaveX(ctx).ID
		}
		say := func(threadID string, author message.Author, when ms.Time) {
			number++
			c.Message.Create().SetThreadID(threadID).SetSequence(number).SetAuthor(author).SetText("x").SetCreatedAt(when).ExecX(ctx)
		}
		// On 29 March 2026 Berlin goes from UTC+1 to UTC+2 at 01:00 UTC.
		x := thread(one, "2026-03-28 22:59:00", "2026-03-30 12:00:00")
		say(x, message.AuthorCUSTOMER, at("2026-03-28 22:59:00")) // 23:59 in Berlin, still the 28th
		say(x, message.AuthorCUSTOMER, at("2026-03-28 22:59:10"))
		say(x, message.AuthorAGENT, at("2026-03-28 23:00:00")) // 60 s later, the 29th
		say(x, message.AuthorAGENT, at("2026-03-28 23:00:30")) // unasked
		say(x, message.AuthorCUSTOMER, at("2026-03-29 21:59:00"))
		say(x, message.AuthorSYSTEM, at("2026-03-29 21:59:30"))
		say(x, message.AuthorOPERATOR, at("2026-03-29 22:00:00")) // 60 s later, the 30th in summer time
		c.Thread.Update().Where(threads.ID(x)).SetSuccessAt(at("2026-03-29 21:59:59")).SetOperatorAt(at("2026-03-29 10:00:00")).SetTakenOverAt(at("2026-03-29 22:00:00")).ExecX(ctx)
		y := thread(two, "2026-03-30 10:00:00", "2026-04-02 12:00:00")
		say(y, message.AuthorAGENT, at("2026-03-30 10:00:00")) // a greeting
		say(y, message.AuthorCUSTOMER, at("2026-03-30 10:00:01"))
		say(y, message.AuthorAGENT, at("2026-03-30 10:00:03")) // 2 s
		say(y, message.AuthorCUSTOMER, at("2026-03-30 10:01:00"))
		say(y, message.AuthorAGENT, at("2026-04-20 10:01:00")) // too late for an answer, and for the range
		before := thread(two, "2026-01-01 00:00:00", "2026-01-02 00:00:00")
		say(before, message.AuthorCUSTOMER, at("2026-01-01 00:00:00"))
		_, other := storagetest.Workspace(t, db, "other")
		c.Thread.Create().SetAgentID(c.Agent.Create().SetName("three").SaveX(other).ID).SetCustomerID(c.Customer.Create().SaveX(other).ID).SetShard(0).
			SetCreatedAt(at("2026-03-29 12:00:00")).SetLastActivityAt(at("2026-03-29 12:00:00")).ExecX(other)
		tn := c.Turn.Create().SetThreadID(x).SetAgentID(one).SetState(turn.StateENDED).SetDueAt(1).SetFirstMessageAt(1).SaveX(ctx)
		c.Step.Create().SetThreadID(x).SetTurnID(tn.ID).SetNumber(1).SetContent("[]").SetFinish("stop").SetReadSequence(0).SetStartedAt(1).
			SetProvider("fake").SetModel("m").SetInputTokens(1_000_000).SetOutputTokens(500_000).SetCreatedAt(at("2026-03-29 22:30:00")).ExecX(ctx)
		if _, err := w.s.SetModelPrice(ctx, dialogue.PriceInput{Model: "fake/*", Currency: "EUR", Input: "2", Output: "4"}); err != nil {
			t.Fatal(err)
		}

		from, to := at("2026-03-01 00:00:00"), at("2026-04-10 00:00:00")
		show := func(q dialogue.StatsQuery) string {
			t.Helper()
			q.From, q.To = &from, &to
			got, err := w.s.Stats(ctx, q)
			if err != nil {
				t.Fatal(err)
			}
			names := map[string]string{one: "one", two: "two"}
			var b strings.Builder
			line := func(what string, f dialogue.Figures) {
				cost := ""
				if f.Cost != nil && f.Usage.Steps > 0 {
					cost = f.Cost.Amount() + f.Cost.Currency
				}
				fmt.Fprintf(&b, "%s: %d begun, %d %d %d said, %d%d%d%d%d%d, first %v, all %v, %d %s\n", strings.TrimSpace(what), f.Dialogues, f.CustomerMessages, f.AgentMessages,
					f.OperatorMessages, f.Successes, f.Contacts, f.Interests, f.OperatorsAsked, f.TakenOver, f.ClosedOnes, f.FirstResponse, f.Response, f.Usage.Input, cost)
			}
			line("total", got.Total)
			for _, rows := range [][]dialogue.StatsRow{got.Days, got.Agents, got.Rows} {
				for _, row := range rows {
					line(row.Day+" "+names[row.AgentID], row.Figures)
				}
			}
			for _, m := range got.Models {
				fmt.Fprintln(&b, m.Model, m.Usage.Input, m.Cost.Amount())
			}
			return b.String()
		}
		c.Thread.Update().Where(threads.ID(y)).SetClosedAt(at("2026-04-02 12:00:00")).ExecX(ctx)
		const want = `total: 2 begun, 5 4 1 said, 100111, first {2 2000 60000}, all {3 60000 60000}, 1000000 4EUR
2026-03-28: 1 begun, 2 0 0 said, 000000, first {0 0 0}, all {0 0 0}, 0
2026-03-29: 0 begun, 1 2 0 said, 100100, first {1 60000 60000}, all {1 60000 60000}, 0
2026-03-30: 1 begun, 2 2 1 said, 000010, first {1 2000 2000}, all {2 2000 60000}, 1000000 4EUR
2026-04-02: 0 begun, 0 0 0 said, 000001, first {0 0 0}, all {0 0 0}, 0
one: 1 begun, 3 2 1 said, 100110, first {1 60000 60000}, all {2 60000 60000}, 1000000 4EUR
two: 1 begun, 2 2 0 said, 000001, first {1 2000 2000}, all {1 2000 2000}, 0
2026-03-28 one: 1 begun, 2 0 0 said, 000000, first {0 0 0}, all {0 0 0}, 0
2026-03-29 one: 0 begun, 1 2 0 said, 100100, first {1 60000 60000}, all {1 60000 60000}, 0
2026-03-30 one: 0 begun, 0 0 1 said, 000010, first {0 0 0}, all {1 60000 60000}, 1000000 4EUR
2026-03-30 two: 1 begun, 2 2 0 said, 000000, first {1 2000 2000}, all {1 2000 2000}, 0
2026-04-02 two: 0 begun, 0 0 0 said, 000001, first {0 0 0}, all {0 0 0}, 0
fake/m 1000000 4
`
		trim := func(s string) string { return strings.ReplaceAll(s, " \n", "\n") }
		if got := trim(show(dialogue.StatsQuery{TimeZone: "Europe/Berlin"})); sorted(got) != sorted(want) {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		if got := trim(show(dialogue.StatsQuery{AgentID: &two})); !strings.HasPrefix(got, "total: 1 begun, 2 2 0 said, 000001, first {1 2000 2000}, all {1 2000 2000}, 0\n2026-03-30: 1 begun") || strings.Contains(got, "one") {
			t.Errorf("of one agent, in UTC:\n%s", got)
		}
		if got := show(dialogue.StatsQuery{TimeZone: "America/Los_Angeles"}); !strings.Contains(got, "2026-03-29 one: 0 begun, 1 0 1 said") {
			t.Errorf("in Los Angeles:\n%s", got)
		}
	})
}

// sorted is a text with its lines in order: equal agents may come either way.
func sorted(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		for j := i; j > 0 && lines[j] < lines[j-1]; j-- {
			lines[j], lines[j-1] = lines[j-1], lines[j]
		}
	}
	return strings.Join(lines, "\n")
}

func TestStatsOfAnImpossibleRangeAreRefused(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, always(says("hello")))
		early, late := at("2024-01-01 00:00:00"), at("2026-01-01 00:00:00")
		for field, q := range map[string]dialogue.StatsQuery{
			"from":     {From: &early, To: &late},
			"timeZone": {TimeZone: "Mars/Olympus"},
		} {
			if err := q.Check(); err == nil || !strings.Contains(err.Error(), field) {
				t.Errorf("%s: %v", field, err)
			}
		}
		for _, zone := range []string{"", "UTC", "Asia/Kathmandu", "Africa/Casablanca", "America/St_Johns", "Pacific/Apia"} {
			from := late.Add(-400 * 24 * time.Hour)
			if _, err := w.s.Stats(w.ctx, dialogue.StatsQuery{From: &from, To: &late, TimeZone: zone}); err != nil {
				t.Errorf("%s: %v", zone, err)
			}
		}
	})
}
