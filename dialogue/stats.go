package dialogue

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/invalid"
)

// Bounds of StatsQuery.
const (
	DefaultStatsRange = 30 * 24 * time.Hour
	MaxStatsRange     = 400 * 24 * time.Hour
	// answeredWithin is how long an answer may take and still be one.
	answeredWithin = 7 * 24 * time.Hour
)

// StatsQuery asks how dialogues went. The zero value asks for the last 30 days in UTC.
type StatsQuery struct {
	// From is in the range, To is not. Without To the range goes on until now; without From it begins DefaultStatsRange
	// before its end. It may be as long as MaxStatsRange.
	From, To *ms.Time
	// AgentID leaves out all other agents, if set.
	AgentID *string
	// TimeZone is the IANA name of the zone of the days; empty means UTC.
	TimeZone string
}

// Stats are figures of dialogues. Where there was nothing there is no row.
type Stats struct {
	From, To ms.Time
	TimeZone string
	Total    Figures
	Days     []StatsRow // in order
	Agents   []StatsRow // most dialogues first
	Rows     []StatsRow // by day, then by agent
	Models   []UsageRow // largest first
}

// StatsRow are the figures of a day, an agent, or both; the other one is empty.
type StatsRow struct {
	Day, AgentID string
	Figures
}

// Figures count what happened. Outcomes count when they first happened in a dialogue.
type Figures struct {
	Dialogues                                                             int64
	CustomerMessages, AgentMessages, OperatorMessages                     int64
	Successes, Contacts, Interests, OperatorsAsked, TakenOver, ClosedOnes int64
	FirstResponse, Response                                               Durations
	Usage                                                                 Usage
	Cost                                                                  *Cost
}

// Durations say how long something took, in milliseconds rounded down by at most 5 %.
type Durations struct{ Count, P50, P90 int64 }

// span is a checked StatsQuery.
type span struct {
	from, to ms.Time
	agentID  *string
	zone     *time.Location
}

func (q StatsQuery) span(now ms.Time) (span, error) {
	var bad invalid.Error
	s := span{to: now, agentID: q.AgentID, zone: time.UTC}
	if q.To != nil {
		s.to = *q.To
	}
	s.from = s.to.Add(-DefaultStatsRange)
	if q.From != nil {
		s.from = *q.From
	}
	bad.Check(s.from < s.to, "from", "must be before the end of the range")
	bad.Check(s.to < s.from || s.to-s.from <= ms.Time(MaxStatsRange.Milliseconds()), "from", "must be at most %d days before the end of the range",
		int(MaxStatsRange.Hours()/24))
	bad.Check(s.from >= 0 && s.to < ms.Never, "from", "must be between 1970 and the end of time")
	if q.TimeZone != "" && q.TimeZone != "Local" {
		zone, err := time.LoadLocation(q.TimeZone)
		bad.Check(err == nil, "timeZone", "%q is no IANA time zone such as Europe/Berlin", q.TimeZone)
		s.zone = cmp.Or(zone, time.UTC)
	}
	bad.Check(q.TimeZone != "Local", "timeZone", `"Local" is no IANA time zone such as Europe/Berlin`)
	return s, bad.Err()
}

// Check says what is wrong with a query, as Stats would.
func (q StatsQuery) Check() error {
	_, err := q.span(ms.Now())
	return err
}

// Stats counts how dialogues of the viewer's workspace went. It takes seven statements, whatever the range is, and memory for its days and agents alone. The error is an
// *invalid.Error for a range out of bounds and an unknown time zone.
func (s *Service) Stats(ctx context.Context, q StatsQuery) (Stats, error) {
	sp, err := q.span(ms.Now())
	if err != nil {
		return Stats{}, err
	}
	v, _ := viewer.FromContext(ctx)
	t := newTally(sp.zone)
	read := statsReader{ctx: ctx, client: s.log.Client(), workspace: v.Workspace, span: sp, tally: t}
	for _, part := range []func() error{
		read.outcomes, read.messages,
		func() error { return s.usageOfDays(ctx, sp, t) },
	} {
		if err := part(); err != nil {
			return Stats{}, err
		}
	}
	out := t.stats()
	out.From, out.To, out.TimeZone = sp.from, sp.to, sp.zone.String()
	out.Models, err = s.usageRows(ctx, UsageQuery{AgentID: sp.agentID, By: []UsageDimension{UsageByModel}, Costs: true}, sp.from, sp.to, MaxUsageRows)
	return out, err
}

// usageOfDays tallies what models used and cost by day and agent.
func (s *Service) usageOfDays(ctx context.Context, sp span, t *tally) error {
	q := UsageQuery{AgentID: sp.agentID, By: []UsageDimension{UsageByDay, UsageByAgent}, day: dayOf("s.created_at", sp)}
	rows, err := s.usageRows(ctx, q, sp.from, sp.to, math.MaxInt32)
	if err != nil {
		return err
	}
	for _, row := range rows {
		t.each(row.Day, row.AgentID, func(c *cell) { c.Usage = c.Usage.plus(row.Usage) })
	}
	p, err := s.Prices(ctx)
	if err != nil {
		return err
	}
	t.unpriced(p.nothing())
	if len(p.all) == 0 || len(rows) == 0 {
		return nil
	}
	v, _ := viewer.FromContext(ctx)
	keys, columns := q.columns()
	sums, err := costs(ctx, s, p, q.source(v.Workspace, sp.from, sp.to), columns, func() ([]any, func() UsageRow) {
		var k usageKey
		return k.fields(keys), func() UsageRow { return k.row(keys) }
	})
	for row, cost := range sums {
		t.each(row.Day, row.AgentID, func(c *cell) { c.Cost = c.Cost.plus(cost) })
	}
	return err
}

func (u Usage) plus(other Usage) Usage {
	return Usage{u.Steps + other.Steps, u.Input + other.Input, u.Cached + other.Cached, u.Output + other.Output, u.Thinking + other.Thinking}
}

// byDay orders rows by day, then by agent.
func byDay(rows []StatsRow) []StatsRow {
	slices.SortFunc(rows, func(a, b StatsRow) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.AgentID, b.AgentID)) })
	return rows
}
