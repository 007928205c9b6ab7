package limit

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// mergeable is a schema in which fields of one name differ in everything that the rule looks at.
var mergeable = mustLoad(`
	interface I { x: Int s: String n: I l: [I] a(i: Int, l: [Int]): Int }
	type Query implements I { x: Int s: String n: I l: [I] a(i: Int, l: [Int]): Int q: Query o: Other u: U e: E d: String }
	type Other implements I { x: Int s: String n: I l: [I] a(i: Int, l: [Int]): Int o: Other r: Int! m: [Int!] e: E d: Int! t: Third }
	type Third { x: String s: E n: Third l: [[I]] a(i: Int): Int t: Third d: [Int] m: [Int!]! }
	union U = Query | Other | Third
	enum E { A B }
`)

func mustLoad(text string) *ast.Schema {
	schema, err := validator.LoadSchema(validator.Prelude, &ast.Source{Input: text})
	if err != nil {
		panic(err)
	}
	return schema
}

// mergeErrors is what one rule says about a document, alone.
func mergeErrors(schema *ast.Schema, document string, rule core.RuleFunc) (errs gqlerror.List, ok bool) {
	query, err := parser.ParseQuery(&ast.Source{Input: document})
	if err != nil {
		return nil, false //nolint:nilerr // it is no document
	}
	only := rules.NewRules(core.Rule{Name: rules.OverlappingFieldsCanBeMergedRule.Name, RuleFunc: rule})
	return validator.ValidateWithRules(schema, query, only), true
}

// original is what gqlparser's own rule says, if it need not compare too much for it.
func original(schema *ast.Schema, document string) (errs gqlerror.List, ok bool) {
	query, err := parser.ParseQuery(&ast.Source{Input: document})
	if err != nil || !Default().affords(query) {
		return nil, false //nolint:nilerr // as above
	}
	return mergeErrors(schema, document, rules.OverlappingFieldsCanBeMergedRule.RuleFunc)
}

// sameAsOriginal fails when the rule says something else than gqlparser's, or is content with what the specification refuses.
func sameAsOriginal(t *testing.T, schema *ast.Schema, document string) (refused bool) {
	t.Helper()
	if Default().Check(document) != nil {
		return false
	}
	start := time.Now()
	ours, ok := mergeErrors(schema, document, mergeRule(Default()))
	if !ok {
		return false
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %v: %s", took, document)
	}
	if theirs, within := original(schema, document); within {
		if fmt.Sprint(ours) != fmt.Sprint(theirs) {
			t.Errorf("%s:\n%v, gqlparser says\n%v", document, ours, theirs)
		}
	}
	found, bySpec := refusals(schema, document)
	if found != bySpec {
		t.Errorf("%s:\na conflict is found: %t, the specification says %t", document, found, bySpec)
	}
	return len(ours) > 0
}

// refusals says whether the quick look finds a conflict, and whether there is one when each field is compared with each.
func refusals(schema *ast.Schema, document string) (found, bySpec bool) {
	query, err := parser.ParseQuery(&ast.Source{Input: document})
	if err != nil {
		return false, false
	}
	core.Walk(schema, query, &core.Events{})
	m := newMerging(schema, Default())
	m.pairs = 1 << 40
	var sets []ast.SelectionSet
	for _, o := range query.Operations {
		sets = append(sets, o.SelectionSet)
	}
	for _, f := range query.Fragments {
		sets = append(sets, f.SelectionSet)
	}
	for _, set := range sets {
		found = found || m.check(set) != nil
		bySpec = bySpec || pairwise(schema, set)
	}
	return found, bySpec
}

// standing is a field, where it stands in the answer, and in which types.
type standing struct {
	*ast.Field
	place string
	types []*ast.Definition
}

// pairwise compares every field that a selection set leads to with every other in its place.
func pairwise(schema *ast.Schema, set ast.SelectionSet) bool {
	var all []standing
	var walk func(set ast.SelectionSet, place string, types []*ast.Definition)
	walk = func(set ast.SelectionSet, place string, types []*ast.Definition) {
		for _, selection := range set {
			switch selection := selection.(type) {
			case *ast.Field:
				var in *ast.Definition
				if selection.Definition != nil {
					in = selection.ObjectDefinition
				}
				s := standing{selection, place + "." + selection.Alias, append(slices.Clone(types), in)}
				all = append(all, s)
				walk(selection.SelectionSet, s.place, s.types)
			case *ast.InlineFragment:
				walk(selection.SelectionSet, place, types)
			case *ast.FragmentSpread:
				if selection.Definition != nil {
					walk(selection.Definition.SelectionSet, place, types)
				}
			}
		}
	}
	walk(set, "", nil)
	if len(all) > 700 {
		all = all[:700] // it is an oracle, not a rule
	}
	for i, a := range all {
		for _, b := range all[i+1:] {
			if a.place == b.place && a.Field != b.Field && disagree(schema, a, b) {
				return true
			}
		}
	}
	return false
}

