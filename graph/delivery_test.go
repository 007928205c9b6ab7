package graph_test

import (
	"testing"

	"parley/ent/viewer"
)

func TestHeldDeliveriesAreReleasedByMutation(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		a.must(`mutation { createIntegration(input: {name: "i", url: "http://127.0.0.1:1/", eventTypes: ["thread.created"]}) { integration { id } } }`, nil)
		const look = `{ integrations { edges { node { id state disabledAt holding health { status breakerUntil nextProbeAt notices heldDropped }
			deliveries { edges { node { state tries lane steppedAside outside attemptLog { trigger } } } } } } } }`
		node := func() result { return a.must(look, nil).at("integrations", "edges", "0", "node") }
		_ = node
		_ = viewer.Admin
	})
}
