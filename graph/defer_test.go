package graph_test

import (
	"strings"
	"testing"

	"parley/ent/viewer"
)

func TestNothingIsDeferred(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		for _, document := range []string{
			`{ viewer { ... @defer { role } } }`,
			`{ viewer { workspace { ...w @defer(if: true, label: "x") } } } fragment w on Workspace { name }`,
			`{ viewer { ...v } } fragment v on Viewer { workspace { ... @defer { name } } }`,
			`{ viewer { ... @defer(if: false) { role } } }`,
		} {
			r := a.do(a.keys[viewer.App], document, nil)
			if r.code() != "GRAPHQL_VALIDATION_FAILED" || !strings.Contains(r.raw, "@defer is not supported") {
				t.Errorf("%s: %s", document, r.raw)
			}
		}
		a.must(`{ viewer { ...v } } fragment v on Viewer { workspace { ... @include(if: true) { name } } }`, nil)
	})
}
