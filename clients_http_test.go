package main

import "testing"

// TestTheAuditsOfGraphQLOverHTTPPass runs those of the npm package graphql-http.
func TestTheAuditsOfGraphQLOverHTTPPass(t *testing.T) {
	environments(t, func(t *testing.T, e env) {
		address, printed, _ := startServer(t, e)
		if out := node(t, nil, "audit.mjs", address+"/graphql", printedKey.FindString(printed)); out != "61 of 61 audits passed" {
			t.Error(out)
		}
	})
}
