// Parley is a self-hosted dialogue server: AI agents talk with customers in threads, call functions and raise tags,
// operators watch and step in, and integrators receive signed webhooks, all through one GraphQL API.
//
//	go run .            # serves on 127.0.0.1:8080 with an embedded database and prints the first key
//	go run . help       # other commands
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // agents have time zones, also where the system knows none

	"golang.org/x/sync/errgroup"

	"parley/delivery"
	"parley/dialogue"
	"parley/dialogue/model"
	"parley/dialogue/scripted"
	"parley/failpoint"
	"parley/graph"
	"parley/live"
	"parley/outbound"
	"parley/retention"
	"parley/storage"
)

// version is set by the linker.
var version = "dev"

// drainFor bounds how long requests, turns and deliveries may go on at a stop, side by side.
const drainFor = 15 * time.Second

func main() {
	if !profiled {
		runtime.MemProfileRate = 0 // or the runtime keeps samples of who allocates, for nobody
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := command(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "parley:", err)
		os.Exit(exitCode(err))
	}
}

// serve runs the server until ctx ends and the delay of the stop has passed, and then drains it. ready is called once with the address it listens on. more
// are model providers besides its own, by name.
func serve(ctx context.Context, c Config, out io.Writer, logger *slog.Logger, ready func(net.Addr), more ...map[string]model.Provider) (err error) {
	if c.embedded() {
		release, err := lockData(filepath.Dir(c.file()))
		if err != nil {
			return err
		}
		defer func() { _ = release() }() // it goes with the process anyway
	}
	defer letHeapGrow()()
	a, err := openApp(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	defer measured(a)()
	tracer, endTracer, err := c.newTracer(ctx, logger)
	if err != nil {
		return err
	}
	defer endTracer()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", c.Listen, err)
	}
	guard, err := newGuard(ctx, c, listener.Addr())
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	models, err := newProviders(c)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer models.close()
	// Only now that nothing stands in the way of showing it: the first key is printed once.
	key, err := a.firstKey(ctx, c)
	if err != nil {
		return errors.Join(fmt.Errorf("make the first workspace: %w", err), listener.Close())
	}
	// Half of the workers, which one workspace may use alone, may be sending to one host.
	webhooks := outbound.New(outbound.Options{Guard: guard, IdlePerHost: 256})
	defer webhooks.CloseIdle()
	// A function may take as long as it was given, also for the head of its answer.
	functions := outbound.New(outbound.Options{Guard: guard, HeaderTimeout: -1, UserAgent: "Parley/" + version})
	defer functions.CloseIdle()

	for _, m := range more {
		maps.Copy(models.byName, m)
	}
	clearScratch(logger)
	texts := live.NewHub() // that are being written
	others, err := a.joinReplicas(ctx, c, texts, logger)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer others.close()
	dialogues := dialogue.New(a.log, a.keys, functions, guard, dialogue.Options{
		Providers: models.byName, DefaultModel: models.choice, Make: makeProvider, CheckScript: scripted.Validate, PublicURL: c.PublicURL, Sole: c.embedded(),
		DrainFor: drainFor, Logger: logger, Live: others.texts, Scratch: scratch(storage.Options{Guard: c.CheckSQL}),
		Tracer: tracer, LeaseFor: failpoint.LeaseFor(0), OrphanedAfter: failpoint.LeaseFor(0), // 0 is the engine's own choice
	})
	deliveries := delivery.New(a.log, a.keys, webhooks, guard, delivery.Options{
		Version: version, Sole: c.embedded(), DrainFor: drainFor, Logger: logger, Schedule: c.WebhookRetries,
		Tracer: tracer, Timeout: failpoint.LeaseFor(0), LeaseMargin: failpoint.LeaseFor(0),
	})
	given, own, err := trustedDocuments(c)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	atOnce, err := a.readsAtOnce(ctx, c)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	keeper := retention.New(a.log, retention.Options{KeepEvents: c.KeepEvents, KeepDeliveries: c.KeepDeliveries, KeepAudit: c.KeepAudit, Forget: dialogues.Forget, Logger: logger})
	api := graph.New(graph.Options{
		Log: a.log, Keys: a.keys, Access: a.access, Dialogue: dialogues, Delivery: deliveries, Retention: keeper, Logger: logger, Live: texts, People: others.people, Reads: others.reads, Rates: others.rates,
		Documents: given, OwnDocuments: own, Tracer: tracer,
		Origins: append(c.AllowedOrigins, c.PublicURL),
		Limits:  c.Live, ReadsAtOnce: atOnce,
		Models:  models.offered,
		Proxies: c.TrustedProxies, HTTPS: strings.HasPrefix(c.PublicURL, "https://"),
	})

	schemas, err := delivery.Schemas()
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	base, cancel := context.WithCancel(context.WithoutCancel(ctx)) // of requests, which may outlive ctx by drainFor
	defer cancel()
	working, rest := context.WithCancel(context.WithoutCancel(ctx)) // outlives ctx by the delay of the stop
	defer rest()
	var going leaving
	server := &http.Server{
		Handler:           routes(a.db, &going, bodyWithin, pagesOf(dialogues), api, api.Exports(), schemas, metricsOf(a.db, logger, dialogues.Metrics(), deliveries.Metrics(), keeper.Metrics(), api.Metrics(), api.PlanMetrics(), others.rates)),
		BaseContext:       func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: 8 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	group, running := errgroup.WithContext(working)
	group.Go(func() error {
		going.wait(ctx, running, c.StopDelay, logger)
		rest()
		return nil
	})
	group.Go(func() error { return dialogues.Run(running) })
	group.Go(func() error { return deliveries.Run(running) })
	group.Go(func() error { return others.run(running) })
	group.Go(func() error { return keeper.Run(running) })
	group.Go(func() error { return restWhenIdle(running) })
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		<-running.Done()
		deadline, done := context.WithTimeout(context.WithoutCancel(ctx), drainFor)
		defer done()
		drain(deadline, server, api.EndStreams, cancel, logger)
		return nil
	})
	announce(out, listener.Addr(), guard.Describe(), key, !c.AdminKey.IsEmpty())
	if ready != nil {
		ready(listener.Addr())
	}
	return group.Wait()
}

