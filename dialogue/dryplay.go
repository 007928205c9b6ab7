package dialogue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/ent"
	"parley/ent/call"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/raw"
	"parley/ent/step"
	"parley/ent/testrun"
	"parley/ent/viewer"
	"parley/eventlog"
)

// playDryRuns plays the dry runs of this process, some side by side, until ctx ends. What waits then is cut off.
func (s *Service) playDryRuns(ctx context.Context) {
	var g errgroup.Group
	for range dryRunsAtOnce {
		g.Go(func() error {
			for {
				select {
				case <-ctx.Done():
					return nil
				case job := <-s.dryRuns:
					if time.Now().After(job.notAfter) {
						continue // its followers were told that it is over
					}
					if err := s.playDryRun(ctx, job); err != nil && ctx.Err() == nil {
						s.o.Logger.ErrorContext(ctx, "dialogue: a dry run failed", "run", job.id, "error", err)
					}
				}
			}
		})
	}
	_ = g.Wait()
}

// stage is a database of its own, thrown away after the run, with the engine on it.
type stage struct {
	s       *Service
	job     *dryRun
	home    *Service // where the run is told
	number  int      // of the last event told
	steps   int      // steps told
	prices  *Prices
	outcome DryRunOutcome
}

// playDryRun plays one run on a stage and tells at home what happens. However it goes, the run ends.
func (s *Service) playDryRun(ctx context.Context, job *dryRun) (err error) {
	ctx = viewer.WorkerContext(ctx, job.workspace, "dry run")
	g := &stage{job: job, home: s}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
		if err != nil {
			g.outcome.Text = "the run failed inside the server"
		}
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if tellErr := g.tell(ending, DryRunEvent{End: &g.outcome}); err == nil {
			err = tellErr
		}
	}()
	if s.o.Scratch == nil {
		return fmt.Errorf("there is no place for dry runs")
	}
	log, closeStage, err := s.o.Scratch(ctx)
	if err != nil {
		return fmt.Errorf("set the stage: %w", err)
	}
	defer func() {
		if closeErr := closeStage(); err == nil {
			err = closeErr
		}
	}()
	o := s.o
	o.Workers, o.Sole, o.DrainFor, o.Scratch, o.PollFor = 1, true, -1, nil, 50*time.Millisecond
	if o.Live != nil {
		o.Live = ofRun{job.id, o.Live}
	}
	g.s = New(log, s.keys, s.client, s.guard, o)
	g.s.instead, g.s.own = g.instead, s.own // credentials are not on the stage
	if g.prices, err = s.Prices(ctx); err != nil {
		return err
	}
	g.outcome.Cost = g.prices.nothing()
	threadID, err := g.fill(ctx)
	if err != nil {
		return fmt.Errorf("fill the stage: %w", err)
	}
	limit := time.Duration(job.agent.MaxTurnSeconds)*time.Second + time.Minute
	ctx, stop := context.WithTimeoutCause(ctx, limit, errors.New("the run did not end in time"))
	defer stop()
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return g.s.Run(running) })
	group.Go(func() error { return g.keepAlive(running) })
	err = g.watch(running, threadID)
	stop()
	return cmp.Or(err, group.Wait(), g.tellRest(ctx, threadID))
}

// tellRest tells the steps that came with or after the end of the turn, or of the process: what was said in vain was paid
// for too.
func (g *stage) tellRest(ctx context.Context, threadID string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return g.tellSteps(ctx, threadID, math.MaxInt64, math.MaxInt)
}

