package limit

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// TestIntrospection lets the introspection query of graphql-js 16.15 pass, with
// every option switched on, and says what room there is.
func TestIntrospection(t *testing.T) {
	document := introspection(t)
	if err := Default().Check(document); err != nil {
		t.Error(err)
	}
	if got := measured(t, document).depth; got != Default().Depth {
		t.Errorf("depth is %d, documentation says it is the limit, %d", got, Default().Depth)
	}
	expectRule(t, Limits{Depth: 14}.Check(document), RuleDepth)
}

func introspection(t testing.TB) string {
	t.Helper()
	document, err := os.ReadFile("testdata/introspection.graphql")
	if err != nil {
		t.Fatal(err)
	}
	return string(document)
}

// measured returns the extent of the first operation of document.
func measured(t *testing.T, document string) extent {
	t.Helper()
	query, err := parser.ParseQuery(&ast.Source{Input: document})
	if err != nil {
		t.Fatal(err)
	}
	u := newUnfolding(query)
	for _, fragment := range query.Fragments {
		u.visit(fragment)
	}
	return u.measure(query.Operations[0].SelectionSet)
}

// TestBoundaries writes for each rule a document of a given size, and expects
// the one at the limit to pass and the next larger one to be refused.
func TestBoundaries(t *testing.T) {
	defaults := Default()
	small := Limits{Selections: 60, RootFields: 7, Introspection: 3}
	for _, c := range []struct {
		rule     Rule
		limits   Limits
		limit    int
		document func(n int) string
	}{
		{RuleDocument, defaults, 20 << 10, func(n int) string { return "{hello}" + strings.Repeat(" ", n-7) }},
		{RuleTokens, Limits{RootFields: 2_000}, 2_000, func(n int) string { return "{" + numbered("f%d ", n-2) + "}" }},
		{RuleTokens, defaults, 2_000, func(n int) string { return `{a(b:[` + strings.Repeat(`"{{\"",`, n-9) + `])}` }},
		{RuleNesting, defaults, 16, func(n int) string { return "{a(b:" + strings.Repeat("[", n-1) + strings.Repeat("]", n-1) + ")}" }},
		{RuleNesting, defaults, 16, func(n int) string {
			return "{a(b:" + strings.Repeat("{c:", n-1) + "1" + strings.Repeat("}", n-1) + ")}"
		}},
		{RuleDepth, defaults, 15, func(n int) string { return strings.Repeat("{a", n) + strings.Repeat("}", n) }},
		{RuleDepth, defaults, 15, func(n int) string { return inline(n-1, "a") }},
		{RuleDepth, defaults, 15, func(n int) string {
			return "{a{...F}} fragment F on A" + strings.Repeat("{a", n-1) + strings.Repeat("}", n-1)
		}},
		{RuleAliases, defaults, 100, func(n int) string { return "{" + numbered("a%d:hello ", n) + "}" }},
		{RuleAliases, defaults, 100, func(n int) string { return "{" + numbered("a%d:b(c:{d:1}) ", n) + "}" }},
		{RuleDirectives, defaults, 50, func(n int) string { return "{" + numbered("a%d @b ", n) + "}" }},
		{RuleFragments, defaults, 50, func(n int) string { return chain(n) }},
		{RuleSelections, small, 60, func(n int) string { return "{h{" + numbered("f%d ", n-1) + "}}" }},
		{RuleSelections, small, 60, func(n int) string {
			return "{...F" + numbered(" f%d", n-55) + "}" + "fragment F on A{c{" + numbered("f%d ", 26) + "}}"
		}},
		{RuleRootFields, small, 7, func(n int) string { return "{a ...F ...F ...{b}} fragment F on Q{" + numbered("f%d ", n-2) + "}" }},
		{RuleIntrospection, small, 3, func(n int) string {
			return "{__schema{a} ...F} fragment F on Q{" + numbered("f%d:__type{b} ", n-1) + "}"
		}},
		{RuleResponseKey, defaults, 32, func(n int) string { return "{" + strings.Repeat("hello ", n) + "}" }},
		{RuleResponseKey, defaults, 32, func(n int) string {
			return "{a{b}" + strings.Repeat("a{...{b}}", n-2) + "...F ...F} fragment F on Q{a{b}}"
		}},
		{RuleResponseKey, defaults, 32, overlapping},
	} {
		t.Run(string(c.rule), func(t *testing.T) {
			if err := c.limits.Check(c.document(c.limit)); err != nil {
				t.Errorf("at the limit: %v", err)
			}
			err := c.limits.Check(c.document(c.limit + 1))
			expectRule(t, err, c.rule)
			var broken *Error
			if errors.As(err, &broken) && (broken.Limit != c.limit || broken.Got <= c.limit) {
				t.Errorf("got %d of %d, want more than %d of %d", broken.Got, broken.Limit, c.limit, c.limit)
			}
		})
	}
}

