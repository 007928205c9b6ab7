package socket

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// TestTheProtocol is the protocol's own text, row by row: what a client sends, and all that it hears.
func TestTheProtocol(t *testing.T) {
	t.Parallel()
	const next, complete = `{"id":"1","type":"next","payload":{"data":1}}`, `{"id":"1","type":"complete"}`
	for name, row := range map[string]struct{ say, hear []string }{
		"connection_init is acknowledged":              {[]string{hello}, []string{ack}},
		"connection_init with a payload":               {[]string{`{"type":"connection_init","payload":{"a":1}}`}, []string{ack}},
		"connection_init with null":                    {[]string{`{"type":"connection_init","payload":null}`}, []string{ack}},
		"connection_init with a list":                  {[]string{`{"type":"connection_init","payload":[]}`}, []string{"4400"}},
		"connection_init with a text":                  {[]string{`{"type":"connection_init","payload":"a"}`}, []string{"4400"}},
		"a refused connection_init":                    {[]string{`{"type":"connection_init","payload":{"key":"wrong"}}`}, []string{"4403"}},
		"a second connection_init":                     {[]string{hello, hello}, []string{ack, "4429"}},
		"subscribe before connection_init":             {[]string{subscribe("1", "one")}, []string{"4401"}},
		"JSON that is none":                            {[]string{hello, `{"type":`}, []string{ack, "4400"}},
		"JSON that is none before connection_init":     {[]string{`nonsense`}, []string{"4400"}},
		"an empty message":                             {[]string{hello, ``}, []string{ack, "4400"}},
		"a list":                                       {[]string{hello, `[]`}, []string{ack, "4400"}},
		"null":                                         {[]string{hello, `null`}, []string{ack, "4400"}},
		"no type":                                      {[]string{hello, `{}`}, []string{ack, "4400"}},
		"an unknown type":                              {[]string{hello, `{"type":"start"}`}, []string{ack, "4400"}},
		"next from a client":                           {[]string{hello, `{"type":"next","id":"1","payload":{}}`}, []string{ack, "4400"}},
		"error from a client":                          {[]string{hello, `{"type":"error","id":"1","payload":[]}`}, []string{ack, "4400"}},
		"connection_ack from a client":                 {[]string{hello, ack}, []string{ack, "4400"}},
		"subscribe without an id":                      {[]string{hello, `{"type":"subscribe","payload":{"query":"one"}}`}, []string{ack, "4400"}},
		"subscribe with an empty id":                   {[]string{hello, subscribe("", "one")}, []string{ack, "4400"}},
		"subscribe with a number as id":                {[]string{hello, `{"type":"subscribe","id":1,"payload":{"query":"one"}}`}, []string{ack, "4400"}},
		"subscribe with an endless id":                 {[]string{hello, subscribe(strings.Repeat("x", maxID+1), "one")}, []string{ack, "4400"}},
		"subscribe without a payload":                  {[]string{hello, `{"type":"subscribe","id":"1"}`}, []string{ack, "4400"}},
		"subscribe without a query":                    {[]string{hello, `{"type":"subscribe","id":"1","payload":{}}`}, []string{ack, "4400"}},
		"subscribe with an id that is live":            {[]string{hello, subscribe("1", "a"), subscribe("1", "b")}, []string{ack, "4409"}},
		"complete without an id":                       {[]string{hello, `{"type":"complete"}`}, []string{ack, "4400"}},
		"complete of an unknown id":                    {[]string{hello, `{"type":"complete","id":"9"}`, subscribe("1", "one")}, []string{ack, next, complete}},
		"one answer":                                   {[]string{hello, subscribe("1", "one")}, []string{ack, next, complete}},
		"an error is not followed by complete":         {[]string{hello, subscribe("1", "wrong")}, []string{ack, `{"id":"1","type":"error","payload":[{"message":"wrong"}]}`}},
		"an id that has ended is free":                 {[]string{hello, subscribe("1", "a"), `{"type":"complete","id":"1"}`, subscribe("1", "one")}, []string{ack, next, complete}},
		"ping before connection_init":                  {[]string{`{"type":"ping"}`, hello}, []string{`{"type":"pong"}`, ack}},
		"a ping's payload comes back":                  {[]string{`{"type":"ping","payload":{"a":"é"}}`}, []string{`{"type":"pong","payload":{"a":"é"}}`}},
		"ping with a payload that is no object":        {[]string{hello, `{"type":"ping","payload":1}`}, []string{ack, "4400"}},
		"a pong that nobody asked for":                 {[]string{hello, `{"type":"pong"}`, `{"type":"pong","payload":{}}`, subscribe("1", "one")}, []string{ack, next, complete}},
		"an id that JSON has to escape":                {[]string{hello, `{"type":"subscribe","id":"\"\n","payload":{"query":"one"}}`}, []string{ack, `{"id":"\"\n","type":"next","payload":{"data":1}}`, `{"id":"\"\n","type":"complete"}`}},
		"a message that is too large":                  {[]string{hello, `{"type":"ping","payload":{"a":"` + strings.Repeat("x", 64<<10) + `"}}`}, []string{ack, "1009"}},
		"members that the protocol does not have pass": {[]string{`{"type":"connection_init","extra":1}`}, []string{ack}},
	} {
		t.Run(name, func(t *testing.T) {
			kinds(t, func(t *testing.T, k kind) {
				c := dial(t, serve(t, &host{}, k))
				for i, m := range row.say {
					if c.say(m); i == 0 && row.hear[0] == ack {
						c.expect(ack)
					}
				}
				hear := row.hear
				if hear[0] == ack {
					hear = hear[1:]
				}
				c.expect(hear...)
				if last := row.hear[len(row.hear)-1]; strings.HasPrefix(last, "{") { // and nothing more
					c.say(`{"type":"ping","payload":{"last":1}}`).expect(`{"type":"pong","payload":{"last":1}}`)
				}
			})
		})
	}
}

