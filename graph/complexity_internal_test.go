package graph

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/complexity"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"parley/graph/limit"
)

// Every field that returns objects in a list or a connection counts what is selected in them as often as it may come: as often as
// `first` says, or a page without it, or what is usual of a list that is not paged.
func TestEveryListMultiplies(t *testing.T) {
	t.Parallel()
	schema := NewExecutableSchema(Config{Complexity: complexities()})
	const child = 1000
	tested := 0
	for _, name := range slices.Sorted(maps.Keys(schema.Schema().Types)) {
		def := schema.Schema().Types[name]
		if def.Kind != ast.Object && def.Kind != ast.Interface || strings.HasPrefix(name, "__") {
			continue
		}
		for _, f := range def.Fields {
			inner := schema.Schema().Types[f.Type.Name()]
			connection := isConnection(inner)
			if strings.HasPrefix(f.Name, "__") || !connection && (f.Type.Elem == nil || inner.IsLeafType()) || isConnection(def) {
				continue // what is in a connection counts where the connection does
			}
			tested++
			least, args := 2, map[string]any{}
			if f.Arguments.ForName("ids") != nil {
				least, args["ids"] = 3, []any{"a", "b", "c"}
			}
			paged := f.Arguments.ForName("first") != nil
			if paged {
				least = 10
			}
			if connection {
				least = defaultPage
			}
			cost, counted := schema.Complexity(t.Context(), name, f.Name, child, args)
			if !counted || cost < least*child {
				t.Errorf("%s.%s costs %d with a child of %d: it counts less than %d times (%t)", name, f.Name, cost, child, least, counted)
			}
			for _, size := range []string{"first", "last"} {
				if f.Arguments.ForName(size) == nil {
					continue
				}
				for n, want := range map[int]int{7: 7, 250: 250, 100_000: MaxPage} {
					if cost, _ := schema.Complexity(t.Context(), name, f.Name, child, map[string]any{size: int64(n)}); cost/child != want {
						t.Errorf("%s.%s(%s: %d) costs %d with a child of %d", name, f.Name, size, n, cost, child)
					}
				}
			}
		}
	}
	if t.Logf("%d lists multiply", tested); tested < 30 {
		t.Errorf("only %d lists were found", tested)
	}
}

func isConnection(def *ast.Definition) bool {
	return def != nil && strings.HasSuffix(def.Name, "Connection") && def.Fields.ForName("edges") != nil
}

// What is nested multiplies through every level, by whichever way it is written.
func TestNestedListsMultiply(t *testing.T) {
	t.Parallel()
	schema := NewExecutableSchema(Config{Complexity: complexities()})
	for document, least := range map[string]int{
		`{threads(first: 7) {edges {node {messages(first: 11) {edges {node {id}}}}}}}`:                                                                         7 * 11 * 3,
		`query($n: Int = 7) {threads(first: $n) {...C}} fragment C on ThreadConnection {edges {node {...on Thread {messages(last: 11) {edges {node {id}}}}}}}`: 7 * 11 * 3,
		`{agents(first: 7) {edges {node {functions {headers {name}}}}}}`:                                                                                       7 * usualFunctions * usualHeaders,
		`{threads(first: 7) {edges {node {turns(first: 5) {steps {id} calls {id}}}}}}`:                                                                         7 * 5 * (usualSteps + usualCalls),
		`{a: threads(first: 7) {edges {node {id}}} b: threads(first: 7) {edges {node {id}}}}`:                                                                  2 * 7 * 3,
		`{nodes(ids: ["a", "b", "c"]) {...on Thread {messages(first: 11) {edges {node {id}}}}}}`:                                                               3 * 11 * 3,
		`{integrations(first: 7) {edges {node {deliveries(first: 11) {edges {node {attemptLog {id}}}} stats {attempts}}}}}`:                                    7 * (11*usualCalls + 24),
	} {
		query, err := parser.ParseQuery(&ast.Source{Input: document})
		if err != nil {
			t.Fatal(err)
		}
		if errs := validator.ValidateWithRules(schema.Schema(), query, limit.Default().Rules()); len(errs) > 0 {
			t.Fatalf("%s: %v", document, errs)
		}
		variables, err := validator.VariableValues(schema.Schema(), query.Operations[0], nil)
		if err != nil {
			t.Fatal(err)
		}
		if cost := complexity.Calculate(t.Context(), schema, query.Operations[0], variables); cost < least {
			t.Errorf("%s costs %d, want %d at least", document, cost, least)
		}
	}
}

// Figures over time cost what they have, however the range is cut into buckets.
func TestBucketsCostWhatTheyAre(t *testing.T) {
	t.Parallel()
	schema := NewExecutableSchema(Config{Complexity: complexities()})
	for _, c := range []struct {
		since, until, bucket string
		want                 int
	}{
		{"2026-01-01T10:59:00Z", "2026-01-01T12:01:00Z", "HOUR", 3},
		{"2026-01-01T10:00:00Z", "2026-01-01T10:59:00Z", "HOUR", 1},
		{"2026-01-01T23:59:00Z", "2026-01-02T00:01:00Z", "DAY", 2},
		{"", "2026-01-01T12:00:00Z", "HOUR", 24},
		{"", "", "HOUR", 24},
		{"2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "HOUR", 750},
		{"2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", "DAY", 1},
	} {
		args := map[string]any{"bucket": c.bucket}
		if c.since != "" {
			args["since"] = c.since
		}
		if c.until != "" {
			args["until"] = c.until
		}
		if cost, ok := schema.Complexity(t.Context(), "Integration", "stats", 1000, args); !ok || cost != 10+1000*c.want {
			t.Errorf("%v costs %d, want %d buckets", c, cost, c.want)
		}
	}
}
