package dialogue

import (
	"context"
	"fmt"
	"iter"
	"time"

	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/call"
	"parley/ent/ms"
	"parley/ent/raw"
	"parley/ent/testevent"
	"parley/ent/testrun"
)

// DryRunEvent is something that happened in a dry run; exactly one of the pointers is set.
type DryRunEvent struct {
	Number  int            `json:"-"` // from 1 within the run
	At      ms.Time        `json:"at"`
	Message *DryRunReply   `json:"message,omitempty"`
	Step    *DryRunStep    `json:"step,omitempty"`
	Call    *DryRunCall    `json:"call,omitempty"`
	Tag     *DryRunTag     `json:"tag,omitempty"`
	End     *DryRunOutcome `json:"end,omitempty"`
}

// DryRunReply is a message of the agent. Model is empty for the fallback text.
type DryRunReply struct {
	ID    string `json:"id"`
	Text  string `json:"text"`
	Model string `json:"model"`
}

// DryRunStep is an answer of a model.
type DryRunStep struct {
	Number int         `json:"number"` // from 1 within the turn
	Model  string      `json:"model"`  // provider/model
	Finish string      `json:"finish"`
	Misfit *string     `json:"misfit,omitempty"`
	Ms     int64       `json:"ms"`
	Usage  model.Usage `json:"usage"`
	Cost   *Cost       `json:"cost,omitempty"` // nil when the model has no price
}

// DryRunCall is a call, when it was made and when it has ended.
type DryRunCall struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Arguments  raw.JSON   `json:"arguments"`
	State      call.State `json:"state"`
	Result     raw.JSON   `json:"result"`
	HTTPStatus *int       `json:"httpStatus,omitempty"`
	Error      string     `json:"error"`
}

// DryRunTag is a tag that the thread would have got.
type DryRunTag struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// DryRunOutcome is the end of a run. Reason is one of a turn's, or empty when the run was cut off.
type DryRunOutcome struct {
	Reason string      `json:"reason"`
	Text   string      `json:"text"`
	Steps  int         `json:"steps"`
	Usage  model.Usage `json:"usage"`
	Cost   *Cost       `json:"cost,omitempty"` // nil when some model has no price
}

// dryRunPoll is how often a follower of a dry run looks for more.
const dryRunPoll = 100 * time.Millisecond

// FollowDryRun yields what happened in a dry run from its beginning, then what happens, and ends behind its end or with
// ctx. A run whose process died ends with an outcome that says so. The error, yielded last, is ent's NotFoundError for an
// unknown run.
func (s *Service) FollowDryRun(ctx context.Context, runID string) iter.Seq2[DryRunEvent, error] {
	return func(yield func(DryRunEvent, error) bool) {
		tick := time.NewTicker(dryRunPoll)
		defer tick.Stop()
		for last := 0; ; {
			events, over, err := s.dryRunAfter(ctx, runID, last)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				yield(DryRunEvent{}, err)
				return
			}
			for _, e := range events {
				if last = e.Number; !yield(e, nil) || e.End != nil {
					return
				}
			}
			if over {
				yield(DryRunEvent{Number: last + 1, At: ms.Now(), End: &DryRunOutcome{Text: "the server that played the run was stopped"}}, nil)
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}
}

// dryRunAfter reads what happened after an event, and whether nothing more will come.
func (s *Service) dryRunAfter(ctx context.Context, runID string, after int) (events []DryRunEvent, over bool, err error) {
	client := s.log.Client()
	run, err := client.TestRun.Query().Where(testrun.ID(runID)).Only(ctx)
	if err != nil {
		return nil, false, err
	}
	// The run was read first: an end that is stored after it is read the next time.
	rows, err := client.TestEvent.Query().Where(testevent.RunID(runID), testevent.NumberGT(after)).Order(ent.Asc(testevent.FieldNumber)).All(ctx)
	if err != nil {
		return nil, false, err
	}
	for _, row := range rows {
		e := DryRunEvent{Number: row.Number}
		if err := row.Data.Decode(&e); err != nil {
			return nil, false, fmt.Errorf("read %s: %w", row.ID, err)
		}
		events = append(events, e)
	}
	return events, len(rows) == 0 && (run.EndedAt != nil || run.AliveUntil < ms.Now()), nil
}
