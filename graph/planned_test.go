package graph_test

import (
	"context"
	"strings"
	"testing"

	"parley/ent/viewer"
	"parley/storage"
	"parley/storage/storagetest"
)

// page20 is the page that bench/read measures.
const page20 = `{ threads(first: 20) { edges { node { id status channel messageCount lastActivityAt agent { id name } tags { name }
	messages(last: 3) { edges { node { id author text createdAt } } } } } } }`

func TestAPlanIsOneStatement(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			statements := make(chan string, 1000)
			db := storagetest.OpenWith(t, address(t), storage.Options{Guard: true, Trace: func(ctx context.Context, q string) {
				if v, _ := viewer.FromContext(ctx); v.Role == viewer.Admin && strings.HasPrefix(q, "SELECT") {
					statements <- q
				}
			}})
			a := newAPI(t, db)
			for range 3 {
				thread := a.thread(a.agent("A"))
				a.must(`mutation($t: ID!) { sendOperatorMessage(input: {threadId: $t, text: "x"}) { message { id } } }`, map[string]any{"t": thread})
			}
			for _, document := range []string{page20, inbox, `{ threads(last: 2) { totalCount pageInfo { startCursor endCursor hasPreviousPage hasNextPage } edges { cursor node { id } } } }`} {
				for len(statements) > 0 {
					<-statements
				}
				a.must(document, nil)
				if len(statements) != 1 {
					t.Errorf("%d statements", len(statements))
				}
			}
		})
	}
}
