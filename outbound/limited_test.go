package outbound

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

func TestBodiesAreLimited(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, _ := strconv.Atoi(r.URL.Query().Get("status"))
		size, _ := strconv.Atoi(r.URL.Query().Get("size"))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, strings.Repeat("x", size))
	}))
	defer server.Close()
	client := New(Options{Guard: NewGuard(GuardOptions{AllowLoopback: true, AllowHTTP: true})})
	defer client.CloseIdle()
	limited := client.LimitedHTTPClient(1000, 100)
	for _, tt := range []struct{ status, size, read int }{
		{200, 0, 0}, {200, 1000, 1000}, {200, 1001, -1}, {200, 9000, -1},
		{500, 100, 100}, {500, 101, 100}, {302, 9000, 100},
	} {
		res, err := limited.Get(server.URL + "/?status=" + strconv.Itoa(tt.status) + "&size=" + strconv.Itoa(tt.size))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if tt.read < 0 && err == nil || tt.read >= 0 && (err != nil || len(body) != tt.read) {
			t.Errorf("%+v: %d bytes, %v", tt, len(body), err)
		}
	}
	var refused *RefusedError
	if _, err := limited.Get("https://169.254.169.254/"); !errors.As(err, &refused) {
		var bad *URLError
		if !errors.As(err, &bad) {
			t.Errorf("metadata: %v", err)
		}
	}
}
