package dialogue

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"parley/ent"
	"parley/ent/agent"
	"parley/ent/message"
	"parley/ent/raw"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/invalid"
)

// FunctionMode says what a dry run does with HTTP functions.
type FunctionMode string

// The modes of HTTP functions in a dry run.
const (
	RefuseFunctions FunctionMode = "REFUSE"
	CannedFunctions FunctionMode = "CANNED"
	LiveFunctions   FunctionMode = "LIVE"
)

// DryRunInput asks for an agent's turn on a text, without a thread, an event or a webhook.
type DryRunInput struct {
	AgentID string
	// Version is the number of a version; nil is the draft.
	Version *int
	// History is what was said before, at most 200 messages. Authors are CUSTOMER, AGENT and OPERATOR.
	History   []DryRunMessage
	Text      string
	Customer  *CustomerInput
	Channel   string
	Metadata  *raw.JSON
	Functions FunctionMode
	// Canned are the answers of HTTP functions by name, for CannedFunctions.
	Canned map[string]CannedAnswer
}

// DryRunMessage is something that was said before a dry run.
type DryRunMessage struct {
	Author message.Author
	Text   string
}

// CannedAnswer is what an HTTP function answers in a dry run.
type CannedAnswer struct {
	Status int
	Body   raw.JSON
}

// ErrTooManyDryRuns is returned when this process has as many dry runs waiting as it takes.
var ErrTooManyDryRuns = errors.New("too many dry runs are waiting on this server: try again in a moment")

const (
	// dryRunsAtOnce is how many dry runs a process plays side by side, dryRunsWaiting how many may wait.
	dryRunsAtOnce  = 4
	dryRunsWaiting = 16
	// dryRunWait is how long a run may wait for its turn; then it is over without having been played.
	dryRunWait = 10 * time.Minute
	// dryRunAlive is how long a dry run counts as running after its process last said so.
	dryRunAlive = 30 * time.Second
	// keepDryRuns is how long what a dry run did can be read.
	keepDryRuns = 24 * time.Hour
	// dryRunsForgotten is how many old ones are deleted at a time.
	dryRunsForgotten = 20
)

// dryRun is a run that waits for its turn in this process.
type dryRun struct {
	id, workspace string
	in            DryRunInput
	agent         *ent.Agent // as the run sees it, with its functions
	notAfter      time.Time  // when it begins at the latest
}

// TestAgent starts a dry run and returns its id at once; Run plays it. FollowDryRun tells what happens in it. The error
// is *invalid.Error for bad input and ErrTooManyDryRuns when this process has enough to do.
func (s *Service) TestAgent(ctx context.Context, in DryRunInput) (ID, error) {
	if err := in.check(); err != nil {
		return ID{}, err
	}
	var job *dryRun
	s.dryRunMu.Lock() // whoever finds room in the queue has it
	defer s.dryRunMu.Unlock()
	result, err := eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		job = nil
		if len(s.dryRuns) == cap(s.dryRuns) {
			return ID{}, ErrTooManyDryRuns
		}
		a, err := s.agentToTest(ctx, tx, in)
		if err != nil {
			return ID{}, err
		}
		row, err := tx.Client().TestRun.Create().SetWorkspaceID(a.WorkspaceID).SetAgentID(a.ID).
			SetAliveUntil(tx.Now.Add(dryRunWait)).SetCreatedAt(tx.Now).Save(ctx)
		if err != nil {
			return ID{}, fmt.Errorf("store the dry run: %w", err)
		}
		job = &dryRun{row.ID, a.WorkspaceID, in, a, time.Now().Add(dryRunWait)}
		return ID{row.ID}, nil
	})
	if err != nil || job == nil {
		return result, err
	}
	s.dryRuns <- job // there is room
	return result, nil
}

