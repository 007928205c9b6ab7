package graph_test

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/ent/viewer"
	"parley/storage"
	"parley/storage/storagetest"
)

// BenchmarkWritesBesideSubscribers tells how many messages a second eight writers store through the API, in turns with nobody who
// follows, with 1,000 subscribers of other threads, and with one subscriber of each of their threads. Ratios are medians of the turns:
// what else the machine does meets neighbours alike. One operation is one round of turns.
func BenchmarkWritesBesideSubscribers(b *testing.B) {
	const turn = 1500 * time.Millisecond
	storagetest.Bench(b, func(b *testing.B, db *storage.DB) {
		a := newAPI(b, db)
		agentID := a.agent("A")
		var mine, others []string
		for i := range 24 {
			threadID := a.thread(agentID)
			a.must(`mutation($t: ID!) { takeOver(input: {threadId: $t}) { thread { id } } }`, map[string]any{"t": threadID}) // no turns
			if i < 8 {
				mine = append(mine, threadID)
			} else {
				others = append(others, threadID)
			}
		}
		follow := `subscription($t: ID!) { threadEvents(threadId: $t) { id type sequence cursor ... on MessageCreated { message { id text } } } }`
		measure := func() float64 {
			var stored atomic.Int64
			var writing sync.WaitGroup
			begin := time.Now()
			for _, threadID := range mine {
				writing.Go(func() {
					for time.Since(begin) < turn {
						r := a.do(a.keys[viewer.App], `mutation($t: ID!, $x: String!) { sendMessage(input: {threadId: $t, text: $x}) { message { id } } }`, map[string]any{"t": threadID, "x": strings.Repeat("x", 200)})
						if r.code() != "" {
							b.Error(r.raw)
							return
						}
						stored.Add(1)
					}
				})
			}
			writing.Wait()
			return float64(stored.Load()) / time.Since(begin).Seconds()
		}
		measure() // what is prepared at first use
		var alone, elsewhere, followed, toElsewhere, toFollowed []float64
		for b.Loop() {
			before := measure()
			leave := a.followers(b, follow, others, 1000)
			e := measure()
			leave()
			between := measure()
			leave = a.followers(b, follow, mine, len(mine))
			f := measure()
			leave()
			after := measure()
			alone, elsewhere, followed = append(alone, before, between, after), append(elsewhere, e), append(followed, f)
			toElsewhere, toFollowed = append(toElsewhere, 2*e/(before+between)), append(toFollowed, 2*f/(between+after))
		}
		b.ReportMetric(median(alone), "writes/s-alone")
		b.ReportMetric(median(elsewhere), "writes/s-1000-elsewhere")
		b.ReportMetric(median(followed), "writes/s-followed")
		b.ReportMetric(100*median(toElsewhere), "%-elsewhere")
		b.ReportMetric(100*median(toFollowed), "%-followed")
	})
}

func median(all []float64) float64 {
	all = slices.Sorted(slices.Values(all))
	return all[len(all)/2]
}

// followers has sockets of another process follow threads in turn, until leave is called.
func (a *api) followers(b *testing.B, document string, threads []string, sockets int) (leave func()) {
	b.Helper()
	payloads := []string{strings.TrimPrefix(a.url, "http://"), a.keys[viewer.App]}
	for _, threadID := range threads {
		text, _ := json.Marshal(map[string]any{"type": "subscribe", "id": "3b241101-e2bb-4255-8caf-4136c566a962", "payload": map[string]any{"query": document, "variables": map[string]any{"t": threadID}}})
		payloads = append(payloads, string(text))
	}
	command := exec.CommandContext(b.Context(), os.Args[0])
	command.Env = append(os.Environ(), benchClients+"="+strings.Join(payloads, "\n"), benchClients+"_NUMBER="+strconv.Itoa(sockets))
	command.Stderr = os.Stderr
	stdin, _ := command.StdinPipe()
	stdout, _ := command.StdoutPipe()
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	said := bufio.NewScanner(stdout)
	if !said.Scan() || said.Text() != "ready" {
		b.Fatal("the clients are not ready: ", said.Text())
	}
	go func() {
		for said.Scan() { // rounds
		}
	}()
	return func() {
		_ = stdin.Close()
		_ = command.Wait()
		eventually(b, "all have left", func() bool { return a.figures(b)["connections websocket"] == 0 })
	}
}
