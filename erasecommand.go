package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/viewer"
	"parley/ent/workspace"
	"parley/retention"
)

// progressEvery is how often long work says how far it has come.
const progressEvery = 2 * time.Second

// eraseWorkspace erases a workspace for good, after in has confirmed it by the workspace's name.
func (a *app) eraseWorkspace(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("workspaces erase", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	sure := flags.Bool("yes", false, "do not ask")
	if err := flags.Parse(args); err != nil || flags.NArg() == 0 {
		return errors.Join(errUsage, err)
	}
	id := flags.Arg(0)
	if err := flags.Parse(flags.Args()[1:]); err != nil || flags.NArg() > 0 { // the flag may stand behind
		return errors.Join(errUsage, err)
	}
	w, err := a.db.Client.Workspace.Query().Where(workspace.ID(id)).Only(ctx)
	if ent.IsNotFound(err) {
		return fmt.Errorf("there is no workspace %q; see `parley workspaces list` for the ids", id)
	}
	if err != nil {
		return err
	}
	if !*sure {
		threads, err := a.db.Client.Thread.Query().Count(viewer.WorkerContext(ctx, w.ID, "workspaces command"))
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "This erases the workspace %s (%s) with its keys, agents, webhooks and %d threads. It cannot be undone.\nType its name to go on: ", w.Name, w.ID, threads)
		line, err := bufio.NewReader(in).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if strings.TrimSpace(line) != w.Name {
			return errors.New("nothing was erased: the name is another one. With --yes nobody is asked")
		}
	}
	told := time.Now()
	erased, err := retention.New(a.log, retention.Options{}).EraseWorkspace(ctx, w.ID, func(rows int) {
		if time.Since(told) >= progressEvery {
			told = time.Now()
			fmt.Fprintf(out, "%d rows …\n", rows)
		}
	})
	if err != nil {
		return fmt.Errorf("%w; call it again to go on", err)
	}
	fmt.Fprintf(out, "Erased the workspace %s: %d customers, %d threads, %d messages, %d events, %d deliveries and all the rest.\n",
		w.Name, erased.Customers, erased.Threads, erased.Messages, erased.Events, erased.Deliveries)
	return nil
}
