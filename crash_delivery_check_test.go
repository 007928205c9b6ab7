package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// inFlight is how many deliveries a server has under way at most, at 8 to an endpoint.
const inFlight = 8 * deliveryEndpoints

// arrival is a webhook that came to an endpoint.
type arrival struct {
	place
	id, body string
}

// place is where a webhook belongs.
type place struct {
	endpoint, thread string
	sequence         int
}

// mark is a moment of an arrival: that it came, or that it was taken.
type mark struct {
	*arrival
	taken bool
}

// endpoint is an integration as its receiver knows it.
type endpoint struct{ integration, ordering, secret string }

// arrivals is the integrators' side: it writes down what comes, and takes all but eight in a hundred.
type arrivals struct {
	url string

	mu        sync.Mutex // protects everything below
	endpoints map[string]endpoint
	marks     []mark // in order
	faults    []string
}

func newArrivals(t *testing.T) *arrivals {
	a := &arrivals{endpoints: map[string]endpoint{}}
	server := httptest.NewServer(http.HandlerFunc(a.receive))
	t.Cleanup(server.Close)
	a.url = server.URL
	return a
}

func (a *arrivals) endpoint(path, integration, ordering, secret string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.endpoints[path] = endpoint{integration, ordering, secret}
}

func (a *arrivals) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // its sender died while it wrote
	}
	var inside struct {
		ID       string
		ThreadID string `json:"thread_id"`
		Sequence int
	}
	bad := json.Unmarshal(body, &inside)
	one := &arrival{place{r.URL.Path, inside.ThreadID, inside.Sequence}, r.Header.Get("webhook-id"), string(body)}
	a.mu.Lock()
	if bad != nil || inside.ID != one.id || !signedBy(a.endpoints[one.endpoint].secret, r.Header, body) {
		a.faults = append(a.faults, fmt.Sprintf("%s got a webhook %s with a wrong signature or body: %.100s", one.endpoint, one.id, body))
	}
	a.marks = append(a.marks, mark{one, false})
	a.mu.Unlock()
	dawdle(3)
	switch n := rand.IntN(100); {
	case n < 5:
		w.WriteHeader(http.StatusInternalServerError)
		return
	case n < 8:
		panic(http.ErrAbortHandler) // resets the connection
	}
	a.mu.Lock()
	a.marks = append(a.marks, mark{one, true})
	a.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

// count says how many came, and how many of those were taken that had been taken before.
func (a *arrivals) count() (came, repeated int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	known := map[place]bool{}
	for _, m := range a.marks {
		switch {
		case !m.taken:
			came++
		case known[m.place]:
			repeated++
		default:
			known[m.place] = true
		}
	}
	return came, repeated
}

// deliveryTold is what the API tells of a delivery.
type deliveryTold struct {
	ID, State, ThreadID string
	Sequence            int
	SteppedAside        bool
	AttemptLog          []struct {
		Number  int
		Outcome string
	}
	endpoint string
}

// deliveryState is what the API tells when nothing is under way any more.
type deliveryState struct {
	deliveries []deliveryTold
	messages   map[string][]int // sequences of the messages, by thread
}

// readDeliveries waits until all is delivered, and reads everything.
func readDeliveries(ctx context.Context, api *caller, threads []string, seen *arrivals) (*deliveryState, error) {
	for {
		var left struct{ Deliveries struct{ TotalCount int } }
		if err := api.ask(ctx, `{ deliveries(first: 1, where: {stateIn: [PENDING, RUNNING]}) { totalCount } }`, nil, &left); err != nil {
			return nil, fmt.Errorf("%d deliveries are left: %w", left.Deliveries.TotalCount, err)
		}
		if left.Deliveries.TotalCount == 0 {
			break
		}
		pause(ctx, 200*time.Millisecond)
	}
	state := &deliveryState{messages: map[string][]int{}}
	for _, threadID := range threads {
		var told struct {
			Thread struct {
				Messages struct {
					Edges []struct{ Node struct{ Sequence int } }
				}
			}
		}
		document := `query($id: ID!) { thread(id: $id) { messages(first: 250) { edges { node { sequence } } } } }`
		if err := api.ask(ctx, document, map[string]any{"id": threadID}, &told); err != nil {
			return nil, err
		}
		for _, edge := range told.Thread.Messages.Edges {
			state.messages[threadID] = append(state.messages[threadID], edge.Node.Sequence)
		}
		slices.Sort(state.messages[threadID])
	}
	for path, e := range seen.endpoints {
		var after *string
		for {
			var page struct {
				Deliveries struct {
					Edges    []struct{ Node deliveryTold }
					PageInfo struct {
						EndCursor   string
						HasNextPage bool
					}
				}
			}
			document := `query($integration: ID!, $after: Cursor) { deliveries(first: 250, after: $after, where: {integrationID: $integration}) {
				edges { node { id state threadId sequence steppedAside attemptLog { number outcome } } } pageInfo { endCursor hasNextPage } } }`
			if err := api.ask(ctx, document, map[string]any{"integration": e.integration, "after": after}, &page); err != nil {
				return nil, err
			}
			for _, edge := range page.Deliveries.Edges {
				edge.Node.endpoint = path
				state.deliveries = append(state.deliveries, edge.Node)
			}
			if after = &page.Deliveries.PageInfo.EndCursor; !page.Deliveries.PageInfo.HasNextPage {
				break
			}
		}
	}
	return state, nil
}

