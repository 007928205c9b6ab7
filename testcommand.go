package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"parley/access"
	"parley/dialogue/model"
	"parley/scenario"
	"parley/seal"
)

const testUsage = `Usage: parley test [flags] FILE…

Plays scenarios and compares what happens with what they expect. Without --server it starts a server of its own, with a
throw-away database and no network. docs/testing.md describes the files.

Flags:
`

// exitError is an error for which the process ends with a code of its own.
type exitError struct {
	error
	code int
}

// Unwrap returns the error without the code.
func (e exitError) Unwrap() error { return e.error }

// exitCode is the code with which the process ends after an error.
func exitCode(err error) int {
	var coded exitError
	if errors.As(err, &coded) {
		return coded.code
	}
	return 1
}

// badUsage is an error of whoever typed the command or wrote the files.
func badUsage(err error) error { return exitError{err, 2} }

// testCommand plays scenarios. The error has the exit code 1 if one fails, 2 if nothing could be played.
func testCommand(ctx context.Context, args []string, getenv func(string) string, out, errOut io.Writer) error {
	flags := flag.NewFlagSet("test", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() {
		fmt.Fprint(out, testUsage)
		flags.PrintDefaults()
	}
	o := scenario.Options{Out: out}
	flags.BoolVar(&o.Update, "update", false, "write what happened into the files")
	flags.BoolVar(&o.Verbose, "v", false, "print the transcripts while they happen")
	flags.StringVar(&o.Server, "server", "", "`URL` of a running server; default one of its own")
	flags.StringVar(&o.Key, "key", getenv("PARLEY_KEY"), "with --server: key of role ADMIN; default PARLEY_KEY")
	flags.StringVar(&o.Agent, "agent", "", "with --server: `ID` of an agent that is there; default one made from the file")
	flags.DurationVar(&o.Timeout, "timeout", 20*time.Second, "how long each expectation may take")
	flags.IntVar(&o.Parallel, "parallel", 4, "how many files are played at once")
	only := flags.String("run", "", "play only files whose names match this regular `expression`")
	// The key is no default that could be printed.
	flags.Lookup("key").DefValue = ""
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return badUsage(err)
	}
	files, err := scenarioFiles(flags.Args(), *only)
	if err == nil && o.Server == "" && o.Agent != "" {
		err = errors.New("--agent needs --server: a server of one's own has no agents yet")
	}
	if err == nil && o.Server != "" {
		if err = scenario.CheckForServer(files); o.Key == "" {
			err = errors.Join(err, errors.New("--server needs a key: --key or PARLEY_KEY"))
		}
	}
	if err != nil {
		return badUsage(err)
	}
	if o.Server == "" {
		folder, err := os.MkdirTemp("", "parley-test-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(folder) }() // it is in the folder for such things
		logger := slog.New(slog.DiscardHandler)
		if o.Verbose {
			logger = slog.New(slog.NewTextHandler(errOut, &slog.HandlerOptions{Level: slog.LevelWarn}))
		}
		c := Config{Listen: "127.0.0.1:0", Data: filepath.Join(folder, "data")}.withDefaults()
		stop, err := scenarioServer(ctx, c, logger, &o)
		if err != nil {
			return err
		}
		defer func() { _ = stop() }() // all that counts was answered
	}
	text, failed := scenario.Summary(scenario.Run(ctx, files, o))
	fmt.Fprintln(out, text)
	if failed > 0 {
		return exitError{fmt.Errorf("%d of %d scenarios failed", failed, len(files)), 1}
	}
	return nil
}

// scenarioFiles reads the files whose names match an expression.
func scenarioFiles(names []string, only string) ([]*scenario.File, error) {
	expression, err := regexp.Compile(only)
	if err != nil {
		return nil, fmt.Errorf("--run: %w", err)
	}
	var chosen []string
	for _, name := range names {
		if expression.MatchString(name) {
			chosen = append(chosen, name)
		}
	}
	if len(chosen) == 0 {
		return nil, errors.New("no files to play; see `parley test --help`")
	}
	return scenario.ParseFiles(chosen)
}

// scenarioServer starts a server in this process on which scenarios can play the model, and sets the options for it.
// Stop ends it and waits for that.
func scenarioServer(ctx context.Context, c Config, logger *slog.Logger, o *scenario.Options) (stop func() error, err error) {
	o.Models = scenario.NewModels()
	c.AdminKey = seal.Hide(cmp.Or(c.AdminKey.Reveal(), access.NewKey()))
	ctx, cancel := context.WithCancel(ctx)
	ready, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() {
		providers := map[string]model.Provider{scenario.ProviderName: o.Models}
		ended <- serve(ctx, c, io.Discard, logger, func(a net.Addr) { ready <- a }, providers)
	}()
	select {
	case a := <-ready:
		o.Server, o.Key = "http://"+a.String(), c.AdminKey.Reveal()
		return func() error { cancel(); return <-ended }, nil
	case err := <-ended:
		cancel()
		return nil, fmt.Errorf("start a server for the scenarios: %w", err)
	}
}
