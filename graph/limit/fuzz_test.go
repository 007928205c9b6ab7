package limit

import (
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// schema is small and has what the rules of validation look at: interfaces,
// unions, lists, arguments, input objects that contain themselves.
var schema = gqlparser.MustLoadSchema(&ast.Source{Input: `
	interface Node { id: ID! a: Query b(x: Int, y: [Int]): String }
	type Query implements Node {
		id: ID! a: Query b(x: Int, y: [Int]): String c: Any n: Node l: [Query!]! f(i: In): String
		hello: String ping: Query
	}
	type Other implements Node { id: ID! a: Query b(x: Int, y: [Int]): String o: Other }
	union Any = Query | Other
	input In { i: In v: Int l: [In] }
	type Mutation { a: Query }
	type Subscription { a: Query b: Query }
`})

// accepted holds documents that come close to what the limits let through, one
// for each way in which validation is expensive.
func accepted() map[string]string {
	return map[string]string{
		"one field often":        "{" + strings.Repeat("ping ", 32) + "}",
		"fields often":           "{" + repeated("f%d ", 50, 20) + "}",
		"objects often":          inline(10, strings.Repeat("a{"+numbered("f%d ", 40)+"}", 6)),
		"fields in many levels":  inline(14, repeated("f%d ", 14, 10)),
		"overlapping fragments":  overlapping(32),
		"fragments in fragments": chain(50),
		"fragments with fields":  "{" + numbered("...F%d ", 21) + "}" + numbered("fragment F%d on Query{"+numbered("k%d ", 29)+"}", 21),
		"objects in fragments":   "{" + numbered("a{...F%d} ", 32) + "}" + numbered("fragment F%d on Query{a{"+numbered("k%d ", 15)+"}}", 32),
		"spreads":                "{" + numbered("...F%d ", 140) + "}",
		"operations":             strings.Repeat("query a{...F}", 50) + "fragment F on Query{" + numbered("f%d ", 95) + "}",
		"variables":              "query(" + numbered("$v%d:Int ", 300) + "){" + numbered("b(x:$v%d) ", 13) + "}",
		"arguments":              "{" + numbered("f%d(i:{l:[{v:1},{v:2}]}) ", 90) + "}",
	}
}

// TestAccepted bounds the time validation takes for what is let through.
func TestAccepted(t *testing.T) {
	var worst time.Duration
	for name, document := range accepted() {
		if err := Default().Check(document); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		took := validation(document)
		worst = max(worst, took)
		if took > 500*time.Millisecond {
			t.Errorf("%s: validation took %v", name, took)
		}
	}
	t.Logf("worst validation took %v", worst)
}

// validation returns how long parsing and validating takes; the result does
// not matter. The best of three counts, as in answer.
func validation(document string) time.Duration {
	best := time.Hour
	for range 3 {
		start := time.Now()
		_, _ = gqlparser.LoadQueryWithRules(schema, document, Default().Rules())
		best = min(best, time.Since(start))
	}
	return best
}

// FuzzCheck looks for a document that makes the check panic, or that it lets
// through although validation takes a second or does not end. Run it with
// -fuzzminimizetime=1x: documents are long, and making each interesting one
// shorter would otherwise take all the time there is.
func FuzzCheck(f *testing.F) {
	for _, document := range accepted() {
		f.Add(document)
	}
	for _, a := range attacks() {
		if len(a.document) < 4<<10 {
			f.Add(a.document)
		}
	}
	f.Add(introspection(f))
	f.Add("subscription($a: [Int!] = [1]) { a @skip(if: true) { ... on Node { b(x: $a, y: [1, $a]) } } b }")
	f.Add(`{f(i:{i:{v:1},l:[{v:"""a"""}]}) c{...on Other{id} ...A}} fragment A on Query{...B} fragment B on Node{n{id}}`)
	f.Fuzz(func(t *testing.T, document string) {
		if Default().Check(document) != nil {
			return
		}
		if took := validation(document); took > time.Second {
			t.Errorf("validation took %v", took)
		}
	})
}

// repeated returns format with the numbers below keys, all of it times over.
func repeated(format string, keys, times int) string {
	return strings.Repeat(numbered(format, keys), times)
}
