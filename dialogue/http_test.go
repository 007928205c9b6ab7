package dialogue_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent/agent"
	"parley/ent/raw"
	"parley/ent/secret"
	"parley/seal"
	"parley/storage"
	"parley/storage/storagetest"
)

// endpoint is an integrator's server.
func endpoint(t testing.TB, h http.HandlerFunc) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// seen is a request as an endpoint got it.
type seen struct {
	method, target, body string
	header               http.Header
}

func recorder(into chan<- seen, answer string) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		into <- seen{r.Method, r.URL.RequestURI(), string(body), r.Header}
		rw.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(rw, answer)
	}
}

func TestAnHTTPFunction(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		got := make(chan seen, 1)
		told := make(chan *model.Result, 1)
		w := newWorld(t, db, answers(does(calling("order", `{"id":"a/b c","n":12345678901234567890,"note":"he said \"no\"\n"}`)),
			func(_ context.Context, r model.Request) model.End {
				last := r.Messages[len(r.Messages)-1]
				told <- last.Parts[0].Result
				return ended(text("Ordered"))
			}))
		a := w.agent()
		url := endpoint(t, recorder(got, `{"data":[{"price":1.50}]}`))
		fn := w.function(a, "order", url+"/orders/{id}?thread={thread.id}", func(in *dialogue.FunctionInput) {
			in.Parameters = ptr(raw.JSON(`{"type":"object","properties":{"id":{"type":"string"},"n":{"type":"integer"},"note":{"type":"string"}},"required":["id"]}`))
			in.Body = ptr(`{"amount": {{n}}, "note": "says: {{note}}", "customer": {{customer.externalId}}, "missing": {{call.id}}}`)
			in.Headers = &[]dialogue.Header{{Name: "x-tenant", Value: seal.Hide("t1")}, {Name: "authorization", Value: seal.Hide("Bearer s3cret"), Secret: true}}
			in.AnswerPointer = ptr("/data/0")
		})
		r, err := w.s.CreateThread(w.ctx, dialogue.ThreadInput{AgentID: a, Customer: &dialogue.CustomerInput{ExternalID: ptr("cu-1")}, Text: ptr("order")})
		w.must(err)
		id := r.ThreadID
		w.turns(id, 1)
		c := w.calls(id)[0]
		req := <-got
		equal(t, "request", []string{req.method, req.target}, []string{"POST", "/orders/a%2Fb%20c?thread=" + id})
		equal(t, "body", req.body, `{"amount": 12345678901234567890, "note": "says: he said \"no\"\n", "customer": "cu-1", "missing": "`+c.ID+`"}`)
		equal(t, "headers", []string{req.header.Get("X-Tenant"), req.header.Get("Authorization"), req.header.Get("Idempotency-Key"), req.header.Get("Content-Type")},
			[]string{"t1", "Bearer s3cret", c.ID, "application/json"})
		res := <-told
		var body struct {
			Status    int
			Body      json.RawMessage
			Truncated bool
			Ms        *int64
		}
		w.must(json.Unmarshal(res.Body, &body))
		if string(body.Body) != `{"price":1.50}` || body.Status != 200 || body.Truncated || body.Ms == nil || res.Failed || res.CallID != "porder" {
			t.Errorf("the model was told %s", res.Body)
		}
		equal(t, "call", []any{c.State, *c.HTTPStatus, c.Sends}, []any{"ANSWERED", 200, 1})
		equal(t, "said", w.said(id), []string{"CUSTOMER order", "AGENT Ordered"})

		f := db.Client.Function.GetX(w.ctx, fn)
		equal(t, "stored headers", []any{f.Headers, f.SecretHeaders}, []any{map[string]string{"X-Tenant": "t1"}, []string{"Authorization"}})
		box := db.Client.Secret.Query().Where(secret.OwnerID(fn)).OnlyX(w.ctx)
		if strings.Contains(string(box.Ciphertext), "s3cret") {
			t.Error("the secret is stored in clear")
		}
		_, err = w.s.UpdateFunction(w.ctx, fn, dialogue.FunctionInput{Headers: &[]dialogue.Header{{Name: "Authorization", Secret: true}}})
		w.must(err)
		equal(t, "a kept secret", db.Client.Secret.Query().Where(secret.OwnerID(fn)).OnlyX(w.ctx).ID, box.ID)
		_, err = w.s.DeleteFunction(w.ctx, fn)
		w.must(err)
		equal(t, "secrets of a deleted function", db.Client.Secret.Query().CountX(w.ctx), 0)
	})
}

func TestArgumentsGoWhereTheMethodWantsThem(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		got := make(chan seen, 9)
		url := endpoint(t, recorder(got, `{}`))
		for method, want := range map[string]string{
			"GET": "/x?n=1&q=a+b%26c ", "DELETE": "/x?n=1&q=a+b%26c ", "POST": `/x {"n":1,"q":"a b&c"}`, "PUT": `/x {"n":1,"q":"a b&c"}`, "PATCH": `/x {"n":1,"q":"a b&c"}`,
		} {
			w := newWorld(t, db, answers(does(calling("f", `{"n":1,"q":"a b&c"}`))))
			a := w.agent()
			w.function(a, "f", url+"/x", func(in *dialogue.FunctionInput) { in.Method = &method })
			w.turns(w.thread(a, "go"), 1)
			r := <-got
			equal(t, method, r.target+" "+r.body, want)
			w.stop()
		}
	})
}

