// Command run plays the recorded dialogues of an example against a running server, through its public API alone, and
// prints what is said, tagged, called and delivered as it arrives. It ends with exit code 1 if anything that the
// recordings expect did not arrive.
//
//	go run ./examples/run examples/florist --server http://127.0.0.1:8080 --key $KEY
//
// It knows no trade: a folder holds all of one, as files that examples/README.md describes. With --retry it also
// outlives a server that is killed and started again, any number of times, and expects the same result.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// Config is what the flags say.
type Config struct {
	Folder       string
	Server       string
	Key          string
	Only         string
	Model        string
	Quiet        time.Duration
	ShopAddr     string
	ReceiverAddr string
	LogDir       string
	Timeout      time.Duration
	Parallel     int
	Keep         bool
	Retry        bool
}

func main() {
	config, err := parseFlags(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	passed, err := run(ctx, config)
	if err != nil {
		fmt.Fprintln(os.Stderr, "run:", err)
	}
	if err != nil || !passed {
		os.Exit(1)
	}
}

func parseFlags(args []string) (Config, error) {
	var c Config
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "usage: run FOLDER [flags]\n\nPlays the dialogues of an example against a running server.")
		flags.PrintDefaults()
	}
	flags.StringVar(&c.Server, "server", "http://127.0.0.1:8080", "address of the `server`")
	flags.StringVar(&c.Key, "key", "", "`key` of role ADMIN; default from PARLEY_KEY")
	flags.StringVar(&c.Only, "only", "", "play only dialogues with this `text` in their name")
	flags.StringVar(&c.Model, "model", "", "give the agent this `model`, such as gemini, instead of those in agent.json")
	flags.DurationVar(&c.Quiet, "quiet", 0, "give the agent this quiet time instead of that in agent.json, for slow machines")
	flags.StringVar(&c.ShopAddr, "shop-addr", "127.0.0.1:0", "`address` for the example's own program")
	flags.StringVar(&c.ReceiverAddr, "receiver-addr", "127.0.0.1:0", "`address` for the receiver of webhooks")
	flags.StringVar(&c.LogDir, "log", "", "`folder` for what was sent, streamed and received, as JSON lines; default a temporary one, kept if the run fails")
	flags.DurationVar(&c.Timeout, "timeout", 20*time.Second, "how long each expectation may take")
	flags.IntVar(&c.Parallel, "parallel", 4, "`number` of dialogues played side by side")
	flags.BoolVar(&c.Keep, "keep", false, "leave the agent, its program and the receiver running at the end, until interrupted")
	flags.BoolVar(&c.Retry, "retry", false, "go on when the server is away: repeat each mutation until it is acknowledged, and resume subscriptions by cursor")

	if len(args) > 0 && !strings.HasPrefix(args[0], "-") { // the folder may stand before the flags
		c.Folder, args = args[0], args[1:]
	}
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if c.Folder == "" {
		c.Folder = flags.Arg(0)
	}
	if c.Key == "" { // not a default of the flag, which --help would print
		c.Key = os.Getenv("PARLEY_KEY")
	}
	c.Server = strings.TrimSuffix(c.Server, "/")
	switch {
	case c.Folder == "":
		return c, errors.New("which example? For instance: go run ./examples/run examples/florist --key $KEY")
	case c.Key == "":
		return c, errors.New("a key of role ADMIN is missing: give --key or set PARLEY_KEY; the server prints one at its first start")
	case c.Parallel < 1:
		return c, errors.New("--parallel must be at least 1")
	}
	return c, nil
}

// run plays everything once and reports whether all expectations came true. An error means that it could not be tried.
func run(ctx context.Context, c Config) (passed bool, err error) {
	trade, err := LoadTrade(c.Folder, c.Only)
	if err != nil {
		return false, err
	}
	if c.Model != "" {
		trade.Agent["models"] = []string{c.Model}
	}
	if c.Quiet > 0 {
		trade.Agent["quietMs"] = c.Quiet.Milliseconds()
	}
	logs, err := OpenJournal(c.LogDir)
	if err != nil {
		return false, err
	}
	defer func() { logs.Close(err != nil || passed) }()

	screen := NewScreen(os.Stdout, trade)
	program, err := StartProgram(ctx, trade, c.ShopAddr, logs.Dir)
	if err != nil {
		return false, err
	}
	defer program.Stop()
	receiver, err := StartReceiver(ctx, c.ReceiverAddr, logs, screen)
	if err != nil {
		return false, err
	}
	defer receiver.Stop()

	client := NewClient(c, logs)
	stage, err := SetUp(ctx, client, trade, program.URL, receiver)
	defer func() { err = errors.Join(err, stage.TearDown(ctx)) }()
	if err != nil {
		return false, err
	}
	started := time.Now()
	results := PlayAll(ctx, c, trade, &Player{
		client: client, stage: stage, receiver: receiver, program: program, screen: screen, logs: logs,
		timeout: c.Timeout, retry: c.Retry, server: c.Server, key: c.Key,
	})
	if err := errors.Join(ctx.Err(), logs.Err()); err != nil {
		return false, err
	}
	passed = screen.Summary(results, receiver.Faults(), client.Retries(), time.Since(started), logs.Dir)
	if c.Keep {
		screen.Note("\nThe agent %s, its program at %s and the receiver stay until you press Ctrl-C.", stage.AgentID, program.URL)
		<-ctx.Done()
	}
	return passed, nil
}
