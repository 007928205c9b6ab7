//go:build benchmark

package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/pprof"
	"os"
	"runtime/debug"

	"parley/ent/message"
	"parley/ent/thread"
	"parley/ent/viewer"
	"parley/eventlog"
)

// profiled says whether somebody may ask for a profile of memory.
const profiled = true

// measured listens at the address in PARLEY_BENCHMARK. A binary for `make bench/live` is the server as it is, and besides collects
// its garbage when it is asked, so that memory in use can be told from memory that is not, shows where its time goes, and stores many
// messages in one transaction: a mutation for each of 500 a second would take the processor that delivering them is measured on.
func measured(a *app) (stop func()) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.Handle("GET /debug/pprof/allocs", pprof.Handler("allocs"))
	mux.HandleFunc("POST /gc", func(http.ResponseWriter, *http.Request) { debug.FreeOSMemory() })
	mux.HandleFunc("POST /publish", func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			ThreadID string
			Texts    []string
		}
		err := json.NewDecoder(r.Body).Decode(&in)
		if err == nil {
			err = storeMessages(r.Context(), a, in.ThreadID, in.Texts)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	server := &http.Server{Addr: os.Getenv("PARLEY_BENCHMARK"), Handler: mux} //nolint:gosec // on loopback, to be measured
	go func() {
		if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			panic(err)
		}
	}()
	return func() { _ = server.Close() }
}

// storeMessages stores what a customer says, as many messages in one transaction.
func storeMessages(ctx context.Context, a *app, threadID string, texts []string) error {
	found, err := a.log.Client().Thread.Query().Where(thread.ID(threadID)).Only(viewer.SystemContext(ctx, "feed"))
	if err != nil {
		return err
	}
	return a.log.Write(viewer.WorkerContext(ctx, found.WorkspaceID, "benchmark"), func(ctx context.Context, tx *eventlog.Tx) error {
		t, err := tx.Thread(ctx, threadID)
		for _, text := range texts {
			if err == nil {
				_, err = t.AddMessage(ctx, tx.Client().Message.Create().SetAuthor(message.AuthorCUSTOMER).SetText(text))
			}
		}
		return err
	})
}
