package graph

import (
	"context"
	"strconv"

	"parley/dialogue"
	"parley/ent"
	"parley/ent/agent"
	"parley/ent/ms"
	"parley/graph/gql"
)

// statsRange are the arguments of `stats` as a link keeps them.
type statsRange struct {
	From     *ms.Time `json:"f,omitempty"`
	To       *ms.Time `json:"t,omitempty"`
	AgentID  *string  `json:"a,omitempty"`
	TimeZone string   `json:"z,omitempty"`
}

func (s statsRange) query() dialogue.StatsQuery {
	return dialogue.StatsQuery{From: s.From, To: s.To, AgentID: s.AgentID, TimeZone: s.TimeZone}
}

// countStats answers `stats`.
func (r *Resolver) countStats(ctx context.Context, asked statsRange) (*gql.Stats, error) {
	s, err := r.dialogue.Stats(ctx, asked.query())
	if err != nil {
		return nil, err
	}
	agents, err := r.statsAgents(ctx, s)
	if err != nil {
		return nil, err
	}
	rowsOf := func(rows []dialogue.StatsRow) []*gql.StatsRow {
		out := make([]*gql.StatsRow, len(rows))
		for i, row := range rows {
			out[i] = &gql.StatsRow{Day: textOrNull(row.Day), Agent: agents[row.AgentID], Figures: figuresOf(row.Figures)}
		}
		return out
	}
	out := &gql.Stats{
		From: s.From, To: s.To, TimeZone: s.TimeZone, Total: figuresOf(s.Total), Days: rowsOf(s.Days), Agents: rowsOf(s.Agents), Rows: rowsOf(s.Rows),
		Models: make([]*gql.UsageRow, len(s.Models)),
	}
	for i, sum := range s.Models {
		out.Models[i] = &gql.UsageRow{Model: textOrNull(sum.Model), Usage: usageOf(sum.Usage, sum.Cost)}
	}
	return out, nil
}

// statsAgents reads the agents of figures in one statement, deleted ones too.
func (r *Resolver) statsAgents(ctx context.Context, s dialogue.Stats) (map[string]*ent.Agent, error) {
	ids := make([]string, len(s.Agents))
	for i, row := range s.Agents {
		ids[i] = row.AgentID
	}
	agents := map[string]*ent.Agent{}
	if len(ids) == 0 {
		return agents, nil
	}
	found, err := r.client.Agent.Query().Where(agent.IDIn(ids...)).All(ctx)
	for _, a := range found {
		agents[a.ID] = a
	}
	return agents, err
}

func figuresOf(f dialogue.Figures) *gql.StatsFigures {
	return &gql.StatsFigures{
		Dialogues: int(f.Dialogues), CustomerMessages: int(f.CustomerMessages), AgentMessages: int(f.AgentMessages), OperatorMessages: int(f.OperatorMessages),
		Successes: int(f.Successes), Contacts: int(f.Contacts), Interests: int(f.Interests), OperatorsAsked: int(f.OperatorsAsked),
		TakenOver: int(f.TakenOver), Closed: int(f.ClosedOnes), FirstResponse: durationsOf(f.FirstResponse), Response: durationsOf(f.Response),
		Usage: usageOf(f.Usage, f.Cost),
	}
}

func durationsOf(d dialogue.Durations) *gql.Durations {
	out := &gql.Durations{Count: int(d.Count)}
	if d.Count > 0 {
		out.P50Ms, out.P90Ms = new(int(d.P50)), new(int(d.P90))
	}
	return out
}

// linkToStats answers `exportStats`.
func (r *Resolver) linkToStats(ctx context.Context, asked statsRange) (*gql.Download, error) {
	if err := asked.query().Check(); err != nil {
		return nil, err
	}
	return r.linkTo(ctx, exportLink{Stats: &asked})
}

// statsColumns are the columns of the figures, described in docs/exports.md.
var statsColumns = []string{
	"day", "agent_id", "agent_name", "dialogues", "customer_messages", "agent_messages", "operator_messages", "successes", "contacts", "interests",
	"operators_asked", "taken_over", "closed", "first_responses", "first_response_p50_ms", "first_response_p90_ms", "responses", "response_p50_ms",
	"response_p90_ms", "steps", "input_tokens", "cached_tokens", "output_tokens", "thinking_tokens", "cost", "currency",
}

// writeStats writes the figures of each day and agent as CSV.
func (e *exports) writeStats(ctx context.Context, d *download) error {
	asked := d.link.Stats.query()
	var agents map[string]*ent.Agent
	s, err := within(ctx, e, func(ctx context.Context) (s dialogue.Stats, err error) {
		if s, err = e.resolver.dialogue.Stats(ctx, asked); err != nil {
			return s, err
		}
		agents, err = e.resolver.statsAgents(ctx, s)
		return s, err
	})
	if err != nil {
		return err
	}
	writeCSV(d, statsColumns)
	for _, row := range s.Rows {
		writeCSV(d, statsCells(row, agents[row.AgentID]))
	}
	return d.pageDone()
}

func statsCells(row dialogue.StatsRow, a *ent.Agent) []string {
	name := ""
	if a != nil {
		name = a.Name
	}
	f := row.Figures
	cells := []string{row.Day, row.AgentID, name}
	for _, n := range []int64{f.Dialogues, f.CustomerMessages, f.AgentMessages, f.OperatorMessages, f.Successes, f.Contacts, f.Interests,
		f.OperatorsAsked, f.TakenOver, f.ClosedOnes} {
		cells = append(cells, strconv.FormatInt(n, 10))
	}
	for _, took := range []dialogue.Durations{f.FirstResponse, f.Response} {
		cells = append(cells, strconv.FormatInt(took.Count, 10))
		for _, n := range []int64{took.P50, took.P90} {
			if took.Count == 0 {
				cells = append(cells, "")
				continue
			}
			cells = append(cells, strconv.FormatInt(n, 10))
		}
	}
	for _, n := range []int64{f.Usage.Steps, f.Usage.Input, f.Usage.Cached, f.Usage.Output, f.Usage.Thinking} {
		cells = append(cells, strconv.FormatInt(n, 10))
	}
	cost := costOf(f.Cost)
	if cost == nil {
		return append(cells, "", "")
	}
	return append(cells, string(cost.Amount), cost.Currency)
}
