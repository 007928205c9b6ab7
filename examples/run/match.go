package main

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// contains reports whether got holds everything that want names: objects may have further fields, all else is equal. A
// wanted text that begins with ~ is a regular expression, to be found in the value as it prints.
func contains(got, want any) bool {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		for field, value := range want {
			if !ok || !contains(object[field], value) {
				return false
			}
		}
		return ok
	case []any:
		list, ok := got.([]any)
		return ok && slices.EqualFunc(list, want, contains)
	case string:
		if pattern, ok := strings.CutPrefix(want, "~"); ok {
			expression, err := regexp.Compile(pattern)
			return err == nil && got != nil && expression.MatchString(fmt.Sprint(got))
		}
	}
	return reflect.DeepEqual(got, want)
}

// patterns compiles expected replies, for which case does not matter.
func patterns(texts []string) ([]*regexp.Regexp, error) {
	all := make([]*regexp.Regexp, 0, len(texts))
	for _, text := range texts {
		expression, err := regexp.Compile("(?is)" + text)
		if err != nil {
			return nil, err
		}
		all = append(all, expression)
	}
	return all, nil
}

// wants says whether an integration asks for events of a type.
func (i Integration) wants(eventType string) bool {
	return slices.ContainsFunc(i.EventTypes, func(pattern string) bool {
		if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
			return strings.HasPrefix(eventType, prefix)
		}
		return pattern == eventType
	})
}

// count says what is wrong with a number of things: too few of them, or not exactly as many as wanted.
func count(times *int, got int) string {
	switch {
	case times == nil && got == 0:
		return "expected at least one"
	case times != nil && *times != got:
		return fmt.Sprintf("expected %d, got %d", *times, got)
	}
	return ""
}

// difference names what is in one list and not in the other.
func difference(got, want []string) string {
	var parts []string
	for _, item := range want {
		if !slices.Contains(got, item) {
			parts = append(parts, item+" is missing")
		}
	}
	for _, item := range got {
		if !slices.Contains(want, item) {
			parts = append(parts, item+" is too much")
		}
	}
	return strings.Join(parts, ", ")
}
