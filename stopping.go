package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"
)

const (
	// defaultStopDelay is for servers on Postgres, of which others may take over: proxies ask once a second or so.
	defaultStopDelay = 3 * time.Second
	maxStopDelay     = time.Minute
)

// stopDelay reads how long a server goes on after it was told to stop. One on an embedded database has nobody who takes over.
func stopDelay(text string, embedded bool) (time.Duration, error) {
	if text == "" {
		if embedded {
			return 0, nil
		}
		return defaultStopDelay, nil
	}
	delay, err := time.ParseDuration(text)
	if err != nil || delay < 0 || delay > maxStopDelay {
		return 0, fmt.Errorf("PARLEY_STOP_DELAY must be a time from 0s to %v such as 3s, not %q", maxStopDelay, text)
	}
	return delay, nil
}

// leaving is set while a server that was told to stop still serves, so that proxies send what comes elsewhere.
type leaving struct{ now atomic.Bool }

// wait returns when ctx has ended and delay has passed, or when running has ended. Meanwhile the server works as before,
// but says at /readyz that it is about to go.
func (l *leaving) wait(ctx, running context.Context, delay time.Duration, logger *slog.Logger) {
	select {
	case <-ctx.Done():
	case <-running.Done():
		return
	}
	l.now.Store(true)
	if delay == 0 {
		return
	}
	logger.Info("stopping; /readyz says so to proxies first", "for", delay)
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-running.Done():
	}
}

// endConnections has each connection end with its next answer while the server is leaving: a proxy that kept it would send a
// request at the moment when it is closed, and could not know whether that was heard.
func (l *leaving) endConnections(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.now.Load() && r.Header.Get("Upgrade") == "" {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}
