package limit

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Rules returns the rules by which documents are validated: gqlparser's, but for the one that says which fields can be merged,
// which is quadratic. The one that stands in for it ([mergeRule]) accepts and refuses the same documents.
func (l Limits) Rules() *rules.Rules {
	all := rules.NewDefaultRules()
	all.ReplaceRule(rules.OverlappingFieldsCanBeMergedRule.Name, mergeRule(l.withDefaults()))
	return all
}

// mergeRule looks for fields that can stand in one place of an answer and do not fit together, in time that grows with the
// document ([merging]). Where it finds none, gqlparser's rule would find none, because that one compares the same pairs, or
// fewer. Where it finds some, gqlparser's rule says what it says, word for word, if it need not compare more than
// Limits.Comparisons pairs for it; beyond that the document is refused for the first pair that was found.
func mergeRule(l Limits) core.RuleFunc {
	return func(observers *core.Events, addError core.AddErrFunc) {
		var m *merging
		told := false
		check := func(w *core.Walker, set ast.SelectionSet) {
			if told {
				return
			}
			if m == nil {
				m = newMerging(w.Schema, l)
			}
			found := m.check(set)
			if found == nil {
				return
			}
			told = true
			if !l.affords(w.Document) {
				addError(core.Message("%s", found.sentence()), core.At(found.at))
				return
			}
			own := &core.Events{}
			rules.OverlappingFieldsCanBeMergedRule.RuleFunc(own, addError)
			core.Walk(w.Schema, w.Document, own)
		}
		observers.OnOperation(func(w *core.Walker, o *ast.OperationDefinition) { check(w, o.SelectionSet) })
		observers.OnFragment(func(w *core.Walker, f *ast.FragmentDefinition) { check(w, f.SelectionSet) })
	}
}

// affords says whether gqlparser's rule would compare no more pairs of fields in a document than is allowed.
func (l Limits) affords(query *ast.QueryDocument) bool {
	u := newUnfolding(query)
	total := extent{}
	for _, fragment := range query.Fragments {
		if !u.visit(fragment) {
			return false // it would not end
		}
		total.add(u.measure(fragment.SelectionSet))
	}
	for _, operation := range query.Operations {
		total.add(u.measure(operation.SelectionSet))
	}
	return total.selections <= l.Selections && u.compare(query, l) == nil
}

// conflict is why two fields cannot be merged.
type conflict struct {
	key, why string
	at       *ast.Position
}

// sentence is in the words of gqlparser's rule.
func (c *conflict) sentence() string {
	if c.key == "" {
		return c.why
	}
	return fmt.Sprintf("Fields %q conflict because %s. Use different aliases on the fields to fetch both if this was intentional.", shorten(c.key), c.why)
}