// TestOrdinaryDocuments passes what people write, and what is not a document.
func TestOrdinaryDocuments(t *testing.T) {
	for name, document := range map[string]string{
		"empty":         "",
		"white space":   "\ufeff \t\r\n,,#nothing\n",
		"syntax error":  "{hello",
		"unknown token": "{hello ? " + strings.Repeat("{", 3_000),
		"open string":   `{hello(a:"`,
		"open block":    `{hello(a:"""`,
		"too many ends": strings.Repeat("}", 50) + strings.Repeat(")", 50),
		"no name":       "{a:}",
		"brackets in strings": `query { say(text: "((((((((((((((((((((((((((((((", raw: """{{{{{{{{{{{{{{{{{{{{
			"{{{{{{{{{{" \""" {{{{{{{{{{{{{{{ """) { id } } # {{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{`,
		"commented": "{" + strings.Repeat("# a: @b\n", 2_200) + "hello}",
		"a union": `query Messages($thread: ID!, $after: Cursor) {
			thread(id: $thread) { id messages(first: 50, after: $after) { edges { cursor node {
				...Line author { ...Who } content { __typename ... on Text { text } ... on Call { name arguments }
				... on Result { name output } ... on Tag { name } } } } pageInfo { hasNextPage endCursor } } } }
			fragment Line on Message { id createdAt author { ...Who } }
			fragment Who on Author { id name }`,
		"unused and unknown fragments": "{...A} fragment B on Q{a}",
		"fragments of one name":        "{...A} fragment A on Q{a} fragment A on Q{...A}",
		"20 parts select one thing": "{thread(id:1){" + numbered("...F%d ", 20) + "}}" +
			numbered("fragment F%d on Thread{messages(first:10){edges{node{id text author{id name}}}}}", 20),
	} {
		t.Run(name, func(t *testing.T) {
			if err := Default().Check(document); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestMessages shows a caller what was found, and never a whole name.
func TestMessages(t *testing.T) {
	long := strings.Repeat("n", 200)
	for _, document := range []string{
		"{" + strings.Repeat(long+" ", 33) + "}",
		"fragment " + long + " on Q{..." + long + "}",
	} {
		err := Default().Check(document)
		if err == nil || len(err.Error()) > 150 {
			t.Errorf("got %v, want a short sentence", err)
		}
	}
	err := Limits{Aliases: 2}.Check("{a:x b:x c:x}")
	if want := "document has 3 aliases, at most 2 are allowed"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	for rule, sentence := range sentences {
		if strings.Count(sentence, "%d") != 2 {
			t.Errorf("%s does not name both numbers: %s", rule, sentence)
		}
	}
}

func TestValidate(t *testing.T) {
	if err := Default().validate(); err != nil {
		t.Error(err)
	}
	for _, l := range []Limits{{Tokens: -1}, {Cost: -1}, {Depth: deepest + 1}, {Nesting: deepest + 1}} {
		if l.withDefaults().validate() == nil {
			t.Errorf("%+v is accepted", l)
		}
	}
	if got := (Limits{}).withDefaults(); got != Default() {
		t.Errorf("got %+v, want the defaults", got)
	}
}

func BenchmarkCheckIntrospection(b *testing.B) {
	document := introspection(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := Default().Check(document); err != nil {
			b.Fatal(err)
		}
	}
}
