package graph

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/transport"
)

// What is answered about the schema is what the executor would answer, to the letter.
func TestTheSchemaIsAnsweredAsTheExecutorWould(t *testing.T) {
	t.Parallel()
	standard, err := os.ReadFile("limit/testdata/introspection.graphql")
	if err != nil {
		t.Fatal(err)
	}
	schema := NewExecutableSchema(Config{})
	plain, quick := handler.New(schema), handler.New(schema)
	for _, s := range []*handler.Server{plain, quick} {
		s.AddTransport(transport.POST{})
		s.Use(extension.Introspection{})
	}
	quick.AroundRootFields(answersSchema(schema.Schema()))
	ask := func(s http.Handler, document string, variables map[string]any) string {
		body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Body.String()
	}
	for _, document := range []string{
		string(standard), wholeIntrospection,
		`{__typename a: __schema {__typename types {__typename name fields {__typename}} directives {__typename locations args {__typename}}}}`,
		`{__type(name: "Thread") {n: name n: name ...F fields(includeDeprecated: false) {name} ofType {name}}} fragment F on __Type {description fields {type {ofType {name kind}}}}`,
		`query($n: String!, $y: Boolean = true) {__type(name: $n) {name @skip(if: $y) kind fields(includeDeprecated: $y) {name @include(if: $y) args {name defaultValue type {kind}}}}}`,
		`{__type(name: "nothing") {name}} `,
		`{__type(name: "Author") {enumValues(includeDeprecated: true) {__typename name description isDeprecated deprecationReason} possibleTypes {name}}}`,
		`{__type(name: "Event") {interfaces {name} possibleTypes {name kind}} b: __type(name: "CreateAgentInput") {isOneOf inputFields {name description defaultValue isDeprecated deprecationReason type {name}}}}`,
		`{__schema {queryType {name} mutationType {specifiedByURL} subscriptionType {isOneOf}} __type(name: 5) {name}}`,
		`{__type(name: "Query") {fields(includeDeprecated: null) {name isDeprecated deprecationReason}}}`,
	} {
		variables := map[string]any{"n": "Mutation"}
		if !strings.Contains(document, "$n") {
			variables = nil
		}
		want, got := ask(plain, document, variables), ask(quick, document, variables)
		if got != want {
			t.Errorf("%.80s:\n%.400s, the executor says\n%.400s", document, got, want)
		}
		if len(want) < 20 {
			t.Errorf("%.80s: %s", document, want)
		}
	}
}
