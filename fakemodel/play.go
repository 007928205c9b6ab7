package fakemodel

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"
)

// pause waits, and reports whether the request is still there.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// playWhole sends an answer that is one body, cut in its middle if the answer says so.
func playWhole(w http.ResponseWriter, a Answer, body any) {
	if !a.Cut {
		writeJSON(w, http.StatusOK, body)
		return
	}
	text := encode(body)
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write(text[:len(text)/2]) // the connection is given up below
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// framing is how a stream writes its elements.
type framing struct {
	contentType string
	// before, between and after stand around elements; prefix and suffix around each one.
	before, between, after, prefix, suffix string
	failure                                func(*Error) any
}

// playStream sends the elements one after another and breaks where the answer says so.
func playStream(w http.ResponseWriter, r *http.Request, a Answer, f framing, elements []any) {
	w.Header().Set("Content-Type", f.contentType)
	w.WriteHeader(http.StatusOK)
	out := http.NewResponseController(w)
	// Writes to a client that is gone fail; the context then ends the loop.
	write := func(text string) { _, _ = w.Write([]byte(text)) }
	flush := func() { _ = out.Flush() }
	write(f.before)
	flush()
	for i := 0; i <= len(elements); i++ {
		last := i == len(elements)
		if over := i == a.After || last; over && a.Cut {
			panic(http.ErrAbortHandler)
		} else if over && a.Break != nil {
			if i > 0 {
				write(f.between)
			}
			write(f.prefix + string(encode(f.failure(a.Break))) + f.suffix)
			break
		}
		if last || i > 0 && !pause(r.Context(), a.ChunkDelay) {
			break
		}
		if i > 0 {
			write(f.between)
		}
		write(f.prefix + string(encode(elements[i])) + f.suffix)
		flush()
	}
	write(f.after)
}

// retrySeconds is a Retry-After header: whole seconds, never less than asked.
func retrySeconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
