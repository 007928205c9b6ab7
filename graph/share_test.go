package graph_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/ent/viewer"
	"parley/graph"
)

// say has an operator write to a thread.
func (a *api) say(threadID, text string) {
	a.t.Helper()
	a.must(`mutation($t: ID!, $x: String!) { sendOperatorMessage(input: {threadId: $t, text: $x}) { message { id } } }`, map[string]any{"t": threadID, "x": text})
}

// members waits until so many subscriptions are executed together.
func (a *api) members(n int) {
	a.t.Helper()
	eventually(a.t, fmt.Sprint(n, " members"), func() bool { return a.handler.Sharing().Members == n })
}

// dense reads up to a message with the text, and fails unless the sequences follow one another. It returns the last one.
func dense(t *testing.T, s stream, last float64, text string) float64 {
	t.Helper()
	for {
		payload, ok := s.next()
		data, _ := payload["data"].(map[string]any)
		e, _ := data["threadEvents"].(map[string]any)
		if !ok || e == nil {
			t.Errorf("the stream ended behind %v: %v", last, payload)
			return last
		}
		if last > 0 && e["sequence"] != last+1 {
			t.Errorf("sequence %v after %v", e["sequence"], last)
		}
		last, _ = e["sequence"].(float64)
		if m, ok := e["message"].(map[string]any); ok && m["text"] == text {
			return last
		}
	}
}

func TestIdenticalSubscriptionsAreExecutedOnce(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		variables := map[string]any{"t": threadID}
		var streams []stream
		for i := range 12 {
			if i%3 == 0 {
				streams = append(streams, a.eventSource(t, a.keys[viewer.App], variables))
			} else { // the same document, written otherwise
				streams = append(streams, a.socketFor(t, a.keys[viewer.App], strings.ReplaceAll(follow, " ", "\n  "), variables))
			}
		}
		a.members(12)
		before := a.handler.Sharing()
		for i := range 5 {
			a.say(threadID, fmt.Sprint(i))
		}
		last := 0.0
		for i, s := range streams {
			if at := dense(t, s, 0, "4"); i > 0 && at != last {
				t.Errorf("the last is %v, not %v", at, last)
			} else {
				last = at
			}
		}
		after := a.handler.Sharing()
		if executed, sent := after.Executed-before.Executed, after.Sent-before.Sent; executed != 5 || sent != 12*5 || after.Groups != 1 {
			t.Errorf("%d executions, %d answers, %d groups", executed, sent, after.Groups)
		}
		alone := a.socket(t, a.keys[viewer.Operator], variables) // with other rights
		for _, s := range streams {
			s.close()
		}
		a.members(0)
		eventually(t, "the group ends", func() bool { return a.handler.Sharing().Groups == 0 })
		a.say(threadID, "one is left")
		dense(t, alone, 0, "one is left")
	})
}

func TestWhoComesLateJoinsInOrder(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		start := a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": threadID}).text("thread", "cursor")
		stop, said := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(said)
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
					a.say(threadID, fmt.Sprint(n))
				}
			}
		}()
		var reading sync.WaitGroup
		var streams []stream
		for i := range 16 {
			variables := map[string]any{"t": threadID}
			if i%2 == 0 {
				variables["after"] = start
			}
			var s stream
			if i%4 < 2 {
				s = a.socket(t, a.keys[viewer.App], variables)
			} else {
				s = a.eventSource(t, a.keys[viewer.App], variables)
			}
			streams = append(streams, s)
			reading.Go(func() {
				first := 0.0
				if i%2 == 0 {
					first = 1 // thread.created
				}
				dense(t, s, first, "the end")
			})
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(300 * time.Millisecond)
		close(stop)
		<-said
		a.members(16)
		a.say(threadID, "the end")
		reading.Wait()
		for _, s := range streams {
			s.close()
		}
	})
}

