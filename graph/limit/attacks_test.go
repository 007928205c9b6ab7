package limit

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// attack is a document that a server without limits answers late or not at
// all, and the rule that stops it under the default limits; empty where the
// rules of validation are quick enough.
type attack struct {
	name     string
	document string
	rule     Rule
	// shape is the rule that stops it where bytes and tokens are not limited, so
	// that no attack is held back by its length alone. Empty means that length is
	// the whole attack.
	shape Rule
}

func attacks() []attack {
	return []attack{
		{"100,000 aliases", "{" + numbered("a%d:hello ", 100_000) + "}", RuleDocument, RuleAliases},
		{"200,000 times one field", "{" + strings.Repeat("hello ", 200_000) + "}", RuleDocument, RuleSelections},
		{"3,000 chained fragments", chain(3_000), RuleDocument, RuleFragments},
		{"3,000 times one object", "{" + strings.Repeat("thread{id title} ", 3_000) + "}", RuleDocument, RuleSelections},
		{"1,000,000 nested fields", strings.Repeat("{a", 1_000_000), RuleDocument, RuleDepth},
		{"100,000 directives", "{hello" + strings.Repeat(" @skip(if:true)", 100_000) + "}", RuleDocument, RuleDirectives},
		{"100,000 variables", "query(" + numbered("$v%d:Int ", 100_000) + "){hello}", RuleDocument, ""},
		{"nested duplicates", "{" + strings.Repeat("...{ping ", 400) + strings.Repeat("}", 401), RuleDepth, RuleDepth},
		{"nested duplicates inside the depth", inline(14, strings.Repeat("a b c d e f ", 30)), "", ""},
		{"1,900 times one field", "{" + strings.Repeat("ping ", 1_900) + "}", RuleResponseKey, RuleResponseKey},
		{"10,000 times one field", "{" + strings.Repeat("ping ", 10_000) + "}", RuleDocument, RuleSelections},
		{"duplicates in every level", doubled(8), RuleResponseKey, RuleResponseKey},
		{"ring of 2,000 fragments", ring(2_000), RuleDocument, RuleFragments},
		{"ring of 40 fragments", ring(40), RuleFragmentCycle, RuleFragmentCycle},
		{"recursion of the comparison", "{...F a{a{...F}...F}} fragment F on Query{a{a{...F}...F}}", RuleFragmentCycle, RuleFragmentCycle},
		{"1,500 overlapping fragments", overlapping(1_500), RuleDocument, RuleFragments},
		{"50 overlapping fragments", overlapping(50), RuleResponseKey, RuleResponseKey},
		{"500 introspections", "{" + numbered("a%d:__schema{types{fields{type{name}}}} ", 500) + "}", RuleTokens, RuleAliases},
		{"11 introspections", "{" + numbered("a%d:__schema{types{name}} ", 11) + "}", RuleIntrospection, RuleIntrospection},
		{"10,000 unknown directives", "{hello" + strings.Repeat(" @aa", 10_000) + "}", RuleDocument, RuleDirectives},
		{"10,000 unknown fields", "{" + numbered("f%d ", 10_000) + "}", RuleDocument, RuleSelections},
		{"lists 50,000 deep", "{a(b:" + strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000) + ")}", RuleDocument, RuleNesting},
		{"objects 50,000 deep", "{a(b:" + strings.Repeat("{c:", 50_000) + "1" + strings.Repeat("}", 50_000) + ")}", RuleDocument, RuleNesting},
		{"types 50,000 deep", "query($a:" + strings.Repeat("[", 50_000) + "Int" + strings.Repeat("]", 50_000) + "){b}", RuleDocument, RuleNesting},
		{"50,000 parentheses", "{a" + strings.Repeat("(", 50_000), RuleDocument, RuleNesting},
		{"lists inside the size", "{a(b:" + strings.Repeat("[", 900) + strings.Repeat("]", 900) + ")}", RuleNesting, RuleNesting},
		{"1 MB of commas", "{hello" + strings.Repeat(",", 1<<20) + "}", RuleDocument, ""},
		{"1 MB of comments", "{hello}" + strings.Repeat("#\n", 1<<19), RuleDocument, ""},
		{"fan-out of 2^20", fanOut(20), RuleSelections, RuleSelections},
		{"fan-out of 2^49", fanOut(49), RuleSelections, RuleSelections},
		{"fan-out under introspection", "{__schema{...F0}} " + strings.TrimPrefix(fanOut(45), "{...F0}"), RuleSelections, RuleSelections},
		{"fan-out by operations", strings.Repeat("query a{...F}", 200) + "fragment F on Query{" + numbered("f%d ", 300) + "}", RuleSelections, RuleSelections},
		{"990 unknown fragments", "{" + numbered("...F%d ", 990) + "}", "", ""},
		{"many arguments compared often", "{a" + strings.Repeat(" a("+numbered("b%d:1 ", 60)+")", 10) + "}", "", ""},
	}
}

