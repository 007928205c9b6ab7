package dialogue

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A schema of a few lines can ask for more work than there is time: two references in each of forty definitions are a trillion
// checks, and a number of nine characters has a million digits. Checks cannot be broken off and run inside transactions, so what a
// check will cost is counted before it begins.

const (
	// maxWork is what one check may cost: a schema that looks at a value costs workOfVisit, and what it compares the value with,
	// or a pattern reads of it, one for each.
	maxWork     = 1_000_000
	workOfVisit = 10

	maxDigits   = 1000 // of a number, as it is written
	maxExponent = 400  // a float64 goes to 308
)

var errTooLong = errors.New("has a number that is too long")

// checkNumbers finds numbers that nobody can reckon with.
func checkNumbers(value any) error {
	switch v := value.(type) {
	case json.Number:
		_, exponent, found := strings.Cut(strings.ToLower(string(v)), "e")
		n, err := strconv.Atoi(exponent)
		if len(v) > maxDigits || found && (err != nil || n < -maxExponent || n > maxExponent) {
			return errTooLong
		}
	case []any:
		for _, item := range v {
			if err := checkNumbers(item); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, member := range v {
			if err := checkNumbers(member); err != nil {
				return err
			}
		}
	}
	return nil
}

// affordable says whether a check costs at most maxWork, if nothing lets it end early.
func affordable(schema *jsonschema.Schema, value any) bool {
	w := work{maxWork}
	w.visit(schema, value)
	return w.left > 0
}

// work counts down.
type work struct{ left int }

// visit counts a schema's look at a value, with all that follows from it. A part of a schema that is not there, or is no schema,
// costs nothing.
func (w *work) visit(part, value any) {
	s, ok := part.(*jsonschema.Schema)
	if w.left <= 0 || !ok || s == nil {
		return
	}
	w.left -= workOfVisit + len(s.Required)
	if s.Enum != nil {
		w.left -= len(s.Enum.Values)
	}
	if s.DynamicRef != nil || s.RecursiveRef != nil { // where they lead is known on the way only
		w.left = 0
	}
	for _, same := range []*jsonschema.Schema{s.Ref, s.Not, s.If, s.Then, s.Else} {
		w.visit(same, value)
	}
	for _, list := range [][]*jsonschema.Schema{s.AllOf, s.AnyOf, s.OneOf} {
		for _, same := range list {
			w.visit(same, value)
		}
	}
	switch v := value.(type) {
	case map[string]any:
		w.visitObject(s, v)
	case []any:
		w.visitArray(s, v)
	case string:
		if s.Pattern != nil {
			w.left -= len(v)
		}
	}
}

func (w *work) visitObject(s *jsonschema.Schema, object map[string]any) {
	for _, same := range s.DependentSchemas {
		w.visit(same, object)
	}
	for _, same := range s.Dependencies {
		w.visit(same, object)
	}
	for name, member := range object {
		w.left -= len(s.PatternProperties) * len(name)
		if w.left <= 0 {
			return
		}
		w.visit(s.PropertyNames, name)
		w.visit(s.Properties[name], member)
		for _, each := range s.PatternProperties {
			w.visit(each, member)
		}
		w.visit(s.AdditionalProperties, member)
		w.visit(s.UnevaluatedProperties, member)
	}
}

func (w *work) visitArray(s *jsonschema.Schema, array []any) {
	inOrder, _ := s.Items.([]*jsonschema.Schema)
	for i, item := range array {
		if w.left--; w.left <= 0 {
			return
		}
		for _, list := range [][]*jsonschema.Schema{s.PrefixItems, inOrder} {
			if i < len(list) {
				w.visit(list[i], item)
			}
		}
		for _, each := range []any{s.Items, s.AdditionalItems, s.Items2020, s.Contains, s.UnevaluatedItems} {
			w.visit(each, item)
		}
	}
}
