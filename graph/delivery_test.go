package graph_test

import (
	"strings"
	"testing"

	"parley/ent/viewer"
)

func TestHeldDeliveriesAreReleasedByMutation(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		made := a.must(`mutation { createIntegration(input: {name: "i", url: "http://127.0.0.1:1/", eventTypes: ["thread.created"]}) { integration { id } } }`, nil)
		id := map[string]any{"i": made.text("createIntegration", "integration", "id")}
		set := func(state string) {
			t.Helper()
			a.must(`mutation($i: ID!) { updateIntegration(input: {id: $i, state: `+state+`}) { integration { id } } }`, id)
		}
		const release = `mutation($i: ID!) { releaseHeldDeliveries(input: {integrationId: $i, clientMutationId: "once"}) {
			held clientMutationId integration { holding } } }`
		look := func(want ...string) bool {
			t.Helper()
			got := a.must(`{ integrations(first: 2) { edges { node { disabledAt holding health { status breakerUntil nextProbeAt notices heldDropped }
				deliveries(first: 2) { edges { node { state tries lane steppedAside outside attemptLog { trigger } } } } } } } }`, nil).raw
			for _, w := range want {
				if !strings.Contains(got, w) {
					t.Logf("no %s in %s", w, got)
					return false
				}
			}
			return true
		}
		set("DISABLED")
		a.thread(a.agent("A"))
		if !look(`"state":"HELD"`, `"status":"DISABLED"`, `"disabledAt":"2`, `"nextProbeAt":null`, `"heldDropped":0`, `"holding":"NONE"`) {
			t.Error("not as a disabled integration should be")
		}
		if code := a.do(a.keys[viewer.Integrator], release, id).code(); code != "CONFLICT" {
			t.Errorf("release at a disabled integration: %q", code)
		}
		if code := a.do(a.keys[viewer.Operator], release, id).code(); code != "FORBIDDEN" {
			t.Errorf("release by an operator: %q", code)
		}
		set("ENABLED")
		for range 2 { // the second time it is the first result
			r := a.do(a.keys[viewer.Integrator], release, id)
			if held, _ := r.at("releaseHeldDeliveries", "held").(float64); held != 1 || r.text("releaseHeldDeliveries", "integration", "holding") != "NONE" {
				t.Errorf("%s", r.raw)
			}
		}
		eventually(t, "it is tried and fails", func() bool {
			return look(`"state":"PENDING"`, `"tries":1`, `"lane":"LIVE"`, `"trigger":"SCHEDULE"`, `"outside":false`, `"status":"FAILING"`, `"disabledAt":null`)
		})
	})
}
