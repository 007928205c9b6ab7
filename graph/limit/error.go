package limit

import "fmt"

// Rule names a limit of a document, as the caller is told it.
type Rule string

// The rules, in the order in which they are checked.
const (
	RuleDocument      Rule = "document"
	RuleTokens        Rule = "tokens"
	RuleNesting       Rule = "nesting"
	RuleDepth         Rule = "depth"
	RuleAliases       Rule = "aliases"
	RuleDirectives    Rule = "directives"
	RuleFragments     Rule = "fragments"
	RuleFragmentCycle Rule = "fragmentCycle"
	RuleSelections    Rule = "selections"
	RuleRootFields    Rule = "rootFields"
	RuleIntrospection Rule = "introspection"
	RuleResponseKey   Rule = "responseKey"
	RuleComparisons   Rule = "comparisons"
)

// Error says which limit a document exceeds. It is safe to show to whoever
// sent the document: the only part of it that is repeated is a name, shortened.
type Error struct {
	Rule    Rule
	Limit   int    // the highest number allowed; 0 for RuleFragmentCycle
	Got     int    // the number found, at least: counting stops where the answer is clear
	Message string // one sentence
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// sentences hold the messages of the rules that need no name; the numbers are
// what was found and what is allowed.
var sentences = map[Rule]string{
	RuleDocument:      "document has %d bytes, at most %d are allowed",
	RuleTokens:        "document has %d tokens, at most %d are allowed",
	RuleNesting:       "values or types are nested %d deep, at most %d is allowed",
	RuleDepth:         "selections are nested %d deep, at most %d is allowed",
	RuleAliases:       "document has %d aliases, at most %d are allowed",
	RuleDirectives:    "document has %d directives, at most %d are allowed",
	RuleFragments:     "document has %d fragments, at most %d are allowed",
	RuleSelections:    "document has %d or more selections with its fragments unfolded, at most %d are allowed",
	RuleRootFields:    "operation has %d fields at its root, at most %d are allowed",
	RuleIntrospection: "operation selects __schema or __type %d times, at most %d is allowed",
	RuleComparisons:   "document needs %d or more comparisons of fields that share a name, at most %d are allowed",
}

// exceeded is the error of a rule that needs no name to be understood.
func exceeded(rule Rule, limit, got int) *Error {
	return &Error{Rule: rule, Limit: limit, Got: got, Message: fmt.Sprintf(sentences[rule], got, limit)}
}

// repeatedKey is the error of a response key that too many fields share.
func repeatedKey(key string, limit, got int) *Error {
	return &Error{
		Rule: RuleResponseKey, Limit: limit, Got: got,
		Message: fmt.Sprintf("%q is selected %d times in one place, at most %d is allowed", shorten(key), got, limit),
	}
}

// cycle is the error of a fragment that spreads itself, in the words the
// validation rule uses for it.
func cycle(fragment string) *Error {
	return &Error{
		Rule: RuleFragmentCycle, Got: 1,
		Message: fmt.Sprintf("Cannot spread fragment %q within itself.", shorten(fragment)),
	}
}

// shorten keeps a name from the document, which may be as long as the document
// is, from filling the message. Names are ASCII, so cutting is safe.
func shorten(name string) string {
	const longest = 64
	if len(name) > longest {
		return name[:longest] + "..."
	}
	return name
}
