package graph_test

import (
	"testing"
	"time"

	"parley/ent/viewer"
)

// An operator's other windows learn what is read in one of them, with what is left; other operators learn nothing.
func TestOtherWindowsLearnWhatIsRead(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		const follow = `subscription { readMarks { threadId unreadCount } }`
		threadID := a.thread(a.agent("A"))
		key, _ := a.newKey(viewer.Operator)
		say := func(text string) string {
			return a.must(`mutation($t: ID!, $x: String!) { sendMessage(input: {threadId: $t, text: $x}) { message { id } } }`, map[string]any{"t": threadID, "x": text}).text("sendMessage", "message", "id")
		}
		first := say("one")
		say("two")
		mark := func(key string, messageID *string) {
			t.Helper()
			r := a.do(key, `mutation($t: ID!, $m: ID) { markRead(input: {threadId: $t, messageId: $m}) { thread { id } } }`, map[string]any{"t": threadID, "m": messageID})
			if len(r.Errors) > 0 {
				t.Fatal(r.raw)
			}
		}
		windows := map[string]stream{"socket": a.socketFor(t, key, follow, nil), "events": a.eventSourceFor(t, key, follow, nil)}
		another := a.socketFor(t, a.keys[viewer.Operator], follow, nil)
		defer another.close()
		for _, step := range []struct {
			message *string
			left    float64
		}{{&first, 1}, {nil, 0}} {
			for name, s := range windows {
				got := make(chan float64, 1)
				go func() {
					for {
						payload, ok := s.next()
						data, _ := payload["data"].(map[string]any)
						e, _ := data["readMarks"].(map[string]any)
						if !ok || e == nil {
							close(got)
							return
						}
						if e["threadId"] == threadID && e["unreadCount"] == step.left { // what was told before may come first
							got <- step.left
							return
						}
					}
				}()
				for told := false; !told; { // it may not have begun yet
					mark(key, step.message)
					select {
					case _, open := <-got:
						if told = true; !open {
							t.Fatalf("%s: the stream ended", name)
						}
					case <-time.After(200 * time.Millisecond):
					}
				}
			}
		}
		mark(a.keys[viewer.Operator], nil)
		if payload, _ := another.next(); payload["data"] == nil {
			t.Errorf("another operator: %v", payload)
		}
		for _, s := range windows {
			s.close()
		}
	})
}