// TestAttacks answers every attack within a bound that leaves a factor of
// fifty or more for a slow machine and the race detector.
func TestAttacks(t *testing.T) {
	roomy := Limits{Document: 1 << 30, Tokens: 1 << 30}
	for _, a := range attacks() {
		t.Run(a.name, func(t *testing.T) {
			expectRule(t, answer(t, Default(), a.document), a.rule)
			expectRule(t, roomy.Check(a.document), a.shape)
			if a.rule != "" {
				return
			}
			if took := validation(a.document); took > 250*time.Millisecond {
				t.Errorf("it passes, and validation takes %v", took)
			}
		})
	}
}

// answer checks document and fails if that is slow. The best of three counts,
// since the machine may be busy with something else.
func answer(t *testing.T, l Limits, document string) error {
	t.Helper()
	const bound = 250 * time.Millisecond
	var err error
	best := time.Hour
	for range 3 {
		start := time.Now()
		err = l.Check(document)
		best = min(best, time.Since(start))
	}
	if best > bound {
		t.Errorf("took %v, want less than %v", best, bound)
	}
	return err
}

// expectRule fails unless err reports rule; an empty rule means that nothing
// is reported.
func expectRule(t *testing.T, err error, rule Rule) {
	t.Helper()
	var broken *Error
	errors.As(err, &broken)
	switch {
	case rule == "" && err != nil:
		t.Errorf("refused: %v", err)
	case rule != "" && broken == nil:
		t.Errorf("got %v, want a breach of %s", err, rule)
	case rule != "" && broken.Rule != rule:
		t.Errorf("got %s (%v), want %s", broken.Rule, err, rule)
	}
}

func BenchmarkAttacks(b *testing.B) {
	for _, a := range attacks() {
		b.Run(strings.ReplaceAll(a.name, " ", "_"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = Default().Check(a.document)
			}
		})
	}
}

// numbered returns format n times, with the numbers from 0 in it.
func numbered(format string, n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, format, i)
	}
	return out.String()
}

// chain is n fragments of which each spreads the next.
func chain(n int) string {
	var out strings.Builder
	out.WriteString("{...F0}")
	for i := range n - 1 {
		fmt.Fprintf(&out, "fragment F%d on Query{...F%d}", i, i+1)
	}
	fmt.Fprintf(&out, "fragment F%d on Query{hello}", n-1)
	return out.String()
}

// ring is n fragments of which each spreads the next and the last the first.
func ring(n int) string {
	var out strings.Builder
	out.WriteString("{...F0}")
	for i := range n {
		fmt.Fprintf(&out, "fragment F%d on Query{...F%d}", i, (i+1)%n)
	}
	return out.String()
}

// overlapping is n fragments that select the same field, spread side by side.
func overlapping(n int) string {
	return "{" + numbered("...F%d ", n) + "}" + numbered("fragment F%d on Query{hello}", n)
}

// fanOut is fragments of which each spreads the next one twice.
func fanOut(n int) string {
	var out strings.Builder
	out.WriteString("{...F0}")
	for i := range n {
		fmt.Fprintf(&out, "fragment F%d on Query{...F%d ...F%d}", i, i+1, i+1)
	}
	fmt.Fprintf(&out, "fragment F%d on Query{hello}", n)
	return out.String()
}

// inline is a selection inside as many inline fragments.
func inline(levels int, selection string) string {
	return strings.Repeat("{...", levels) + "{" + selection + "}" + strings.Repeat("}", levels)
}

// doubled is a field that selects itself twice, as many levels down.
func doubled(levels int) string {
	set := "{a}"
	for range levels {
		set = "{a" + set + "a" + set + "}"
	}
	return set
}
