// Package document knows documents that are trusted: those of one's own pages and apps, so that a server can refuse all others.
//
//	set, err := document.NewSet(schema, own, given)
//	if !set.Has(query) { … }
package document

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"parley/graph/limit"
)

// Source is a text with documents.
type Source struct {
	Name string // of its file, for errors
	ID   string // by which a manifest knows it; empty in a folder
	Text string
}

// Set are documents that are trusted. It does not change, and is safe for concurrent use.
type Set struct {
	forms map[form]struct{}
	texts map[string]string // by id
}

// form is the same for operations that differ only in how they are written: in space, commas, comments, the order of fragments,
// and `__typename`, which caches add to what they send.
type form [sha256.Size]byte

// NewSet makes a set of the documents of one app or several. Within an app, fragments may be in other sources than the operations that
// use them. The error is a sentence about the first document that is not valid for the schema.
func NewSet(schema *ast.Schema, apps ...[]Source) (*Set, error) {
	s := &Set{map[form]struct{}{}, map[string]string{}}
	for _, sources := range apps {
		if err := s.read(schema, sources); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Set) read(schema *ast.Schema, sources []Source) error {
	fragments := map[string]*ast.FragmentDefinition{}
	type operation struct {
		source string
		*ast.OperationDefinition
	}
	var operations []operation
	for _, source := range sources {
		doc, err := parser.ParseQuery(&ast.Source{Name: source.Name, Input: source.Text})
		if err != nil {
			return fmt.Errorf("%s: %w", source.Name, err)
		}
		for _, f := range doc.Fragments {
			if other := fragments[f.Name]; other != nil && formOf(nil, other) != formOf(nil, f) && source.ID == "" {
				return fmt.Errorf("%s: there is another fragment %s", source.Name, f.Name)
			}
			fragments[f.Name] = f
		}
		if source.ID != "" { // it stands by itself, with fragments of its own
			if err := check(schema, source.Name, doc); err != nil {
				return err
			}
			s.add(doc)
			s.texts[source.ID] = source.Text
			continue
		}
		for _, o := range doc.Operations {
			operations = append(operations, operation{source.Name, o})
		}
		sum := sha256.Sum256([]byte(source.Text))
		s.texts[hex.EncodeToString(sum[:])] = source.Text
	}
	for _, o := range operations {
		doc := &ast.QueryDocument{Operations: ast.OperationList{o.OperationDefinition}, Fragments: used(o.SelectionSet, fragments)}
		if err := check(schema, o.source, doc); err != nil {
			return err
		}
		s.add(doc)
	}
	return nil
}

func check(schema *ast.Schema, name string, doc *ast.QueryDocument) error {
	if errs := validator.ValidateWithRules(schema, doc, limit.Default().Rules()); len(errs) > 0 {
		return fmt.Errorf("%s: %w", name, errs)
	}
	return nil
}

// Len is how many operations are in the set.
func (s *Set) Len() int { return len(s.forms) }

// Text returns the document with an id: of a manifest, or the SHA-256 of a file in hex.
func (s *Set) Text(id string) (string, bool) {
	text, known := s.texts[id]
	return text, known
}

// Has says whether all operations of a document are in the set. The document must be small enough to be parsed; one with a syntax
// error is not in it.
func (s *Set) Has(text string) bool {
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil || len(doc.Operations) == 0 {
		return false
	}
	for _, f := range formsOf(doc) {
		if _, known := s.forms[f]; !known {
			return false
		}
	}
	var all ast.SelectionSet
	fragments := map[string]*ast.FragmentDefinition{}
	for _, o := range doc.Operations {
		all = append(all, o.SelectionSet...)
	}
	for _, f := range doc.Fragments {
		fragments[f.Name] = f
	}
	return len(used(all, fragments)) == len(doc.Fragments) // nothing is beside what is trusted
}

func (s *Set) add(doc *ast.QueryDocument) {
	for _, f := range formsOf(doc) {
		s.forms[f] = struct{}{}
	}
}

func formsOf(doc *ast.QueryDocument) (forms []form) {
	fragments := map[string]*ast.FragmentDefinition{}
	for _, f := range doc.Fragments {
		fragments[f.Name] = f
	}
	for _, o := range doc.Operations {
		forms = append(forms, formOf(o, used(o.SelectionSet, fragments)...))
	}
	return forms
}

func formOf(o *ast.OperationDefinition, fragments ...*ast.FragmentDefinition) form {
	plain := &ast.QueryDocument{}
	if o != nil {
		same := *o
		same.SelectionSet = untyped(o.SelectionSet)
		plain.Operations = ast.OperationList{&same}
	}
	for _, f := range fragments {
		same := *f
		same.SelectionSet = untyped(f.SelectionSet)
		plain.Fragments = append(plain.Fragments, &same)
	}
	sum := sha256.New()
	formatter.NewFormatter(sum, formatter.WithCompacted()).FormatQueryDocument(plain)
	return form(sum.Sum(nil))
}

// used are the fragments that a selection set needs, by name. One that is not there is left out.
func used(set ast.SelectionSet, fragments map[string]*ast.FragmentDefinition) ast.FragmentDefinitionList {
	found := map[string]*ast.FragmentDefinition{}
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch selection := selection.(type) {
			case *ast.Field:
				walk(selection.SelectionSet)
			case *ast.InlineFragment:
				walk(selection.SelectionSet)
			case *ast.FragmentSpread:
				if f := fragments[selection.Name]; f != nil && found[f.Name] == nil {
					found[f.Name] = f
					walk(f.SelectionSet)
				}
			}
		}
	}
	walk(set)
	return slices.SortedFunc(maps.Values(found), func(a, b *ast.FragmentDefinition) int { return cmp.Compare(a.Name, b.Name) })
}

// untyped is a selection set without `__typename`, which says nothing that one may not know.
func untyped(set ast.SelectionSet) ast.SelectionSet {
	if set == nil {
		return nil
	}
	plain := ast.SelectionSet{}
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			if selection.Name == "__typename" && len(selection.Directives) == 0 && (selection.Alias == "" || selection.Alias == selection.Name) {
				continue
			}
			same := *selection
			same.SelectionSet = untyped(selection.SelectionSet)
			plain = append(plain, &same)
		case *ast.InlineFragment:
			same := *selection
			same.SelectionSet = untyped(selection.SelectionSet)
			plain = append(plain, &same)
		default:
			plain = append(plain, selection)
		}
	}
	return plain
}