// agentToTest reads the agent as the run is to see it.
func (s *Service) agentToTest(ctx context.Context, tx *eventlog.Tx, in DryRunInput) (*ent.Agent, error) {
	a, err := tx.Client().Agent.Query().Where(agent.ID(in.AgentID), agent.DeletedAtIsNil()).WithFunctions().Only(ctx)
	if err != nil {
		return nil, err
	}
	if in.Version != nil {
		v, err := numbered(ctx, tx, a.ID, *in.Version)
		if err != nil {
			return nil, err
		}
		kept, err := readSettings(v)
		if err != nil {
			return nil, err
		}
		a = kept.over(a)
	}
	names := map[string]bool{}
	for _, f := range a.Edges.Functions {
		names[f.Name] = true
	}
	var bad invalid.Error
	for name := range in.Canned {
		bad.Check(names[name], "canned", "the agent has no function %q", name)
	}
	return a, bad.Err()
}

func (in DryRunInput) check() error {
	var bad invalid.Error
	bad.Text("text", in.Text, 1, MaxMessage)
	bad.Check(len(in.History) <= maxHistory, "history", "has %d messages; at most %d are allowed", len(in.History), maxHistory)
	for i, m := range in.History {
		field := "history." + strconv.Itoa(i)
		bad.Text(field+".text", m.Text, 1, MaxMessage)
		bad.Check(m.Author != message.AuthorSYSTEM, field+".author", "must be CUSTOMER, AGENT or OPERATOR")
	}
	switch in.Functions {
	case RefuseFunctions, LiveFunctions:
		bad.Check(len(in.Canned) == 0, "canned", "is for functions: CANNED")
	case CannedFunctions:
	default:
		bad.Add("functions", "must be REFUSE, CANNED or LIVE")
	}
	bad.Check(len(in.Canned) <= MaxFunctions, "canned", "has %d entries; at most %d are allowed", len(in.Canned), MaxFunctions)
	for name, answer := range in.Canned {
		bad.Check(100 <= answer.Status && answer.Status <= 599, "canned", "the status %d of %s is none of HTTP", answer.Status, name)
		bad.Check(len(answer.Body) <= MaxAnswer, "canned", "the body of %s has %d bytes; at most %d are allowed", name, len(answer.Body), MaxAnswer)
	}
	if err := (ThreadInput{Channel: in.Channel, Metadata: in.Metadata, Customer: in.Customer}).check(); err != nil {
		var more *invalid.Error
		if !errors.As(err, &more) {
			return err
		}
		bad.Fields = append(bad.Fields, more.Fields...)
	}
	return bad.Err()
}

// forgetDryRuns deletes what dry runs of all workspaces did when it is past its time, some runs at a time, so that no
// statement holds up others for long. What they used stays.
func (s *Service) forgetDryRuns(ctx context.Context) {
	ctx = viewer.SystemContext(ctx, "retention")
	for {
		n, err := s.forgetSomeDryRuns(ctx)
		if err != nil && ctx.Err() == nil {
			s.o.Logger.Error("dialogue: old dry runs cannot be deleted", "error", err)
		}
		if err != nil || n == 0 {
			return
		}
	}
}

// forgetSomeDryRuns deletes the oldest runs that are past their time, at most dryRunsForgotten, and returns how many went.
func (s *Service) forgetSomeDryRuns(ctx context.Context) (n int64, err error) {
	// Another process may be at it: a run goes when its events have gone, whoever deleted them.
	for _, statement := range []string{
		`DELETE FROM test_events WHERE run_id IN (SELECT id FROM test_runs WHERE created_at < %s - $1 ORDER BY created_at, id LIMIT $2)`,
		`DELETE FROM test_runs WHERE id IN (SELECT id FROM test_runs WHERE created_at < %s - $1
			AND NOT EXISTS (SELECT 1 FROM test_events WHERE test_events.run_id = test_runs.id) ORDER BY created_at, id LIMIT $2)`,
	} {
		done, err := s.log.Client().ExecContext(ctx, fmt.Sprintf(statement, s.log.NowSQL()), keepDryRuns.Milliseconds(), dryRunsForgotten)
		if err != nil {
			return 0, err
		}
		if n, err = done.RowsAffected(); err != nil {
			return 0, err
		}
	}
	return n, nil
}
