package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"parley/fakemodel"
)

const fakeModelUsage = `Usage: parley fake-model [flags]

Plays the Gemini API and an OpenAI-compatible server on this machine, without any model. docs/fake-model.md says what it
answers.

Flags:
`

// fakeModelCommand plays model services until ctx ends, and then gives running answers a second.
func fakeModelCommand(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("fake-model", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() {
		fmt.Fprint(out, fakeModelUsage)
		flags.PrintDefaults()
	}
	o := fakemodel.Options{Keep: 1} // nobody asks for what came in
	listen := flags.String("listen", "127.0.0.1:8091", "`address` to listen on")
	names := flags.String("models", "", "`names` of the models to have, with commas; default all Gemini models of November 2026 and fake-chat")
	flags.BoolVar(&o.Strict, "strict", false, "refuse histories that the real services refuse")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return badUsage(err)
	case flags.NArg() > 0:
		return badUsage(fmt.Errorf("fake-model takes no argument %q", flags.Arg(0)))
	}
	for name := range strings.SplitSeq(*names, ",") {
		if name = strings.TrimSpace(name); name != "" {
			o.Models = append(o.Models, fakemodel.ModelNamed(name))
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *listen)
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String()
	fmt.Fprintf(out, `This plays model services. It is no model: it repeats what it is told, and calls functions when told to by lines
of the form "call NAME {json}". It keeps nothing and needs no network. Do not show it to customers.

  Gemini API          %[1]s/v1beta
  OpenAI-compatible   %[1]s/v1

Start Parley, or any other client, with these; any key is good:

  GEMINI_BASE_URL=%[1]s  GEMINI_API_KEY=fake
  OPENAI_BASE_URL=%[1]s/v1  OPENAI_API_KEY=fake

Ctrl-C ends it.
`, base)
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	server := &http.Server{
		Handler: fakemodel.New(o), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		BaseContext: func(net.Listener) context.Context { return running },
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	drain, stop := context.WithTimeout(running, time.Second)
	defer stop()
	if server.Shutdown(drain) != nil {
		cancel() // answers that still wait end now
		_ = server.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