// watch tells what happens on the stage until the turn has ended.
func (g *stage) watch(ctx context.Context, threadID string) error {
	for row, err := range g.s.log.FollowThread(ctx, threadID, 0) {
		if err != nil {
			return err
		}
		var data eventlog.Data
		if err := row.Data.Decode(&data); err != nil {
			return err
		}
		e, last := DryRunEvent{At: row.CreatedAt}, math.MaxInt
		if data.CallID != "" {
			if e.Call, last, err = g.callOf(ctx, data); err != nil {
				return err
			}
		}
		// A step is told before the first event that came with it: those of one transaction have the same time.
		if err := g.tellSteps(ctx, threadID, row.CreatedAt, last); err != nil {
			return err
		}
		switch row.Type {
		case eventlog.MessageCreated:
			m, err := g.s.log.Client().Message.Query().Where(message.ID(data.MessageID)).Only(ctx)
			if err != nil {
				return err
			}
			if m.TurnID == nil {
				continue // what was said before, and the text
			}
			e.Message = &DryRunReply{m.ID, m.Text, m.Model}
		case eventlog.TagAdded:
			e.Tag = &DryRunTag{data.Tag, data.Text}
		case eventlog.OperatorMessage:
			e.Tag = &DryRunTag{TagMessageForOperator, data.Text}
		case eventlog.CallUpdated:
		case eventlog.TurnEnded:
			g.outcome.Reason, g.outcome.Text = data.Reason, data.Text
			return nil
		default:
			continue
		}
		if err := g.tell(ctx, e); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// callOf reads the call of an event as it was then, and the number of the step that made it.
func (g *stage) callOf(ctx context.Context, data eventlog.Data) (*DryRunCall, int, error) {
	c, err := g.s.log.Client().Call.Query().Where(call.ID(data.CallID)).Only(ctx)
	if err != nil {
		return nil, 0, err
	}
	made, err := g.s.log.Client().Step.Query().Where(step.ID(c.StepID)).Only(ctx)
	if err != nil {
		return nil, 0, err
	}
	told := &DryRunCall{ID: c.ID, Name: c.Name, Arguments: c.Arguments, State: call.State(data.Status)}
	if told.State != call.StateRESERVED {
		told.Result, told.HTTPStatus, told.Error = c.Result, c.HTTPStatus, c.Error
	}
	return told, made.Number, nil
}

// tellSteps tells the steps that are new, up to a time and a number.
func (g *stage) tellSteps(ctx context.Context, threadID string, until ms.Time, last int) error {
	steps, err := g.s.log.Client().Step.Query().Where(step.ThreadID(threadID), step.NumberGT(g.steps), step.NumberLTE(last), step.CreatedAtLTE(until)).
		Order(ent.Asc(step.FieldNumber)).All(ctx)
	if err != nil {
		return err
	}
	for _, st := range steps {
		told := &DryRunStep{Number: st.Number, Model: st.Provider + "/" + st.Model, Finish: st.Finish, Misfit: st.Misfit, Ms: int64(st.CreatedAt - st.StartedAt)}
		told.Usage.Input, told.Usage.Cached = st.InputTokens, st.CachedTokens
		told.Usage.Output, told.Usage.Thinking = st.OutputTokens, st.ThinkingTokens
		told.Cost = g.prices.Cost(told.Model, st.CreatedAt, Usage{
			Input: st.InputTokens, Cached: st.CachedTokens, Output: st.OutputTokens, Thinking: st.ThinkingTokens})
		g.outcome.Cost = g.outcome.Cost.plus(told.Cost)
		total := &g.outcome.Usage
		total.Input, total.Cached = total.Input+st.InputTokens, total.Cached+st.CachedTokens
		total.Output, total.Thinking = total.Output+st.OutputTokens, total.Thinking+st.ThinkingTokens
		g.steps, g.outcome.Steps = st.Number, g.outcome.Steps+1
		if err := g.tell(ctx, DryRunEvent{At: st.CreatedAt, Step: told}); err != nil {
			return err
		}
	}
	return nil
}

// tell stores an event of the run.
func (g *stage) tell(ctx context.Context, e DryRunEvent) error {
	if e.At == 0 {
		e.At = ms.Now()
	}
	g.number++
	return g.home.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		data, err := raw.Of(e)
		if err != nil {
			return err
		}
		err = tx.Client().TestEvent.Create().SetWorkspaceID(g.job.workspace).SetRunID(g.job.id).SetNumber(g.number).SetData(data).
			SetCreatedAt(tx.Now).Exec(ctx)
		if err != nil {
			return fmt.Errorf("tell of the dry run: %w", err)
		}
		if e.Step != nil {
			if err := g.charge(ctx, tx, e.Step); err != nil {
				return err
			}
		}
		update := tx.Client().TestRun.Update().Where(testrun.ID(g.job.id)).SetAliveUntil(tx.Now.Add(dryRunAlive))
		if e.End != nil {
			update.SetEndedAt(tx.Now)
		}
		return update.Exec(ctx)
	})
}

// charge stores what a step used, for the figures of usage and the agent's daily limit.
func (g *stage) charge(ctx context.Context, tx *eventlog.Tx, st *DryRunStep) error {
	provider, name := splitModel(st.Model)
	err := tx.Client().TestUsage.Create().SetWorkspaceID(g.job.workspace).SetRunID(g.job.id).SetAgentID(g.job.agent.ID).
		SetProvider(provider).SetModel(name).SetInputTokens(st.Usage.Input).SetCachedTokens(st.Usage.Cached).
		SetOutputTokens(st.Usage.Output).SetThinkingTokens(st.Usage.Thinking).SetCreatedAt(tx.Now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("charge a step of the dry run: %w", err)
	}
	return nil
}

// ofRun tells what is written on the stage under the id of the run.
type ofRun struct {
	runID string
	to    Generations
}

// Delta implements Generations.
func (o ofRun) Delta(d Delta) {
	d.ThreadID = o.runID
	o.to.Delta(d)
}

// Ended implements Generations.
func (o ofRun) Ended(g Generation, stored bool) {
	g.ThreadID = o.runID
	o.to.Ended(g, stored)
}

// keepAlive says now and then that the run goes on.
func (g *stage) keepAlive(ctx context.Context) error {
	tick := time.NewTicker(dryRunAlive / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		err := g.home.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
			return tx.Client().TestRun.Update().Where(testrun.ID(g.job.id)).SetAliveUntil(tx.Now.Add(dryRunAlive)).Exec(ctx)
		})
		if err != nil && ctx.Err() == nil {
			g.home.o.Logger.Warn("dialogue: a dry run cannot say that it goes on", "run", g.job.id, "error", err)
		}
	}
}
