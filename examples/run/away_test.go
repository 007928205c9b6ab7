package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

func newClient(t *testing.T, server string, retry bool) *Client {
	t.Helper()
	logs, err := OpenJournal(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { logs.Close(false) })
	return NewClient(Config{Server: server, Key: "k", Retry: retry}, logs)
}

// A mutation whose answers are lost is repeated with the same id until one arrives; a refusal is final.
func TestMutateWhileAway(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	ids := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var request struct {
			Variables struct{ Input map[string]any }
		}
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
			t.Error(err)
		}
		id, _ := request.Variables.Input["clientMutationId"].(string)
		mu.Lock()
		ids[id]++
		number := ids[id]
		mu.Unlock()
		switch {
		case request.Variables.Input["threadId"] == "gone":
			w.WriteHeader(http.StatusOK)
			_, _ = w.Write([]byte(`{"data":null,"errors":[{"message":"no","extensions":{"code":"NOT_FOUND","retryable":false}}]}`))
		case number == 1:
			panic(http.ErrAbortHandler) // the connection breaks
		case number == 2:
			w.WriteHeader(http.StatusBadGateway)
		case number == 3:
			_, _ = w.Write([]byte(`{"data":null,"errors":[{"message":"later","extensions":{"code":"INTERNAL","retryable":true}}]}`))
		default:
			_, _ = w.Write([]byte(`{"data":{"takeOver":{"thread":{"id":"thr_1"}}}}`))
		}
	}))
	t.Cleanup(server.Close)

	var made struct{ Thread struct{ ID string } }
	patient := newClient(t, server.URL, true)
	if err := patient.Mutate(t.Context(), "", "takeOver", map[string]any{"threadId": "t"}, "thread { id }", &made); err != nil || made.Thread.ID != "thr_1" {
		t.Errorf("%v, %v", made, err)
	}
	if len(ids) != 1 || patient.Retries() != 3 {
		t.Errorf("ids %v, %d retries", ids, patient.Retries())
	}
	if err := patient.Mutate(t.Context(), "", "takeOver", map[string]any{"threadId": "gone"}, "thread { id }", &made); err == nil || !strings.Contains(err.Error(), "NOT_FOUND") {
		t.Errorf("refused: %v", err)
	}
	hasty := newClient(t, server.URL, false)
	if err := hasty.Mutate(t.Context(), "", "takeOver", map[string]any{"threadId": "t"}, "thread { id }", &made); err == nil {
		t.Error("a lost answer was repeated without --retry")
	}
}

// subscription serves threadEvents 1 to 6 behind the cursor, and breaks the first connection after three of them.
func subscription(t *testing.T) *httptest.Server {
	var mu sync.Mutex
	connections := 0
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"graphql-transport-ws"}})
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.CloseNow() }()
		mu.Lock()
		connections++
		breaks := connections == 1
		mu.Unlock()
		var greeting struct{ Payload map[string]string }
		var subscribe struct {
			Payload struct{ Variables struct{ After string } }
		}
		if wsjson.Read(r.Context(), conn, &greeting) != nil || greeting.Payload["authorization"] != "Bearer k" {
			t.Errorf("greeting: %v", greeting)
		}
		_ = wsjson.Write(r.Context(), conn, frame{Type: "connection_ack"})
		_ = wsjson.Write(r.Context(), conn, frame{Type: "ping"})
		_ = wsjson.Read(r.Context(), conn, &subscribe)
		after, _ := strconv.Atoi(subscribe.Payload.Variables.After)
		for number := after + 1; number <= 6; number++ {
			if breaks && number == 4 {
				return
			}
			event := map[string]any{"id": strconv.Itoa(number), "type": "x", "sequence": number, "cursor": strconv.Itoa(number)}
			_ = wsjson.Write(r.Context(), conn, map[string]any{"id": "1", "type": "next", "payload": map[string]any{"data": map[string]any{"threadEvents": event}}})
		}
		_, _, _ = conn.Read(r.Context()) // the pong, and then the end
		_, _, _ = conn.Read(r.Context())
	}))
}

func TestStreamResumes(t *testing.T) {
	t.Parallel()
	for _, retry := range []bool{false, true} {
		server := subscription(t)
		t.Cleanup(server.Close)
		stream := &Stream{server: server.URL, key: "k", retry: retry, cursor: "0", arrived: func(Event) {}}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		var wait sync.WaitGroup
		wait.Go(func() { stream.Run(ctx) })
		want := map[bool]int{false: 3, true: 6}[retry]
		for {
			events, more := stream.Events()
			if len(events) == want && (retry || len(stream.Faults()) > 0) {
				break
			}
			select {
			case <-more:
				continue
			case <-ctx.Done():
				t.Fatalf("%d events, faults %q", len(events), stream.Faults())
			}
		}
		cancel()
		wait.Wait()
		if faults := stream.Faults(); len(faults) != map[bool]int{false: 1, true: 0}[retry] {
			t.Errorf("retry %v: faults %q", retry, faults)
		}
	}
}

func TestStreamOrder(t *testing.T) {
	t.Parallel()
	stream := &Stream{arrived: func(Event) {}}
	for _, number := range []int{4, 5, 5, 7, 8} {
		stream.take(Event{Sequence: number})
	}
	faults := strings.Join(stream.Faults(), "\n")
	if faults != "the subscription brought event 5 () again\nthe subscription brought event 7 () where 6 was due" || stream.last != 8 {
		t.Errorf("faults:\n%s", faults)
	}
}
