package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"parley/delivery"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/outbound"
	"parley/sampledata"
)

// generated is what `parley generate-data` is asked for.
type generated struct {
	workspace                string
	agents, operators        int
	threads, days, eventDays int
	messages                 float64
	turns                    bool
	seed                     uint64
}

// generateCommand makes a workspace and fills it with dialogues that nobody had.
func generateCommand(ctx context.Context, c Config, args []string, out io.Writer) (err error) {
	g := generated{}
	flags := flag.NewFlagSet("generate-data", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&g.workspace, "workspace", "generated", "name of the workspace, which is made")
	flags.IntVar(&g.threads, "threads", 10_000, "number of threads")
	flags.Float64Var(&g.messages, "messages", 10, "messages of a thread on average")
	flags.IntVar(&g.days, "days", 365, "days over which the threads began")
	flags.IntVar(&g.eventDays, "event-days", 30, "days whose events and deliveries are there")
	flags.BoolVar(&g.turns, "turns", true, "whether each answer has its turn and step")
	flags.IntVar(&g.agents, "agents", 20, "number of agents")
	flags.IntVar(&g.operators, "operators", 8, "number of operators")
	flags.Uint64Var(&g.seed, "seed", 1, "the same seed gives the same texts")
	if _, err := flagsAndNames(flags, args, 0); err != nil {
		return err
	}
	if err := g.validate(); err != nil {
		return err
	}
	if c.embedded() {
		release, err := lockData(filepath.Dir(c.file()))
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, release()) }()
	}
	a, err := openApp(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	return a.generate(ctx, g, out)
}

func (g generated) validate() error {
	for name, n := range map[string]int{"threads": g.threads, "days": g.days, "agents": g.agents, "operators": g.operators} {
		if n < 1 || n > 100_000_000 {
			return fmt.Errorf("--%s must be from 1 to 100000000, not %d", name, n)
		}
	}
	switch {
	case g.agents > 1000 || g.operators > 1000:
		return errors.New("--agents and --operators must be at most 1000")
	case g.days > 3650 || g.eventDays < 0 || g.eventDays > 3650:
		return errors.New("--days must be at most 3650, and --event-days from 0 to 3650")
	case g.messages < 1 || g.messages > 200:
		return fmt.Errorf("--messages must be from 1 to 200, not %v", g.messages)
	}
	return nil
}

// generate makes the workspace and everything in it. A workspace that is there already is left alone.
func (a *app) generate(ctx context.Context, g generated, out io.Writer) error {
	begin := time.Now()
	id, key, err := a.access.CreateWorkspace(ctx, g.workspace, "")
	if err != nil {
		return fmt.Errorf("make the workspace: %w; name another one by --workspace", err)
	}
	fmt.Fprintf(out, "Made workspace %s (%s). Its admin key, shown only now:\n\n  %s\n\n", g.workspace, id, key)
	o := sampledata.Options{
		Workspace: id, Threads: g.threads, Messages: g.messages, Days: g.days, EventDays: g.eventDays, Turns: g.turns, Seed: g.seed, Now: ms.Now(),
	}
	if err := a.furnish(ctx, g, &o); err != nil {
		return err
	}
	told := time.Now()
	o.Progress = func(done sampledata.Totals) {
		if time.Since(told) < progressEvery {
			return
		}
		told = time.Now()
		left := time.Since(begin) * time.Duration(g.threads-done.Threads) / time.Duration(done.Threads)
		fmt.Fprintf(out, "%d of %d threads, %d messages; about %v left …\n", done.Threads, g.threads, done.Messages, left.Round(time.Second))
	}
	done, err := sampledata.Fill(ctx, a.db, o)
	if err != nil {
		return fmt.Errorf("after %d threads, which are whole: %w", done.Threads, err)
	}
	took := time.Since(begin)
	fmt.Fprintf(out, "%d threads of %d customers, %d messages, %d turns, %d tags, %d events and %d deliveries in %v (%.0f messages a second).\n",
		done.Threads, done.Customers, done.Messages, done.Turns, done.Tags, done.Events, done.Deliveries, took.Round(100*time.Millisecond), float64(done.Messages)/took.Seconds())
	return nil
}

// furnish makes agents, operators and an integration. Nothing goes to the integration before somebody writes in the workspace.
func (a *app) furnish(ctx context.Context, g generated, o *sampledata.Options) error {
	ctx = eventlog.WithAct(viewer.WorkerContext(ctx, o.Workspace, "generate data"), eventlog.Act{Name: "parley generate-data", KeyName: "generate-data command"})
	err := a.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		o.Agents = nil
		for i := range g.agents {
			row, err := tx.Client().Agent.Create().SetName(fmt.Sprintf("Agent %d", i+1)).SetModels([]string{"scripted"}).
				SetInstructions("You are a friendly assistant of a shop.").Save(ctx)
			if err != nil {
				return err
			}
			o.Agents = append(o.Agents, sampledata.Named{ID: row.ID, Name: row.Name})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("make agents: %w", err)
	}
	for i := range g.operators {
		name := fmt.Sprintf("Operator %d", i+1)
		made, err := a.access.CreateKey(ctx, name, viewer.Operator)
		if err != nil {
			return fmt.Errorf("make operators: %w", err)
		}
		o.Operators = append(o.Operators, sampledata.Named{ID: made.ID, Name: name})
	}
	guard := outbound.NewGuard(outbound.GuardOptions{})
	client := outbound.New(outbound.Options{Guard: guard})
	defer client.CloseIdle()
	deliveries := delivery.New(a.log, a.keys, client, guard, delivery.Options{Logger: slog.New(slog.DiscardHandler)})
	made, err := deliveries.CreateIntegration(ctx, delivery.Input{Name: "CRM", URL: "https://crm.example/webhooks", EventTypes: sampledata.Wanted})
	if err != nil {
		return fmt.Errorf("make an integration: %w", err)
	}
	o.Integration = made.ID
	return nil
}