// Whatever an endpoint does, the customer gets a reply and the model a sentence.
func TestBadEndpoints(t *testing.T) {
	big := strings.Repeat("x", 10<<20)
	rows := []struct {
		name, method string
		handler      http.HandlerFunc
		state, told  string
	}{
		{"500", "POST", func(rw http.ResponseWriter, _ *http.Request) { http.Error(rw, "oops", 500) }, "FAILED", "error HTTP 500"},
		{"404", "GET", func(rw http.ResponseWriter, _ *http.Request) { http.Error(rw, `{"reason":"no such order"}`, 404) }, "FAILED", "no such order"},
		{"HTML", "GET", func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "<html>login</html>") }, "FAILED", "HTML"},
		{"HTML to a POST", "POST", func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "<html>login</html>") }, "FAILED", "may have taken effect"},
		{"nothing", "GET", func(http.ResponseWriter, *http.Request) {}, "FAILED", "empty answer"},
		{"no content", "POST", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(204) }, "ANSWERED", `"status":204,"body":null`},
		{"plain text", "POST", func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "OK") }, "ANSWERED", `"body":"OK"`},
		{"broken JSON", "GET", func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(rw, `{"a":`)
		}, "FAILED", "not JSON"},
		{"10 MB", "GET", func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, `"`+big+`"`) }, "FAILED", "longer than 65536 bytes"},
		{"long", "GET", func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, `"`+big[:20_000]+`"`) }, "ANSWERED", `"truncated":true`},
		{"redirect", "GET", func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, "/", http.StatusFound) }, "FAILED", "redirects"},
		{"hangs up", "GET", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "FAILED", "closed the connection"},
		{"hangs up on a POST", "POST", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "UNKNOWN", "may have taken effect or not"},
		{"never", "GET", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "FAILED", "did not answer in time"},
		{"never to a POST", "POST", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // a server notices that the client is gone only once it has read
			<-r.Context().Done()
		}, "UNKNOWN", "may have taken effect or not"},
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, always(func(_ context.Context, r model.Request) model.End {
			if r.Messages[len(r.Messages)-1].Role == model.Tool {
				return ended(text("Sorry about that"))
			}
			return ended(calling("f", `{}`))
		}))
		for _, row := range rows {
			t.Run(row.name, func(t *testing.T) {
				w := w.in(t)
				a := w.agent()
				w.function(a, "f", endpoint(t, row.handler), func(in *dialogue.FunctionInput) { in.Method, in.TimeoutMs = &row.method, ptr(1000) })
				id := w.thread(a, "go")
				equal(t, "reason", w.reason(id), "ANSWERED")
				equal(t, "said", w.said(id), []string{"CUSTOMER go", "AGENT Sorry about that"})
				c := w.calls(id)[0]
				equal(t, "state", c.State.String(), row.state)
				if !strings.Contains(c.Result.String(), row.told) {
					t.Errorf("the model was told %.300s, which lacks %q", c.Result, row.told)
				}
				if len(c.Result) > 10_000 {
					t.Errorf("the model was told %d bytes", len(c.Result))
				}
				want := []string{}
				if row.state != "ANSWERED" {
					want = []string{"call.failed"}
				}
				equal(t, "events", w.events(id), want)
			})
		}
	})
}

func TestCallsOfOneStepRunSideBySide(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		const calls = 8
		var all sync.WaitGroup
		all.Add(calls)
		url := endpoint(t, func(rw http.ResponseWriter, _ *http.Request) {
			all.Done()
			all.Wait() // answers only once all are here
			_, _ = io.WriteString(rw, "{}")
		})
		var parts []model.Part
		for i := range calls {
			parts = append(parts, calling("f", fmt.Sprintf(`{"n":%d}`, i)))
		}
		w := newWorld(t, db, answers(does(parts...)))
		a := w.agent()
		w.function(a, "f", url)
		id := w.thread(a, "go")
		w.turns(id, 1)
		for _, c := range w.calls(id) {
			equal(t, "call", c.State.String(), "ANSWERED")
		}
	})
}

func TestThe101stCallIsRefused(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var sent atomic.Int32
		url := endpoint(t, func(rw http.ResponseWriter, _ *http.Request) {
			sent.Add(1)
			_, _ = io.WriteString(rw, "{}")
		})
		var parts []model.Part
		for i := range 101 {
			parts = append(parts, calling("f", fmt.Sprintf(`{"n":%d}`, i)))
		}
		functions := make(chan int, 1)
		w := newWorld(t, db, answers(does(parts...), func(_ context.Context, r model.Request) model.End {
			functions <- len(r.Functions)
			return ended(text("That is all I could do"), calling("f", `{}`))
		}))
		a := w.agent()
		w.function(a, "f", url)
		id := w.thread(a, "go")
		start := time.Now()
		tn := w.turns(id, 1)[0]
		t.Logf("100 calls of one step took %v", time.Since(start))
		equal(t, "reason", []string{tn.Reason.String(), tn.ReasonText}, []string{"LIMIT", "calls: the model wanted more than 100"})
		equal(t, "sent", sent.Load(), 100)
		calls := w.calls(id)
		equal(t, "calls", len(calls), 101)
		equal(t, "the last one", calls[100].State.String(), "REFUSED")
		equal(t, "functions of the last step", <-functions, 0)
		equal(t, "said", w.said(id), []string{"CUSTOMER go", "AGENT That is all I could do"})
	})
}

