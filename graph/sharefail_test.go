package graph

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/graph/socket"
)

// heard is a sink that keeps what it is told.
type heard []string

func (h *heard) Ready(context.Context) bool { return true }

func (h *heard) Send(_ context.Context, id string, answer []byte) bool {
	*h = append(*h, id+string(answer))
	return true
}

func (h *heard) NextOf(answers []socket.Answer) {
	for _, a := range answers {
		*h = append(*h, a.ID+string(a.JSON))
	}
}
func (h *heard) Error(errs []byte)                       { *h = append(*h, "error "+string(errs)) }
func (h *heard) Complete()                               { *h = append(*h, "complete") }
func (h *heard) OnEnd(ctx context.Context, leave func()) { context.AfterFunc(ctx, leave) }

// grouped is a group that stands at a sequence, with n subscribers that rest there and have joined.
func grouped(t *testing.T, sequence int64, n int) (g *group, members []*subscriber, told []*heard) {
	t.Helper()
	g = &group{shares: &shares{groups: map[shareKey]*group{}}, users: n}
	g.shares.groups[g.key] = g
	g.track = &track{mu: &g.mu}
	g.track.moved = g.meetAll
	ctx := context.WithValue(t.Context(), trackKey{}, g.track)
	for range n {
		h := &heard{}
		c := newConnection(t.Context(), "")
		m := &subscriber{to: h, connection: c, group: g, track: &track{mu: &g.mu}, index: -1, stop: func() {}}
		t.Cleanup(func() { c.end(errAnswered) })
		tellPlace(context.WithValue(t.Context(), trackKey{}, m.track), standing{sequence: sequence})
		m.begin(func(*group) { t.Error("a second execution for all") })
		if m.rest() {
			t.Fatal("it joined before the group stood there")
		}
		members, told = append(members, m), append(told, h)
	}
	tellPlace(ctx, standing{sequence: sequence})
	if len(g.members) != n || len(g.alone) != 0 {
		t.Fatalf("%d joined, %d are alone", len(g.members), len(g.alone))
	}
	return g, members, told
}

func (g *group) tell(t *testing.T, sequence int64, response *graphql.Response) {
	t.Helper()
	tellEvent(context.WithValue(t.Context(), trackKey{}, g.track), "c ", standing{sequence: sequence})
	g.send([]made{madeOf(response)})
}

func TestAnErrorOfAGroupIsTheLastAnswerOfEach(t *testing.T) {
	g, members, told := grouped(t, 3, 2)
	members[0].answered = true
	expired := gqlerror.List{{Message: "gone"}}
	g.tell(t, 4, &graphql.Response{Errors: expired})
	g.over(nil)
	if want := []string{`c {"errors":[{"message":"gone"}]}`, "complete"}; !slices.Equal(*told[0], want) {
		t.Errorf("who had answers was told %q", *told[0])
	}
	if want := []string{`error [{"message":"gone"}]`, "complete"}; !slices.Equal(*told[1], want) { // which goes nowhere behind an error
		t.Errorf("who had none was told %q", *told[1])
	}
}

func TestAFaultOfAGroupEndsTheConnectionsOfItsMembersAlone(t *testing.T) {
	g, members, told := grouped(t, 3, 3)
	alone := &subscriber{to: &heard{}, group: g, track: &track{mu: &g.mu}, index: -1, stop: func() { t.Error("it was stopped") }}
	alone.connection = newConnection(t.Context(), "")
	defer alone.connection.end(errAnswered)
	tellPlace(context.WithValue(t.Context(), trackKey{}, alone.track), standing{sequence: 3, state: "a text"})
	alone.begin(nil)
	g.shares.mu.Lock()
	g.users++
	g.shares.mu.Unlock()
	alone.rest()
	members[1].leave()
	fault := errors.New("a fault")
	g.over(fault)
	for i, want := range []error{fault, nil, fault} {
		if got := members[i].connection.Reason(); !errors.Is(got, want) {
			t.Errorf("%d ended with %v", i, got)
		}
		if len(*told[i]) > 0 {
			t.Errorf("%d was told %q", i, *told[i])
		}
	}
	if alone.connection.Reason() != nil || alone.rise() {
		t.Error("who runs alone ended with the group")
	}
	for _, m := range []*subscriber{members[0], members[2], alone} {
		m.leave()
	}
	if len(g.shares.groups) != 0 || len(g.alone) != 0 {
		t.Errorf("%d groups are left", len(g.shares.groups))
	}
}

// Answers to events that were told before others join go to them only if they have not had them.
func TestJoiningAtAnEvent(t *testing.T) {
	g, _, told := grouped(t, 3, 1)
	late := &subscriber{to: &heard{}, group: g, index: -1, stop: func() {}}
	late.track = &track{mu: &g.mu, moved: func() { g.meet(late) }}
	of := context.WithValue(t.Context(), trackKey{}, late.track)
	tellPlace(of, standing{sequence: 1})
	late.begin(nil)
	answer := func(n int) *graphql.Response { return &graphql.Response{Data: []byte(fmt.Sprint(n))} }
	g.tell(t, 4, answer(4))
	for n := int64(2); n <= 4; n++ { // it catches up by itself
		if late.rest() {
			t.Fatalf("it joined before %d", n)
		}
		tellEvent(of, "", standing{sequence: n})
		late.rise()
		late.to.Send(of, late.next(), encodeAnswer(answer(int(n))))
		late.passed()
	}
	tellEvent(of, "", standing{sequence: 5}) // in hand, when it joins
	if !late.rest() {
		t.Fatal("it did not join")
	}
	g.tell(t, 5, answer(5))
	if got := fmt.Sprint(*late.to.(*heard)); got != `[{"data":2} {"data":3} {"data":4} c {"data":5}]` {
		t.Error(got)
	}
	if got := fmt.Sprint(*told[0]); got != `[c {"data":4} c {"data":5}]` {
		t.Error(got)
	}
}
