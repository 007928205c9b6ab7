package limit

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/99designs/gqlgen/graphql/handler/testserver"
	"github.com/99designs/gqlgen/graphql/handler/transport"
)

// TestServer sends documents to a server that has the extension, and expects
// it to be alive at the end.
func TestServer(t *testing.T) {
	server := testserver.New()
	server.AddTransport(transport.POST{})
	server.Use(NewExtension(Default()))

	for _, c := range []struct {
		name, document string
		status         int
		want           map[string]any // extensions of the first error
	}{
		{"good", "{name}", http.StatusOK, nil},
		{"syntax error", "{name", http.StatusUnprocessableEntity, map[string]any{"code": errcode.ParseFailed}},
		{
			"too deep", strings.Repeat("{a", 500) + strings.Repeat("}", 500), http.StatusUnprocessableEntity,
			map[string]any{"code": Code, "rule": "depth", "limit": 15.0, "found": 500.0},
		},
		{
			"endless", "{...F name{name{...F}...F}} fragment F on Query{name{name{...F}...F}}",
			http.StatusUnprocessableEntity, map[string]any{"code": errcode.ValidationFailed},
		},
		{"good again", "{name}", http.StatusOK, nil},
	} {
		body, _ := json.Marshal(map[string]string{"query": c.document})
		request := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(string(body)))
		request.Header.Set("Content-Type", "application/json")
		response := httptest.NewRecorder()
		server.ServeHTTP(response, request)

		var answer struct {
			Errors []struct{ Extensions map[string]any }
		}
		if err := json.Unmarshal(response.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%s: %v in %s", c.name, err, response.Body)
		}
		if response.Code != c.status {
			t.Errorf("%s: status %d, want %d", c.name, response.Code, c.status)
		}
		var got map[string]any
		if len(answer.Errors) > 0 {
			got = answer.Errors[0].Extensions
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: extensions %v, want %v", c.name, got, c.want)
		}
	}
}

// TestExtensionRefusesOddLimits keeps a typing error from becoming a server
// that refuses everything.
func TestExtensionRefusesOddLimits(t *testing.T) {
	if err := NewExtension(Limits{}).Validate(nil); err != nil {
		t.Error(err)
	}
	if NewExtension(Limits{Tokens: -1}).Validate(nil) == nil {
		t.Error("negative limit is accepted")
	}
}

// TestExtensionRemembers sends more documents than it remembers, from several
// goroutines, and expects the memory to stay bounded and every answer right.
func TestExtensionRemembers(t *testing.T) {
	extension := NewExtension(Limits{Aliases: 1})
	var senders sync.WaitGroup
	for sender := range 4 {
		senders.Go(func() {
			for i := range remembered {
				good := graphql.RawParams{Query: fmt.Sprintf("{f%d_%d}", sender, i/2)}
				if err := extension.MutateOperationParameters(t.Context(), &good); err != nil {
					t.Error(err)
				}
				bad := graphql.RawParams{Query: fmt.Sprintf("{a:f%d b:f}", i/2)}
				if extension.MutateOperationParameters(t.Context(), &bad) == nil {
					t.Errorf("%s passed", bad.Query)
				}
			}
		})
	}
	senders.Wait()
	if got := len(extension.passed); got == 0 || got > remembered {
		t.Errorf("remembers %d documents, want 1 to %d", got, remembered)
	}
}

func BenchmarkExtension(b *testing.B) {
	extension := NewExtension(Default())
	params := &graphql.RawParams{Query: introspection(b)}
	b.ReportAllocs()
	for b.Loop() {
		if err := extension.MutateOperationParameters(b.Context(), params); err != nil {
			b.Fatal(err)
		}
	}
}