// judge holds what arrived against what the API says, after so many kills. It returns what is wrong, and how many
// deliveries have stepped aside.
func (a *arrivals) judge(state *deliveryState, kills int) (faults []string, asides int) {
	_, repeated := a.count()
	a.mu.Lock()
	defer a.mu.Unlock()
	faults = slices.Clone(a.faults)
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if repeated > kills*inFlight {
		fault("%d webhooks came again after they had been taken, more than %d kills explain", repeated, kills)
	}
	taken, aside, told := map[place]bool{}, map[place]bool{}, map[place]bool{}
	bodies := map[string]string{} // by event
	for _, m := range a.marks {
		taken[m.place] = taken[m.place] || m.taken
		if was, ok := bodies[m.id]; ok && was != m.body {
			fault("webhook %s came with two bodies", m.id)
		}
		bodies[m.id] = m.body
	}
	for _, d := range state.deliveries {
		at := place{d.endpoint, d.ThreadID, d.Sequence}
		if told[at] {
			fault("%s has two deliveries of %s %d", d.endpoint, d.ThreadID, d.Sequence)
		}
		told[at] = true
		if d.SteppedAside {
			asides++
			aside[at] = true
			if a.endpoints[d.endpoint].ordering != "THREAD" {
				fault("delivery %s to %s stepped aside", d.ID, d.endpoint)
			}
		}
		if d.State != "DONE" {
			fault("delivery %s to %s is %s", d.ID, d.endpoint, d.State)
		}
		done := false
		for _, attempt := range d.AttemptLog {
			if done {
				fault("delivery %s to %s was sent again after attempt %d, which had succeeded", d.ID, d.endpoint, attempt.Number-1)
			}
			done = attempt.Outcome == "SUCCEEDED"
		}
		if done && !taken[at] {
			fault("delivery %s counts as delivered, and %s never took it", d.ID, d.endpoint)
		}
	}
	for threadID, sequences := range state.messages {
		for _, sequence := range sequences {
			for path := range a.endpoints {
				if at := (place{path, threadID, sequence}); !taken[at] || !told[at] {
					fault("message %d of %s: delivery to %s exists %t, arrived %t", sequence, threadID, path, told[at], taken[at])
				}
			}
		}
	}
	return append(faults, a.disorder(state.messages, aside)...), asides
}

// disorder finds what came before its turn: while an earlier one of its thread had not been taken and did not step aside, or,
// where all are in one queue, while any other had come and was not taken.
func (a *arrivals) disorder(messages map[string][]int, aside map[place]bool) (faults []string) {
	taken := map[place]bool{}
	ahead := map[place]int{}    // by endpoint and thread: how many of the thread's messages need not be waited for any more
	heads := map[string]place{} // by queue: what has come and is not taken
	for _, m := range a.marks {
		ordering := a.endpoints[m.endpoint].ordering
		switch {
		case ordering == "NONE":
		case m.taken:
			taken[m.place] = true
			if heads[m.endpoint] == m.place {
				delete(heads, m.endpoint)
			}
		case taken[m.place]: // once more
		default:
			sequences, key := messages[m.thread], place{m.endpoint, m.thread, 0}
			n := ahead[key]
			for n < len(sequences) && (taken[place{m.endpoint, m.thread, sequences[n]}] || aside[place{m.endpoint, m.thread, sequences[n]}]) {
				n++
			}
			ahead[key] = n
			if n < len(sequences) && sequences[n] < m.sequence {
				faults = append(faults, fmt.Sprintf("%s got message %d of %s before %d", m.endpoint, m.sequence, m.thread, sequences[n]))
			}
			if ordering != "FIFO" {
				continue
			}
			if head, waits := heads[m.endpoint]; waits && head != m.place {
				faults = append(faults, fmt.Sprintf("%s got %v while its queue stood at %v", m.endpoint, m.place, head))
			}
			heads[m.endpoint] = m.place
		}
	}
	return faults
}
