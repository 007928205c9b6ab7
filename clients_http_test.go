package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestTheAuditsOfGraphQLOverHTTPPass runs those of the npm package graphql-http.
func TestTheAuditsOfGraphQLOverHTTPPass(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		address, printed, _ := startServer(t, e)
		if out := node(t, nil, "audit.mjs", address+"/graphql", printedKey.FindString(printed)); out != "61 of 61 audits passed" {
			t.Error(out)
		}
	})
}

// TestEventSourceReadsAStream is a browser's own client, which cannot send a key.
func TestEventSourceReadsAStream(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		f := newFollowed(t, e)
		ticket := func() string {
			var r struct {
				Data struct{ CreateStreamTicket struct{ Ticket string } }
			}
			if err := json.Unmarshal([]byte(f.ask(`mutation { createStreamTicket(input: {}) { ticket } }`)), &r); err != nil {
				t.Fatal(err)
			}
			return r.Data.CreateStreamTicket.Ticket
		}
		var made struct {
			Data struct{ TestAgent struct{ RunID string } }
		}
		if err := json.Unmarshal([]byte(f.ask(fmt.Sprintf(`mutation { testAgent(input: {agentId: %q, text: "Hello"}) { runId } }`, f.agentID))), &made); err != nil {
			t.Fatal(err)
		}
		const query = `subscription($r: ID!) { testAgentEvents(runId: $r) { __typename } }`
		variables := fmt.Sprintf(`{"r":%q}`, made.Data.TestAgent.RunID)
		once := ticket()
		if out := node(t, nil, "eventsource.mjs", f.address+"/graphql", once, query, variables); !strings.HasSuffix(out, `{"complete":true}`) || !strings.Contains(out, `"testAgentEvents"`) {
			t.Errorf("a stream that ends: %s", out)
		}
		if out := node(t, nil, "eventsource.mjs", f.address+"/graphql", once, query, variables); out != `{"error":401}` {
			t.Errorf("a ticket that was used: %s", out)
		}
	})
}
