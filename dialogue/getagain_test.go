package dialogue_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"parley/dialogue"
	"parley/storage"
	"parley/storage/storagetest"
)

// A GET is asked once for a message of the customer, but not after a call that may have changed what it answers.
func TestAGetIsAskedAgainAfterAChange(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		look, change := does(calling("look", `{"n":1}`)), does(calling("change", `{"n":1}`))
		w := newWorld(t, db, answers(look, look, change, look, look))
		var looked, n atomic.Int64
		url := endpoint(t, func(rw http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				n.Add(1)
			} else {
				looked.Add(1)
			}
			_, _ = fmt.Fprintf(rw, `{"n":%d}`, n.Load())
		})
		a := w.agent()
		w.function(a, "look", url, func(in *dialogue.FunctionInput) { in.Method = ptr("GET") })
		w.function(a, "change", url)
		id := w.thread(a, "go")
		equal(t, "reason", w.reason(id), "ANSWERED")
		var read []string
		for _, c := range w.calls(id) {
			var result struct{ Body struct{ N int } }
			w.must(c.Result.Decode(&result))
			read = append(read, fmt.Sprint(c.Name, result.Body.N))
		}
		equal(t, "answers", read, []string{"look0", "look0", "change1", "look1", "look1"})
		equal(t, "requests", looked.Load(), 2)
	})
}