func disagree(schema *ast.Schema, a, b standing) bool {
	apart := false
	for i, t := range a.types {
		u := b.types[i]
		apart = apart || t != nil && u != nil && t != u && t.Kind == ast.Object && u.Kind == ast.Object
	}
	if !apart && a.Name != b.Name {
		return true
	}
	if !apart {
		if len(a.Arguments) != len(b.Arguments) {
			return true
		}
		for _, x := range a.Arguments {
			if !slices.ContainsFunc(b.Arguments, func(y *ast.Argument) bool {
				return x.Name == y.Name && x.Value.Kind == y.Value.Kind && x.Value.Raw == y.Value.Raw
			}) {
				return true
			}
		}
	}
	if a.Definition == nil || b.Definition == nil {
		return false
	}
	s, t := a.Definition.Type, b.Definition.Type
	for s.Elem != nil && t.Elem != nil {
		s, t = s.Elem, t.Elem
	}
	if (s.Elem == nil) != (t.Elem == nil) {
		return true
	}
	leaf := func(t *ast.Type) bool { k := schema.Types[t.Name()].Kind; return k == ast.Scalar || k == ast.Enum }
	return s.Elem == nil && (s.NonNull != t.NonNull || leaf(s) && leaf(t) && s.Name() != t.Name())
}

// TestMergeRuleSaysWhatGqlparserSays plays documents that are made at random, most of them short, so that conflicts are not in all.
func TestMergeRuleSaysWhatGqlparserSays(t *testing.T) {
	t.Parallel()
	refused := 0
	const n = 4_000
	for seed := range uint64(n) {
		if sameAsOriginal(t, mergeable, madeDocument(seed)) {
			refused++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if refused < n/5 || refused > n*4/5 {
		t.Errorf("of %d documents %d are refused: they prove little", n, refused)
	}
}

// TestMergeRuleKnowsItsCases are those where a quick rule goes wrong.
func TestMergeRuleKnowsItsCases(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]bool{
		"{u{...on Query{a:x} ...on Other{a:r}}}":                                 true, // Int and Int!
		"{u{...on Query{a:x} ...on Other{a:x}}}":                                 false,
		"{u{...on Query{a:x} ...on Third{a:x}}}":                                 true, // Int and String, though no object is both
		"{n{...on Query{b:x} ...on Other{b:a}}}":                                 false,
		"{n{...on Query{b:x} ...on I{b:a}}}":                                     true,
		"{u{...on Query{c:o{d:x}} ...on Other{c:o{d:a}}}}":                       false, // never in one object
		"{u{...on Query{c:o{d:x}} ...on Other{c:o{d:s}}}}":                       true,
		"{x q{x} ...F} fragment F on Query{q{x:d}}":                              true,
		"{a(i:1) a(i:1)}":                                                        false,
		"{a(i:1) a(i:2)}":                                                        true,
		"{a(i:1, l:[1]) a(l:[2], i:1)}":                                          false, // lists are alike for gqlparser
		"{q{...F} ...F ...G} fragment F on Query{s} fragment G on Query{q{s:d}}": true,
		"{x: nothing x: none}":                                                   true,
		"{unknown{x: q x: o}}":                                                   false, // other rules refuse it
		"fragment F on Query{x x:d} {x}":                                         true,
		"{u{...on Other{m} ...on Third{m}}}":                                     false, // [Int!] and [Int!]!
		"{l{x} n{l{x}} q{l{x ...on Other{x:r}}}}":                                true,
		"{u{...on Query{n{n{n{z:x}}}} ...on Other{n{n{n{z:a}}}}}}":               false,
		"{n{n{n{z:x}}} ...on Query{n{n{n{z:a}}}}}":                               true,
		"{q{...F} ...G} fragment F on Query{q{...H}} fragment G on Query{q{q{x:d}}} fragment H on Query{x}": true,
	} {
		if got := sameAsOriginal(t, mergeable, document); got != want {
			t.Errorf("%s is refused: %t, want %t", document, got, want)
		}
	}
}

// TestMergeRuleGoesOnWhereGqlparserCannot validates documents for which gqlparser compares without end.
func TestMergeRuleGoesOnWhereGqlparserCannot(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]bool{
		inline(14, strings.Repeat("x s e d ", 30)):                                                                            false,
		inline(14, strings.Repeat("x s e d ", 30)+"x:d"):                                                                      true,
		"{" + strings.Repeat("q{q{q{x}}} ", 32) + "}":                                                                         false,
		"{" + numbered("...F%d ", 30) + "}" + numbered("fragment F%d on Query{q{"+numbered("k%d:x ", 3)+"}}", 30):             false,
		"{" + numbered("...F%d ", 30) + "}" + numbered("fragment F%d on Query{q{k:x}}", 29) + "fragment F29 on Query{q{k:d}}": true,
	} {
		if err := Default().Check(document); err != nil {
			t.Errorf("%.60s: %v", document, err)
		}
		start := time.Now()
		errs, ok := mergeErrors(mergeable, document, mergeRule(Default()))
		if !ok || len(errs) > 0 != want {
			t.Errorf("%.60s: %v", document, errs)
		}
		if took := time.Since(start); took > 250*time.Millisecond {
			t.Errorf("%.60s: took %v", document, took)
		}
	}
	// What differs in each pair, and can never meet, is compared one by one, and not without end.
	many := "{u{" + numbered("...on Query{n{a:a(i:%d)}}", 16) + numbered("...on Other{n{a:a(i:%d)}}", 16) + "}}"
	l := Limits{Comparisons: 2}
	query, err := parser.ParseQuery(&ast.Source{Input: "{u{...on Query{c:o{d:x}} ...on Other{c:o{d:a}} ...on Third{c:t{d:n{x}}}}}"})
	if err != nil {
		t.Fatal(err)
	}
	if errs := validator.ValidateWithRules(mergeable, query, l.Rules()); !strings.Contains(errs.Error(), "comparisons") {
		t.Errorf("three pairs, where two are allowed: %v", errs)
	}
	if errs, _ := mergeErrors(mergeable, many, mergeRule(Default())); len(errs) == 0 {
		t.Error("arguments that differ are merged")
	}
}

