package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"parley/ent/viewer"
)

// stuck is a client that takes nothing until it is let go.
type stuck struct {
	*httptest.ResponseRecorder
	begun chan<- struct{}
	letGo <-chan struct{}
}

// Write implements io.Writer.
func (s stuck) Write(p []byte) (int, error) {
	s.begun <- struct{}{}
	<-s.letGo
	return s.ResponseRecorder.Write(p)
}

// downloads are some that go on side by side until they are let go.
type downloads struct {
	files
	begun chan struct{}
	letGo chan struct{}
	all   sync.WaitGroup
}

// begin begins so many downloads behind a link, and waits until each has come to its client.
func (d *downloads) begin(link string, n int) {
	d.t.Helper()
	for range n {
		d.all.Go(func() {
			w := stuck{httptest.NewRecorder(), d.begun, d.letGo}
			d.handler.Exports().ServeHTTP(w, httptest.NewRequestWithContext(d.t.Context(), http.MethodGet, link, nil))
			if w.Code != http.StatusOK {
				d.t.Errorf("a download that was begun: %d %s", w.Code, w.Body)
			}
		})
	}
	for range n {
		<-d.begun
	}
}

// end lets all downloads go.
func (d *downloads) end() {
	close(d.letGo)
	d.all.Wait()
}

// refused expects that a link is answered with: later.
func (d *downloads) refused(link string) {
	d.t.Helper()
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		res, text := d.fetch(method, link)
		var r result
		err := json.Unmarshal([]byte(text), &r)
		if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "5" || res.Header.Get("Content-Disposition") != "" ||
			method == http.MethodGet && (err != nil || r.code() != "RATE_LIMITED" || !r.Errors[0].Extensions.Retryable) {
			d.t.Errorf("%s: %d %v %s", method, res.StatusCode, res.Header, text)
		}
	}
}

func (d *downloads) works(link string) {
	d.t.Helper()
	if res, text := d.fetch(http.MethodGet, link); res.StatusCode != http.StatusOK {
		d.t.Errorf("a download: %d %s", res.StatusCode, text)
	}
}

func TestDownloadsAtOnceAreBounded(t *testing.T) {
	eachFiles(t, func(t *testing.T, f files) {
		d := &downloads{files: f, begun: make(chan struct{}, 100), letGo: make(chan struct{})}
		mine := f.link(f.keys[viewer.Admin], "exportThread", `threadId: "`+f.thread(f.agent("A"))+`"`, nil)
		also := f.link(f.keys[viewer.Operator], "exportThreads", `where: {}`, nil)
		strangers := 0
		stranger := func() string {
			t.Helper()
			strangers++
			_, key, err := f.access.CreateWorkspace(t.Context(), fmt.Sprint(t.Name(), strangers), "")
			if err != nil {
				t.Fatal(err)
			}
			return f.link(key, "exportThreads", `where: {}`, nil)
		}
		d.begin(mine, 2)
		d.works(also)
		d.begin(also, 2)
		d.refused(mine)
		d.refused(also)

		last := stranger()
		d.works(last)
		for range 7 {
			d.begin(stranger(), 4)
		}
		d.refused(last) // 32 in all
		d.end()
		d.works(last)
		d.works(mine)
	})
}
