package graph

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// passing has answers passed on in a bubble of synctest; heard are the batches, each with the millisecond at which it was sent.
func passing(t *testing.T, takes time.Duration) (out *outgoing, heard func() []string) {
	t.Helper()
	out = newOutgoing()
	begin, over := time.Now(), make(chan struct{})
	var batches []string
	go func() {
		defer close(over)
		out.pass(func(all []made) {
			var texts []string
			for _, m := range all {
				texts = append(texts, string(m.json))
			}
			batches = append(batches, fmt.Sprintf("%d: %s", time.Since(begin).Milliseconds(), strings.Join(texts, " ")))
			time.Sleep(takes)
		})
	}()
	return out, func() []string {
		out.close()
		<-over
		return batches
	}
}

func (o *outgoing) say(t *testing.T, text string) {
	t.Helper()
	o.put(t.Context(), made{json: []byte(text)})
}

func TestAnswersOfAWindowAreSentTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, heard := passing(t, 0)
		time.Sleep(time.Second)
		out.say(t, "a") // at once, after a pause
		synctest.Wait()
		out.say(t, "b")
		time.Sleep(5 * time.Millisecond)
		out.say(t, "c")
		time.Sleep(time.Second)
		out.say(t, "d")
		synctest.Wait()
		out.say(t, "e")
		if got, want := heard(), []string{"1000: a", "1020: b c", "2005: d", "2005: e"}; !slices.Equal(got, want) { // the last one for the end
			t.Errorf("sent %q, want %q", got, want)
		}
	})
}

func TestMoreIsMadeWhileMembersAreWrittenTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, heard := passing(t, 55*time.Millisecond)
		for i := range 10 {
			out.say(t, fmt.Sprint(i))
			time.Sleep(10 * time.Millisecond)
		}
		if got, want := heard(), []string{"0: 0", "55: 1 2 3 4 5", "110: 6 7 8 9"}; !slices.Equal(got, want) {
			t.Errorf("sent %q, want %q", got, want)
		}
	})
}

func TestLargeAnswersDoNotWaitForAWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, heard := passing(t, 0)
		for range 50 {
			out.say(t, strings.Repeat("x", mostMade))
		}
		for i, batch := range heard() {
			if !strings.HasPrefix(batch, "0: ") {
				t.Fatalf("answer %d was sent late: %.10s", i, batch)
			}
		}
	})
}

func TestTheExecutionWaitsWhenMuchIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, heard := passing(t, time.Second)
		large := strings.Repeat("x", mostMade-10)
		begin := time.Now()
		for range 4 {
			out.say(t, large)
		}
		if waited := time.Since(begin); waited < 2*time.Second {
			t.Errorf("it waited %v only", waited)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		out.put(ctx, made{json: []byte(large)}) // given up with its context
		if got := heard(); len(got) != 4 {
			t.Errorf("%d answers were sent", len(got))
		}
	})
}

// Who rests at a place in the middle of what is sent gets what follows that place, and nothing of what is before it.
func TestJoiningInTheMiddleOfAWindow(t *testing.T) {
	g, _, told := grouped(t, 3, 1)
	late := &subscriber{to: &heard{}, group: g, index: -1, stop: func() {}}
	late.track = &track{mu: &g.mu, moved: func() { g.meet(late) }}
	tellPlace(context.WithValue(t.Context(), trackKey{}, late.track), standing{sequence: 5})
	late.begin(nil)
	if late.rest() {
		t.Fatal("it joined before the group was there")
	}
	var all []made
	for n := int64(4); n <= 7; n++ {
		tellEvent(context.WithValue(t.Context(), trackKey{}, g.track), "c ", standing{sequence: n})
		all = append(all, made{json: fmt.Append(nil, n)})
	}
	g.send(all)
	g.send(nil)
	for n, want := range map[*heard]string{told[0]: "[c 4 c 5 c 6 c 7]", late.to.(*heard): "[c 6 c 7]"} {
		if got := fmt.Sprint(*n); got != want {
			t.Errorf("heard %s, want %s", got, want)
		}
	}
	if s := g.shares; s.executed.Load() != 4 || s.sent.Load() != 6 {
		t.Errorf("%d were executed and %d sent", s.executed.Load(), s.sent.Load())
	}
}
