package graph_test

import (
	"strings"
	"testing"

	"parley/ent/viewer"
	"parley/outbound"
)

func TestPublicKeysAreReadAndPrivateOnesAreNot(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		const fields = `integration { id asymmetric publicKeys } secret`
		check := func(r result, verb string, asymmetric bool, keys int) []any {
			t.Helper()
			got, _ := r.at(verb, "integration", "publicKeys").([]any)
			if r.at(verb, "integration", "asymmetric") != asymmetric || len(got) != keys || strings.Contains(r.raw, "whsk_") {
				t.Errorf("%s answers %s", verb, r.raw)
			}
			for _, key := range got {
				if _, err := outbound.ParsePublicKey(key.(string)); err != nil {
					t.Errorf("public key %s: %v", key, err)
				}
			}
			return got
		}
		r := a.must(`mutation { createIntegration(input: {name: "i", url: "https://example.com/", eventTypes: ["*"], asymmetric: true}) { `+fields+` } }`, nil)
		first := check(r, "createIntegration", true, 1)
		id := map[string]any{"id": r.text("createIntegration", "integration", "id")}
		r = a.must(`mutation($id: ID!) { rotateIntegrationSecret(input: {id: $id}) { `+fields+` } }`, id)
		if keys := check(r, "rotateIntegrationSecret", true, 2); len(keys) == 2 && (keys[1] != first[0] || !strings.HasPrefix(r.text("rotateIntegrationSecret", "secret"), "whsec_")) {
			t.Errorf("after the rotation: %s", r.raw)
		}
		r = a.do(a.keys[viewer.Integrator], `{ integrations { edges { node { asymmetric publicKeys } } } }`, nil)
		if strings.Count(r.raw, "whpk_") != 2 || strings.Contains(r.raw, "whsk_") {
			t.Errorf("the list is %s", r.raw)
		}
		r = a.must(`mutation($id: ID!) { updateIntegration(input: {id: $id, asymmetric: false}) { `+fields+` } }`, id)
		check(r, "updateIntegration", false, 0)
		r = a.must(`mutation { createIntegration(input: {name: "j", url: "https://example.com/", eventTypes: ["*"]}) { `+fields+` } }`, nil)
		check(r, "createIntegration", false, 0)
	})
}