func TestWrongArgumentsAreNotSent(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var sent atomic.Int32
		url := endpoint(t, func(http.ResponseWriter, *http.Request) { sent.Add(1) })
		w := newWorld(t, db, answers(does(
			calling("f", `{"n":"many","q":7}`), calling("nothing", `{}`), calling("f", `[1]`), calling("f", `{"n":`))))
		a := w.agent(func(in *dialogue.AgentInput) { in.TagFunctions = ptr(false) })
		w.function(a, "f", url)
		id := w.thread(a, "go")
		w.turns(id, 1)
		equal(t, "sent", sent.Load(), 0)
		for i, want := range []string{"/n: got string, want integer; /q: got number, want string", `no function "nothing"; there are: f`, "not a JSON object", "not a JSON object"} {
			c := w.calls(id)[i]
			if c.State != "FAILED" || !strings.Contains(c.Error, want) {
				t.Errorf("call %d is %s: %q, want %q", i, c.State, c.Error, want)
			}
		}
		equal(t, "said", w.said(id)[1], "AGENT ok")
	})
}

func TestTheSameGetIsAnsweredOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var sent atomic.Int32
		url := endpoint(t, func(rw http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprint(rw, sent.Add(1))
		})
		w := newWorld(t, db, answers(
			does(calling("f", `{"n":1,"q":"x"}`), calling("f", `{"q":"x", "n":1}`), calling("f", `{"n":2}`)), does(calling("f", `{"n":2}`))))
		a := w.agent()
		w.function(a, "f", url, func(in *dialogue.FunctionInput) { in.Method = ptr("GET") })
		id := w.thread(a, "go")
		w.turns(id, 1)
		equal(t, "sent", sent.Load(), 2)
		calls := w.calls(id)
		equal(t, "results", calls[0].Result == calls[1].Result && calls[2].Result == calls[3].Result, true)
		equal(t, "sends", []int{calls[0].Sends, calls[1].Sends, calls[2].Sends, calls[3].Sends}, []int{1, 0, 1, 0})
	})
}

func TestAnEndpointIsTriedAgainWhenItAsksForThat(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var sent atomic.Int32
		var keys sync.Map
		url := endpoint(t, func(rw http.ResponseWriter, r *http.Request) {
			keys.Store(r.Header.Get("Idempotency-Key"), true)
			if sent.Add(1) == 1 {
				rw.Header().Set("Retry-After", "0")
				rw.WriteHeader(503)
				return
			}
			_, _ = io.WriteString(rw, "{}")
		})
		w := newWorld(t, db, answers(does(calling("f", `{}`))))
		a := w.agent()
		w.function(a, "f", url)
		id := w.thread(a, "go")
		w.turns(id, 1)
		equal(t, "state", w.calls(id)[0].State.String(), "ANSWERED")
		equal(t, "sent", sent.Load(), 2)
		n := 0
		keys.Range(func(any, any) bool { n++; return true })
		equal(t, "keys", n, 1)
	})
}

func TestAFailingEndpointIsLeftAlone(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var sent atomic.Int32
		url := endpoint(t, func(rw http.ResponseWriter, _ *http.Request) {
			sent.Add(1)
			rw.WriteHeader(500)
		})
		var steps []answerFunc
		for i := range 8 {
			steps = append(steps, does(calling("f", fmt.Sprintf(`{"n":%d}`, i))))
		}
		w := newWorld(t, db, answers(steps...))
		a := w.agent()
		w.function(a, "f", url)
		id := w.thread(a, "go")
		w.turns(id, 1)
		equal(t, "sent", sent.Load(), 5)
		if c := w.calls(id)[7]; !strings.Contains(c.Error, "left alone") {
			t.Errorf("the model was told %q", c.Error)
		}
	})
}

func TestMessageWhileACallRuns(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		reached, open := make(chan struct{}, 1), make(chan struct{})
		url := endpoint(t, func(rw http.ResponseWriter, _ *http.Request) {
			reached <- struct{}{}
			<-open
			_, _ = io.WriteString(rw, "{}")
		})
		w := newWorld(t, db, answers(does(calling("f", `{}`)), says("both")))
		a := w.agent(busy(agent.OnBusyRESTART)) // something was sent: as FOLD
		w.function(a, "f", url)
		id := w.thread(a, "one")
		<-reached
		w.say(id, "two")
		close(open)
		w.turns(id, 1)
		equal(t, "said", w.said(id), []string{"CUSTOMER one", "CUSTOMER two", "AGENT both"})
	})
}
