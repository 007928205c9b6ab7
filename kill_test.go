package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// kills is how often the server is killed for each database.
func kills() int {
	if os.Getenv("PARLEY_SOAK") != "" {
		return 100
	}
	return 10
}

// TestKillMinusNine kills the server at random moments while customers write, and then asks the public API and the
// receiver's log whether anything that was acknowledged is missing.
func TestKillMinusNine(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		p := newProcess(t, e)
		seed := uint64(len(t.Name()))
		random := rand.New(rand.NewPCG(seed, 1))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute*time.Duration(1+kills()/20))
		defer cancel()
		for killed, round := 0, 0; killed < kills(); round++ {
			logs := t.TempDir()
			name := exampleNames(t)[round%2]
			ended := make(chan error, 1)
			go func() { ended <- runExample(ctx, t, p, name, logs, "--retry", "--timeout", "90s") }()
			err, before := error(nil), killed
			for running := true; running; {
				var pause <-chan time.Time
				if killed < kills() {
					pause = time.After(time.Duration(50+random.IntN(900)) * time.Millisecond)
				}
				select {
				case err = <-ended:
					running = false
				case <-pause:
					p.kill()
					killed++
					p.start()
				}
			}
			if err != nil {
				t.Fatalf("after %d kills (%d in this run): %v", killed, killed-before, err)
			}
			checkNothingIsLost(t, p, logs)
		}
	})
}

// readLines decodes a file of one JSON object a line.
func readLines[T any](t *testing.T, path string) []T {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var all []T
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, v)
	}
	return all
}

// dialogueState is what the API says of a thread in the end.
type dialogueState struct {
	Data struct {
		Thread struct {
			Messages struct {
				Edges []struct {
					Node struct {
						ID, Author string
						Sequence   int
					}
				}
			}
			Turns []struct{ ID, State, Reason string }
		}
		Events struct {
			Edges []struct{ Node struct{ ID, Type string } }
		}
	}
}

// checkNothingIsLost holds what the clients were told against what is there.
func checkNothingIsLost(t *testing.T, p *process, logs string) {
	t.Helper()
	acknowledged := map[string]map[string]bool{} // messages by thread
	patterns := map[string][]string{}            // event types by integration
	for _, op := range readLines[struct {
		Mutation string
		Input    struct {
			ThreadID, Name string
			EventTypes     []string
		}
		Payload struct {
			Message     struct{ ID string }
			Integration struct{ ID string }
		}
	}](t, filepath.Join(logs, "operations.jsonl")) {
		switch op.Mutation {
		case "sendMessage":
			if acknowledged[op.Input.ThreadID] == nil {
				acknowledged[op.Input.ThreadID] = map[string]bool{}
			}
			acknowledged[op.Input.ThreadID][op.Payload.Message.ID] = true
		case "createIntegration":
			patterns[op.Input.Name] = op.Input.EventTypes
		}
	}
	received := map[string]bool{}
	for _, hook := range readLines[struct{ ID, Fault string }](t, filepath.Join(logs, "webhooks.jsonl")) {
		if hook.Fault != "" {
			t.Errorf("webhook %s: %s", hook.ID, hook.Fault)
		}
		received[hook.ID] = true
	}
	last := map[string]int{}
	for _, e := range readLines[struct {
		Thread   string
		Sequence int
	}](t, filepath.Join(logs, "events.jsonl")) {
		if before, ok := last[e.Thread]; ok && e.Sequence != before+1 {
			t.Errorf("the stream of %s jumps from %d to %d", e.Thread, before, e.Sequence)
		}
		last[e.Thread] = e.Sequence
	}
	if len(acknowledged) == 0 || len(received) == 0 || len(last) == 0 {
		t.Fatalf("nothing to check: %d threads, %d webhooks, %d streams", len(acknowledged), len(received), len(last))
	}
	for threadID, messages := range acknowledged {
		checkThread(t, p, threadID, messages, patterns, received)
	}
}

func checkThread(t *testing.T, p *process, threadID string, acknowledged map[string]bool, patterns map[string][]string, received map[string]bool) {
	t.Helper()
	answer := query(t, p.address, p.key, fmt.Sprintf(`{
		thread(id: %q) { messages(first: 250) { edges { node { id author sequence } } } turns(first: 250) { id state reason } }
		events(threadId: %q, first: 250) { edges { node { id type } } } }`, threadID, threadID))
	var state dialogueState
	if err := json.Unmarshal([]byte(answer), &state); err != nil || strings.Contains(answer, `"errors"`) {
		t.Fatalf("read %s: %v in %s", threadID, err, answer)
	}
	stored := 0
	for _, edge := range state.Data.Thread.Messages.Edges {
		if edge.Node.Author != "CUSTOMER" {
			continue
		}
		stored++
		if !acknowledged[edge.Node.ID] {
			t.Errorf("%s: message %s is stored, and was never acknowledged though every mutation was repeated until it was", threadID, edge.Node.ID)
		}
	}
	if stored < len(acknowledged) {
		t.Errorf("%s: %d messages were acknowledged, %d are there", threadID, len(acknowledged), stored)
	}
	for _, turn := range state.Data.Thread.Turns {
		if turn.State != "ENDED" || turn.Reason == "" {
			t.Errorf("%s: turn %s is %s %s", threadID, turn.ID, turn.State, turn.Reason)
		}
	}
	for _, edge := range state.Data.Events.Edges {
		if wanted(patterns, edge.Node.Type) && !received[edge.Node.ID] {
			t.Errorf("%s: no webhook of %s %s arrived", threadID, edge.Node.Type, edge.Node.ID)
		}
	}
}

// wanted says whether any integration asked for events of a type.
func wanted(patterns map[string][]string, eventType string) bool {
	for _, types := range patterns {
		for _, pattern := range types {
			prefix, wild := strings.CutSuffix(pattern, "*")
			if pattern == eventType || wild && strings.HasPrefix(eventType, prefix) {
				return true
			}
		}
	}
	return false
}