func TestMembersOfAGroupEndAlone(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		key, revoke := a.newKey(viewer.App)
		variables := map[string]any{"t": threadID}
		leaves, ends, stays := a.socket(t, a.keys[viewer.App], variables), a.socket(t, key, variables), a.socket(t, a.keys[viewer.App], variables)
		a.members(3)
		leaves.send(map[string]any{"type": "complete", "id": "1"})
		a.members(2)
		revoke()
		_, _, err := ends.conn.Read(ends.ctx)
		if closed := (websocket.CloseError{}); !errors.As(err, &closed) || closed.Code != 4403 {
			t.Errorf("the revoked one ended with %v", err)
		}
		a.members(1)
		a.say(threadID, "hello")
		dense(t, stays, 0, "hello")
		a.handler.EndStreams()
		_, _, err = stays.conn.Read(stays.ctx)
		if closed := (websocket.CloseError{}); !errors.As(err, &closed) || closed.Code != 1012 {
			t.Errorf("at a stop it ended with %v", err)
		}
	})
}

// An error that ends an execution is told to each member as if it were its own.
func TestAnErasedThreadEndsAllMembers(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		variables := map[string]any{"t": threadID}
		heard, silent := a.socket(t, a.keys[viewer.App], variables), a.eventSource(t, a.keys[viewer.App], variables)
		a.members(2)
		a.say(threadID, "hello")
		dense(t, heard, 0, "hello")
		dense(t, silent, 0, "hello")
		late := a.socket(t, a.keys[viewer.App], variables)
		a.members(3)
		a.must(`mutation($t: ID!) { eraseThread(input: {threadId: $t}) { id } }`, variables)
		for name, s := range map[string]stream{"socket": heard, "events": silent, "without an answer": late} {
			if m, _ := s.next(); !strings.Contains(fmt.Sprint(m), "NOT_FOUND") {
				t.Errorf("%s: %v", name, m)
			}
		}
		if m, ok := heard.read(); !ok || m["type"] != "complete" {
			t.Errorf("behind the error came %v", m)
		}
		a.members(0)
		heard.close()
		late.close()
	})
}

func TestASlowMemberHoldsNobodyUp(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		document := `subscription($t: ID!) { threadEvents(threadId: $t) { type sequence ... on MessageCreated { message { text `
		for i := range 40 {
			document += fmt.Sprintf("t%d: text ", i)
		}
		document += "} } } }"
		threadID := a.thread(a.agent("A"))
		variables := map[string]any{"t": threadID}
		slow, quick := a.socketFor(t, a.keys[viewer.App], document, variables), a.socketFor(t, a.keys[viewer.App], document, variables)
		quick.conn.SetReadLimit(-1)
		a.members(2)
		last := 0.0
		for i := range 60 { // more than all buffers between a server and its client
			text := fmt.Sprint(i, strings.Repeat("x", 8000))
			a.say(threadID, text)
			last = dense(t, quick, last, text)
		}
		a.members(1)
		a.say(threadID, "the end")
		dense(t, quick, last, "the end")
		slow.close()
		quick.close()
	})
}

// twin is another handler on the same database, with its own way to execute.
func twin(t *testing.T, o graph.Options) (url string) {
	t.Helper()
	o.Unshared = true
	h := graph.New(o)
	server := httptest.NewServer(h)
	t.Cleanup(func() {
		ended := h.EndStreams()
		server.CloseClientConnections()
		server.Close()
		<-ended
	})
	return server.URL
}

// messages reads the text of all messages up to one that has the mark.
func messages(t *testing.T, s *socket, mark string) (all []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, 15*time.Second)
	defer cancel()
	for {
		_, text, err := s.conn.Read(ctx)
		if err != nil {
			t.Errorf("the stream ended: %v after %d", err, len(all))
			return all
		}
		all = append(all, string(text))
		if strings.Contains(string(text), mark) {
			return all
		}
	}
}

func TestDeliveryEventsAreShared(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		a.must(`mutation { createIntegration(input: {name: "i", url: "http://127.0.0.1:1/", eventTypes: ["message.created"]}) { integration { id } } }`, nil)
		var streams []stream
		for range 3 {
			streams = append(streams, a.socketFor(t, a.keys[viewer.Integrator], followDeliveries, nil))
		}
		a.members(3)
		a.say(a.thread(a.agent("A")), "hello")
		cursors := map[any]bool{}
		for _, s := range streams {
			event, _, _ := delivered(t, s)
			cursors[event["cursor"]] = true
			s.close()
		}
		if now := a.handler.Sharing(); len(cursors) != 1 || now.Sent < 3 {
			t.Errorf("%d cursors, %d answers", len(cursors), now.Sent)
		}
	})
}
