package main

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/storage/storagetest"
)

// A body that does not arrive holds no connection, on whatever path and whether it is read or not.
func TestABodyThatDoesNotComeHoldsNoConnection(t *testing.T) {
	t.Parallel()
	empty := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	server := httptest.NewServer(routes(nil, &leaving{}, 200*time.Millisecond, map[string]http.Handler{"/": empty}, empty, empty, empty, empty))
	defer server.Close()
	for _, head := range []string{
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n",
		"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n", "GET /schema.graphql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n",
		"GET /exports/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n", "PUT /webhooks/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n",
		"GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 12\r\nContent-Length: 100\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100\r\n", "POST /healthz HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100\r\n",
	} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(server.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		if _, err := io.WriteString(conn, head+"\r\n1"); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, conn); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Errorf("the connection stays open: %v: %s", err, head)
		}
		_ = conn.Close()
	}
	// One whose body has come goes on over the same connection, for longer than a body may take.
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	answers := bufio.NewReader(conn)
	for range 2 {
		if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nall"); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal("the connection was ended: ", err)
		}
		_ = res.Body.Close()
		time.Sleep(300 * time.Millisecond) // the bound passes
	}
}

// No answer is taken for something that its Content-Type does not say, and none of the API is kept by whoever passes it on.
func TestAnswersAreTakenForWhatTheyAre(t *testing.T) {
	t.Parallel()
	address, printed, _ := startServer(t, environment(t, storagetest.SQLite))
	key := printedKey.FindString(printed)
	for _, row := range []struct {
		path, key string
		stored    bool // it may be
	}{
		{"/graphql?query=%7Bviewer%7Brole%7D%7D", key, false}, {"/graphql?query=%7Bviewer%7Brole%7D%7D", "", false}, {"/graphql?query=%7B", key, false}, {"/graphql", "prl_wrong", false},
		{"/exports/none", "", false}, {"/schema.graphql", "", true}, {"/metrics", "", true}, {"/healthz", "", true}, {"/readyz", "", true}, {"/webhooks/schemas.json", "", true}, {"/none", "", true},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+row.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if row.key != "" {
			req.Header.Set("Authorization", "Bearer "+row.key)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.Header.Get("X-Content-Type-Options") != "nosniff" || res.Header.Get("Content-Type") == "" || !row.stored && res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", row.path, res.Header)
		}
	}
}