// TestTheOriginalIsAskedWithinItsBudget counts the pairs that gqlparser would compare.
func TestTheOriginalIsAskedWithinItsBudget(t *testing.T) {
	t.Parallel()
	for _, document := range []func(n int) string{
		func(n int) string { return "{" + strings.Repeat("hello ", 10+(n-45)) + "}" },
		func(n int) string {
			return fmt.Sprintf("{a(%s) a(%s)}", numbered("b%d:1 ", 4), numbered("b%d:1 ", 8+n-45))
		},
	} {
		for n, want := range map[int]bool{45: true, 46: false} {
			query, err := parser.ParseQuery(&ast.Source{Input: document(n)})
			if err != nil {
				t.Fatal(err)
			}
			if got := (Limits{Comparisons: 45}).withDefaults().affords(query); got != want {
				t.Errorf("%s: %t", document(n), got)
			}
		}
	}
}

// BenchmarkMerge reports what the rule costs, and what gqlparser's does, for documents that are accepted, and then with a conflict.
func BenchmarkMerge(b *testing.B) {
	for name, document := range accepted() {
		for kind, text := range map[string]string{"fits": document, "conflict": strings.Replace(document, "{", "{zzz:id zzz:hello ", 1)} {
			for by, rule := range map[string]core.RuleFunc{"ours": mergeRule(Default()), "gqlparser": rules.OverlappingFieldsCanBeMergedRule.RuleFunc} {
				b.Run(strings.ReplaceAll(name, " ", "_")+"/"+kind+"/"+by, func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						mergeErrors(schema, text, rule)
					}
				})
			}
		}
	}
}

// FuzzMerge looks for a document of which the rule says something else than gqlparser's.
func FuzzMerge(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(madeDocument(seed))
	}
	for _, document := range accepted() {
		f.Add(document)
	}
	f.Fuzz(func(t *testing.T, document string) {
		sameAsOriginal(t, mergeable, document)
		sameAsOriginal(t, schema, document)
	})
}

// madeDocument returns a document of few names, so that they meet.
func madeDocument(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 7))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	fragments := r.IntN(4)
	var set func(depth int, on string) string
	set = func(depth int, on string) string {
		var b strings.Builder
		b.WriteByte('{')
		for range 1 + r.IntN(3) {
			switch n := r.IntN(10); {
			case n == 0 && fragments > 0:
				fmt.Fprintf(&b, "...F%d ", r.IntN(fragments))
			case n <= 2 && depth > 0:
				inner := pick("Query", "Other", "Third", "I", on)
				fmt.Fprintf(&b, "...on %s%s ", inner, set(depth-1, inner))
			case n <= 6 && depth > 0:
				if r.IntN(4) == 0 {
					b.WriteString(pick("n", "q", "o") + ":")
				}
				name := pick("n", "l", "q", "o", "u", "t")
				fmt.Fprintf(&b, "%s%s ", name, set(depth-1, map[string]string{"n": "I", "l": "I", "q": "Query", "o": "Other", "u": "U", "t": "Third"}[name]))
			default:
				if r.IntN(4) == 0 {
					b.WriteString(pick("x", "s", "z", "d") + ":")
				}
				b.WriteString(pick("x", "x", "s", "d", "m", "e", "a", "a(i:1)", "a(i:2)", "a(l:[1])", "a(l:[2],i:1)", "a(i:1,l:[2])", "__typename") + " ")
			}
		}
		return b.String() + "}"
	}
	document := set(4, "Query")
	for i := range fragments { // each spreads those before it alone, so that none comes back
		all := fragments
		fragments = i
		on := pick("Query", "Other", "Third", "I")
		document += fmt.Sprintf(" fragment F%d on %s%s", i, on, set(3, on))
		fragments = all
	}
	return document
}
