package graph

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"

	"parley/invalid"
)

// Sizes of a filter. What is over them keeps a database busy for minutes, and the cost of a document does not count
// what is in its variables.
const (
	maxFilters     = 200
	maxFilterDepth = 10
	maxList        = 250
	maxEntries     = 5000
	maxTexts       = 3
)

// filterSize counts what a filter holds.
type filterSize struct{ filters, entries, texts int }

// add counts a filter as the client sent it, and what is nested in it. The error says which limit it is over, or that
// something nested in it holds no condition: what `not: {}` means is anybody's guess.
func (s *filterSize) add(path string, sent any, depth int) error {
	filter, ok := sent.(map[string]any)
	if !ok {
		return nil // null
	}
	if s.filters++; s.filters > maxFilters {
		return tooLarge(path, "more than %d filters in it", maxFilters)
	}
	if depth > maxFilterDepth {
		return tooLarge(path, "filters nested more than %d deep", maxFilterDepth)
	}
	conditions := 0
	for _, name := range slices.Sorted(maps.Keys(filter)) {
		value := filter[name]
		if value == nil {
			continue
		}
		if entries, isList := listIn(value); name != "and" || len(entries) > 0 || !isList {
			conditions++
		}
		if err := s.addCondition(path+"."+name, name, value, depth); err != nil {
			return err
		}
	}
	if conditions == 0 && depth > 1 {
		return invalid.One(path, "must hold a condition")
	}
	return nil
}

func (s *filterSize) addCondition(path, name string, value any, depth int) error {
	entries, isList := listIn(value)
	switch {
	case name == "text":
		if s.texts++; s.texts > maxTexts {
			return tooLarge(path, "`text` more than %d times", maxTexts)
		}
	case name == "not" || name == "and" || name == "or":
		if !isList {
			return s.add(path, value, depth+1)
		}
		for i, entry := range entries {
			if err := s.add(fmt.Sprintf("%s.%d", path, i), entry, depth+1); err != nil {
				return err
			}
		}
	case len(entries) > maxList:
		return tooLarge(path, "a list of %d entries; at most %d are allowed", len(entries), maxList)
	default:
		if s.entries += len(entries); s.entries > maxEntries {
			return tooLarge(path, "more than %d entries in its lists together", maxEntries)
		}
	}
	return nil
}

// tooLarge names the argument that a filter is in.
func tooLarge(path, format string, args ...any) error {
	argument, _, _ := strings.Cut(path, ".")
	return invalid.One(argument, "has "+format, args...)
}

// completeFilter makes a filter of ent say what was asked for, where ent would not:
//   - an empty list of wanted values matches nothing, where ent would let it match everything;
//   - a column that is NULL is unlike any value, where SQL would neither say so nor deny it, and with it `not`.
//
// The filter is a pointer to one of ent's where inputs.
func completeFilter(filter reflect.Value) {
	if filter.Kind() != reflect.Pointer || filter.IsNil() {
		return
	}
	v := filter.Elem()
	for i := range v.NumField() {
		name, field := v.Type().Field(i).Name, v.Field(i)
		switch {
		case name == "Not":
			completeFilter(field)
		case name == "And" || name == "Or":
			if name == "Or" && isEmptyList(field) {
				matchNothing(v)
			}
			for j := range field.Len() {
				completeFilter(field.Index(j))
			}
		case strings.HasSuffix(name, "In") && isEmptyList(field):
			matchNothing(v)
		case strings.HasSuffix(name, "NotNil"):
			column := strings.TrimSuffix(name, "NotNil")
			if !v.FieldByName(column).IsZero() || !v.FieldByName(column+"In").IsZero() {
				field.SetBool(true)
			}
		}
	}
}

func isEmptyList(v reflect.Value) bool {
	return v.Kind() == reflect.Slice && !v.IsNil() && v.Len() == 0
}

// matchNothing adds a condition to a where input of ent that no row meets.
func matchNothing(filter reflect.Value) {
	predicates := filter.FieldByName("Predicates")
	none := reflect.ValueOf(func(s *sql.Selector) { s.Where(sql.False()) })
	predicates.Set(reflect.Append(predicates, none.Convert(predicates.Type().Elem())))
}