func TestAHandshakeWithoutOurSubprotocolIsClosed(t *testing.T) {
	t.Parallel()
	for name, offered := range map[string][]string{"none": {}, "the older one": {"graphql-ws"}, "something like it": {"graphql-transport-ws2"}, "another case": {"GraphQL-Transport-WS"}} {
		c := dial(t, serve(t, &host{}, watched), offered...)
		if c.conn.Subprotocol() != "" {
			t.Errorf("%s: %q is spoken", name, c.conn.Subprotocol())
		}
		c.say(hello).expect("4406")
	}
	c := dial(t, serve(t, &host{}, watched), "graphql-ws", Subprotocol)
	if c.conn.Subprotocol() != Subprotocol {
		t.Errorf("offered both, %q is spoken", c.conn.Subprotocol())
	}
	c.say(hello).expect(ack)
}

func TestSubscribeWhileAKeyIsCheckedIsTooEarly(t *testing.T) {
	t.Parallel()
	h := &host{admit: make(chan struct{})}
	address := serve(t, h, watched)
	dial(t, address).say(hello, subscribe("1", "one")).expect("4401")
	dial(t, address).say(hello, hello).expect("4429")
	c := dial(t, address)
	c.say(hello, `{"type":"ping"}`).expect(`{"type":"pong"}`)
	close(h.admit)
	c.expect(ack)
}

func TestABinaryMessageIsRead(t *testing.T) {
	t.Parallel()
	c := dial(t, serve(t, &host{}, watched))
	if err := c.conn.Write(c.ctx, websocket.MessageBinary, []byte(hello)); err != nil {
		t.Fatal(err)
	}
	c.expect(ack)
}

func TestAClientThatClosesIsAnswered(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, k kind) {
		c := dial(t, serve(t, &host{}, k))
		c.say(hello).expect(ack)
		c.say(subscribe("1", "a"))
		if err := c.conn.Close(websocket.StatusNormalClosure, "bye"); err != nil {
			t.Error(err)
		}
	})
}

func TestManyOperationsShareASocket(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, k kind) {
		h := &host{}
		c := dial(t, serve(t, h, k)).say(hello)
		c.expect(ack)
		const operations, answers = 20, 50
		var live []*Operation
		for i := range operations {
			c.say(subscribe(fmt.Sprint(i), fmt.Sprint("q", i)))
			live = append(live, h.operation(t, fmt.Sprint("q", i)))
		}
		shared := []byte(`{"data":"` + strings.Repeat("x", 500) + `"}`)
		go func() {
			for range answers {
				for _, o := range live {
					o.Next(shared)
				}
			}
			for _, o := range live {
				o.Complete()
			}
		}()
		heard := map[string]int{}
		for range operations * (answers + 1) {
			m := c.hear()
			id, rest, _ := strings.Cut(strings.TrimPrefix(m, `{"id":"`), `"`)
			if rest != `,"type":"complete"}` && rest != `,"type":"next","payload":`+string(shared)+`}` {
				t.Fatalf("heard %.200s", m)
			}
			heard[id]++
		}
		for id, n := range heard {
			if n != answers+1 {
				t.Errorf("operation %s: %d messages", id, n)
			}
		}
		if live[0].Next(shared) {
			t.Error("an operation that is complete goes on")
		}
	})
}

func TestSeveralAnswersAtOnce(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, k kind) {
		h := &host{}
		c := dial(t, serve(t, h, k)).say(hello)
		c.expect(ack)
		c.say(subscribe("1", "stays"))
		o := h.operation(t, "stays")
		large := `"` + strings.Repeat("x", 70_000) + `"`
		o.NextOf([]Answer{{JSON: []byte(`1`)}, {ID: "unused", JSON: []byte(large)}, {JSON: []byte(`3`)}})
		o.Complete()
		o.NextOf([]Answer{{JSON: []byte(`4`)}}) // nothing more
		next := func(answer string) string { return `{"id":"1","type":"next","payload":` + answer + `}` }
		for _, want := range []string{next("1"), next(large), next("3"), `{"id":"1","type":"complete"}`} {
			if got := c.hear(); got != want {
				t.Fatalf("heard %.80s, want %.80s", got, want)
			}
		}
	})
}

func TestWhoWritesToAnOperationLearnsOfItsEnd(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, k kind) {
		for name, end := range map[string]func(c *client, o *Operation){
			"by the client":     func(c *client, _ *Operation) { c.say(`{"id":"1","type":"complete"}`) },
			"by itself":         func(_ *client, o *Operation) { o.Complete() },
			"with its socket":   func(c *client, _ *Operation) { _ = c.conn.CloseNow() },
			"before it is told": nil,
		} {
			t.Run(name, func(t *testing.T) {
				h := &host{}
				c := dial(t, serve(t, h, k)).say(hello)
				c.expect(ack)
				c.say(subscribe("1", "stays"))
				o := h.operation(t, "stays")
				told := make(chan struct{}) // closed once: twice would panic
				if end == nil {
					o.Complete()
					o.OnEnd(func() { close(told) })
				} else {
					o.OnEnd(func() { close(told) })
					end(c, o)
				}
				select {
				case <-told:
				case <-time.After(10 * time.Second):
					t.Error("nobody was told")
				}
			})
		}
	})
}
