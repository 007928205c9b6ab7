package limit

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// Limits says how large a document may be. A zero field means its default, so
// that setting one limit never switches off the others; a negative one refuses
// everything and is reported by [Extension.Validate].
//
// Body, Errors, Cost and Comparisons are held here so that every limit of a
// request stands in one place. They are enforced by others: by the transports
// before they decode, by the error presenter, by the complexity check, and by
// [Limits.Rules].
type Limits struct {
	Body   int // bytes of a request body, 256 KB
	Errors int // errors in one response, 20
	Cost   int // complexity of one operation, 10,000

	Document      int // bytes of a document, 20 KB
	Tokens        int // lexical tokens; neither commas nor comments count, 2,000
	Nesting       int // brackets open at once around a value or a type, 16
	Depth         int // selection sets inside one another, fragments unfolded, 15
	Aliases       int // aliases written, 100
	Directives    int // directives written, 50
	Fragments     int // named fragments, 50
	Selections    int // selections once every fragment is unfolded, 5,000
	RootFields    int // response keys at the root of one operation, 100
	Introspection int // response keys of one operation that are __schema or __type, 10
	ResponseKey   int // fields that share one place in the response, 32
	Comparisons   int // pairs of fields that validation compares one by one, 10,000; beyond that it stops at the first conflict
}

// Default returns the limits a server starts with. The introspection query of
// graphql-js with all its options is well inside them, apart from Depth, which
// it meets exactly.
func Default() Limits {
	return Limits{
		Body:   256 << 10,
		Errors: 20,
		Cost:   10_000,

		Document:      20 << 10,
		Tokens:        2_000,
		Nesting:       16,
		Depth:         15,
		Aliases:       100,
		Directives:    50,
		Fragments:     50,
		Selections:    5_000,
		RootFields:    100,
		Introspection: 10,
		ResponseKey:   32,
		Comparisons:   10_000,
	}
}

// Check returns nil if document may be parsed and validated, and an [*Error]
// naming the first rule it breaks otherwise. It never panics, takes time
// proportional to the limits and not to the document, and returns nil for a
// document with a syntax error inside the limits.
func (l Limits) Check(document string) error {
	l = l.withDefaults()
	if len(document) > l.Document {
		return exceeded(RuleDocument, l.Document, len(document))
	}
	source := &ast.Source{Input: document}
	if err := scan(source).check(l); err != nil {
		return err
	}
	query, err := parser.ParseQuery(source)
	if err != nil {
		return nil //nolint:nilerr // a syntax error is the executor's to report
	}
	if err := inspect(query, l); err != nil {
		return err
	}
	return nil
}

// fields lists every limit with its name, for what treats them all alike.
func (l *Limits) fields() []namedLimit {
	return []namedLimit{
		{"body", &l.Body}, {"errors", &l.Errors}, {"cost", &l.Cost},
		{RuleDocument, &l.Document}, {RuleTokens, &l.Tokens}, {RuleNesting, &l.Nesting},
		{RuleDepth, &l.Depth}, {RuleAliases, &l.Aliases}, {RuleDirectives, &l.Directives},
		{RuleFragments, &l.Fragments}, {RuleSelections, &l.Selections},
		{RuleRootFields, &l.RootFields}, {RuleIntrospection, &l.Introspection},
		{RuleResponseKey, &l.ResponseKey}, {RuleComparisons, &l.Comparisons},
	}
}

type namedLimit struct {
	name  Rule
	value *int
}

// withDefaults returns l with its zero fields filled in.
func (l Limits) withDefaults() Limits {
	defaults := Default()
	standard := defaults.fields()
	for i, field := range l.fields() {
		if *field.value == 0 {
			*field.value = *standard[i].value
		}
	}
	return l
}

// deepest is how far the limits of depth and nesting may be raised: parsing
// and validation recurse that far, on the stack of the request.
const deepest = 1_000

// validate reports the first limit that makes no sense.
func (l Limits) validate() error {
	for _, field := range l.fields() {
		if *field.value < 0 {
			return fmt.Errorf("limit %s is %d, it cannot be negative", field.name, *field.value)
		}
	}
	if l.Depth > deepest || l.Nesting > deepest {
		return fmt.Errorf("limits depth %d and nesting %d cannot be above %d", l.Depth, l.Nesting, deepest)
	}
	return nil
}