// drain stops a server: streams end at once, so that their clients go on elsewhere, and requests may end by themselves
// until ctx does; cut ends the contexts of what is left then.
func drain(ctx context.Context, server *http.Server, endStreams func() <-chan struct{}, cut func(), logger *slog.Logger) {
	streams := endStreams()
	if err := server.Shutdown(ctx); err != nil {
		logger.Warn("requests were cut off by the stop", "error", err)
		cut()
		_ = server.Close() // nothing is left to be told
	}
	select {
	case <-streams:
	case <-ctx.Done():
	}
}

// announce prints the start-up lines. A key that was made is shown here once and never again; one that was given is not shown, since
// what a server prints is kept as its log.
func announce(out io.Writer, addr net.Addr, rule, key string, given bool) {
	fmt.Fprintf(out, "Parley %s serves on http://%s (API: http://%s/graphql)\n", version, addr, addr)
	fmt.Fprintf(out, "Requests to others: %s\n", rule)
	switch {
	case key != "" && given:
		fmt.Fprintln(out, "Made the workspace \"default\". Its admin key is that of PARLEY_ADMIN_KEY, with which you sign in to the console at that address.")
	case key != "":
		fmt.Fprintf(out, "Made the workspace \"default\". Its admin key, shown only now, with which you sign in to the console at that address:\n\n  %s\n\n", key)
	}
}

// pinger is a database that can say whether it answers.
type pinger interface{ Ping(context.Context) error }

// routes are the paths that the server answers. Bodies have to arrive within some time.
func routes(db pinger, going *leaving, within time.Duration, pages map[string]http.Handler, api, exports, schemas, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	for path, page := range pages {
		mux.Handle(path, page)
	}
	mux.Handle("/graphql", api)
	mux.Handle("/exports/", exports)
	mux.Handle("/webhooks/", schemas)
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /schema.graphql", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, publicSchema)
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if going.now.Load() {
			answer(w, http.StatusServiceUnavailable, "stopping")
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := db.Ping(ctx); err != nil {
			answer(w, http.StatusServiceUnavailable, "the database does not answer")
			return
		}
		answer(w, http.StatusOK, "ready")
	})
	return going.endConnections(boundBodies(within, asItIsCalled(mux)))
}

// asItIsCalled has browsers take every answer for what its Content-Type says: what people wrote may look like a page.
func asItIsCalled(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"status": text}) // the client may be gone
}
