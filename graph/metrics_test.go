package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"parley/ent/viewer"
)

// figures are what the metrics of the API tell now, by name and labels.
func (a *api) figures(t testing.TB) map[string]float64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(a.handler.Metrics())
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]float64{}
	for _, f := range families {
		for _, m := range f.Metric {
			name := strings.TrimPrefix(f.GetName(), "parley_live_")
			for _, l := range m.Label {
				name += " " + l.GetValue()
			}
			all[name] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	return all
}

func TestMetricsTellOfLiveDelivery(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		// Labels come in alphabetical order: the reason, then the transport.
		threadID := a.thread(a.agent("A"))
		start := a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": threadID}).text("thread", "cursor")
		wait := func(name string, want float64) {
			t.Helper()
			eventually(t, fmt.Sprint(name, " is ", want), func() bool { return a.figures(t)[name] == want })
		}
		for name, want := range map[string]float64{"connections websocket": 0, "connections sse": 0, "closed_total slow sse": 0, "closed_total slow websocket": 0, "backlog_bytes": 0, "groups": 0} {
			if got, there := a.figures(t)[name]; !there || got != want {
				t.Errorf("at first %s is %v, %v", name, got, there)
			}
		}
		a.say(threadID, "missed")
		behind := map[string]any{"t": threadID, "after": start}
		one, two := a.socket(t, a.keys[viewer.App], behind), a.eventSource(t, a.keys[viewer.App], behind)
		dense(t, one, 1, "missed")
		dense(t, two, 1, "missed")
		a.members(2)
		now := a.figures(t)
		if now["connections websocket"] != 1 || now["connections sse"] != 1 || now["groups"] != 1 || now["group_members"] != 2 || now["catchups_total tables"] != 2 || now["catchups_total memory"] != 0 {
			t.Errorf("two follow: %v", now)
		}
		a.say(threadID, "for both")
		last := dense(t, one, 0, "for both")
		dense(t, two, 0, "for both")
		now = a.figures(t)
		if now["group_executions_total"] != 1 || now["group_answers_total"] != 2 {
			t.Errorf("an event for both: %v", now)
		}
		cursor := a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": threadID}).text("thread", "cursor")
		a.say(threadID, "kept")
		dense(t, one, last, "kept")
		back := a.eventSource(t, a.keys[viewer.App], map[string]any{"t": threadID, "after": cursor})
		dense(t, back, last, "kept")
		wait("catchups_total memory", 1)
		a.started(t, "prl_nothing_that_was_ever_made_by_anyone").closing()
		wait("closed_total key websocket", 1)
		strange := a.started(t, a.keys[viewer.App])
		strange.send(map[string]any{"type": "start"})
		strange.closing()
		wait("closed_total protocol websocket", 1)
		two.close()
		wait("closed_total client sse", 1)
		one.close()
		wait("closed_total client websocket", 1)
		wait("connections websocket", 0)
		a.handler.EndStreams()
		wait("closed_total stop sse", 1)
		wait("connections sse", 0)
		back.close()
	})
}

func TestMetricsTellOfSlowClients(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		document := `subscription($t: ID!) { threadEvents(threadId: $t) { type sequence ... on MessageCreated { message { text ` + wide("text", 40) + ` } } } }`
		variables := map[string]any{"t": threadID}
		slow, other := a.socketFor(t, a.keys[viewer.App], document, variables), a.socketFor(t, a.keys[viewer.App], document, variables)
		other.conn.SetReadLimit(-1)
		a.members(2)
		most, last := 0.0, 0.0
		for i := range 60 { // more than all buffers between a server and its client
			text := fmt.Sprint(i, strings.Repeat("x", 8000))
			a.say(threadID, text)
			most = max(most, a.figures(t)["backlog_bytes"])
			last = dense(t, other, last, text)
		}
		a.members(1)
		a.say(threadID, "the end")
		dense(t, other, last, "the end")
		if most == 0 || most > 2<<20 {
			t.Errorf("up to %v bytes waited", most)
		}
		eventually(t, "it is counted", func() bool {
			now := a.figures(t)
			return now["closed_total slow websocket"] == 1 && now["backlog_bytes"] == 0
		})
		slow.close()
		other.close()
	})
}

// wide selects a field many times.
func wide(field string, times int) (selection string) {
	for i := range times {
		selection += fmt.Sprintf("%s%d: %s ", field[:1], i, field)
	}
	return selection
}
