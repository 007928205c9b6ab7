package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// openSocket opens a WebSocket of the API that has been let in.
func openSocket(t *testing.T, address, key string) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), address+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	first := map[string]any{"type": "connection_init", "payload": map[string]string{"authorization": "Bearer " + key}}
	var ack map[string]any
	if err := wsjson.Write(t.Context(), conn, first); err != nil {
		t.Fatal(err)
	}
	if err := wsjson.Read(t.Context(), conn, &ack); err != nil || ack["type"] != "connection_ack" {
		t.Fatalf("connection_init answered %v, %v", ack, err)
	}
	return conn
}

func TestAStopEndsStreamsAndLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		reached, release := make(chan struct{}), make(chan struct{})
		receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			close(reached)
			<-release
		}))
		defer receiver.Close()
		e["PARLEY_OUTBOUND_ALLOW"] = "127.0.0.0/8"
		address, printed, stop := startServer(t, e)
		key := printedKey.FindString(printed)
		made := query(t, address, key, `mutation { createIntegration(input: {name: "slow", url: "`+receiver.URL+`", eventTypes: ["*"]}) { integration { id } } }`)
		var r struct {
			Data struct {
				CreateIntegration struct{ Integration struct{ ID string } }
			}
		}
		if err := json.Unmarshal([]byte(made), &r); err != nil || r.Data.CreateIntegration.Integration.ID == "" {
			t.Fatalf("createIntegration: %s", made)
		}
		socket := openSocket(t, address, key)
		answer, stopped := make(chan string, 1), make(chan struct{})
		go func() {
			answer <- query(t, address, key, `mutation { testIntegration(input: {id: "`+r.Data.CreateIntegration.Integration.ID+`"}) { outcome } }`)
		}()
		<-reached
		go func() {
			stop()
			close(stopped)
		}()
		var m map[string]any
		if err := wsjson.Read(t.Context(), socket, &m); websocket.CloseStatus(err) != websocket.StatusServiceRestart {
			t.Errorf("the socket ends with %v, %v, want 1012", m, err)
		}
		select {
		case <-stopped:
			t.Error("the server stopped while a request was running")
		case text := <-answer:
			t.Errorf("the request was cut: %s", text)
		case <-time.After(300 * time.Millisecond):
		}
		close(release)
		if text := <-answer; !strings.Contains(text, "SUCCE") || strings.Contains(text, "errors") {
			t.Errorf("testIntegration during the stop: %s", text)
		}
		<-stopped
	})
}

func TestAStopCutsOffWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	base, cut := context.WithCancel(t.Context())
	defer cut()
	begun, ended := make(chan struct{}), make(chan struct{})
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{
		BaseContext: func(net.Listener) context.Context { return base },
		Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(begun)
			<-r.Context().Done()
			close(ended)
		}),
	}
	go func() { _ = server.Serve(listener) }()
	failed := make(chan error, 1)
	go func() {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String(), nil)
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_, err = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		}
		failed <- err
	}()
	<-begun
	deadline, done := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer done()
	never := func() <-chan struct{} { return make(chan struct{}) } // streams whose clients do not answer
	drain(deadline, server, never, cut, slog.New(slog.DiscardHandler))
	<-ended
	if err := <-failed; err == nil {
		t.Error("a request that never ends was answered")
	}
}
