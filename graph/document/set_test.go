package document_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/graph/document"
)

var schema = gqlparser.MustLoadSchema(&ast.Source{Input: `
type Query { thread(id: ID!, n: Int = 1): Thread list: [Thread!]! }
type Thread { id: ID! title: String! parent: Thread }
`})

func set(t testing.TB, texts ...string) *document.Set {
	t.Helper()
	var sources []document.Source
	for _, text := range texts {
		sources = append(sources, document.Source{Name: "a.graphql", Text: text})
	}
	s, err := document.NewSet(schema, sources)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestADocumentIsKnownHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	s := set(t, `query Q($id: ID!) { thread(id: $id) { ...T parent { ...U } } }`, `fragment T on Thread { id title } fragment U on Thread { id }`)
	for text, want := range map[string]bool{
		`query Q($id: ID!) { thread(id: $id) { ...T parent { ...U } } } fragment T on Thread { id title } fragment U on Thread { id }`:                             true,
		"fragment U on Thread{id __typename}# a comment\nfragment T on Thread{__typename,id,title}query Q($id:ID!){thread(id:$id){__typename ...T parent{...U}}}":  true,
		`query Q($id: ID!) { thread(id: $id) { ...T parent { ...U } } } fragment T on Thread { id } fragment U on Thread { id }`:                                   false,
		`query Q($id: ID!) { thread(id: $id) { ...T parent { ...U } } }`:                                                                                           false,
		`query R($id: ID!) { thread(id: $id) { ...T parent { ...U } } } fragment T on Thread { id title } fragment U on Thread { id }`:                             false,
		`query Q($id: ID!) { thread(id: $id, n: 2) { ...T parent { ...U } } } fragment T on Thread { id title } fragment U on Thread { id }`:                       false,
		`query Q($id: ID!) { thread(id: $id) { ...T parent { ...U } x: __typename } } fragment T on Thread { id title } fragment U on Thread { id }`:               false,
		`query Q($id: ID!) { thread(id: $id) { ...T parent { ...U } } } fragment T on Thread { id title } fragment U on Thread { id } query Other { list { id } }`: false,
		``: false, `{`: false, `fragment T on Thread { id title }`: false,
	} {
		if s.Has(text) != want {
			t.Errorf("%s: %t, want %t", text, !want, want)
		}
	}
}

func TestDocumentsAreReadFromAFolderOrAManifest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	if _, err := document.Read(dir); !errors.Is(err, document.ErrNoDocuments) {
		t.Errorf("an empty folder: %v", err)
	}
	write("a.graphql", `query A { list { ...F } }`)
	write("deep/f.gql", `fragment F on Thread { id }`)
	write("deep/readme.md", `not a document`)
	sources, err := document.Read(dir)
	if err != nil || len(sources) != 2 {
		t.Fatalf("%v, %v", sources, err)
	}
	s, err := document.NewSet(schema, sources)
	if err != nil || s.Len() != 1 || !s.Has(`query A { list { ...F } } fragment F on Thread { id }`) {
		t.Errorf("a folder: %v", err)
	}
	for name, text := range map[string]string{
		"relay.json":  `{"abc": "query A { list { id } }"}`,
		"apollo.json": `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "abc", "name": "A", "type": "query", "body": "query A { list { id } }"}]}`,
	} {
		sources, err := document.Read(write(name, text))
		if err != nil {
			t.Fatal(err)
		}
		s, err := document.NewSet(schema, sources)
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := s.Text("abc"); !ok || !s.Has(text) || !s.Has(`query A { __typename list { id } }`) {
			t.Errorf("%s is not understood", name)
		}
	}
	for name, text := range map[string]string{"list.json": `["query A { list { id } }"]`, "broken.json": `{`} {
		if _, err := document.Read(write(name, text)); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

func TestADocumentThatIsNotValidIsNamed(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`query A { nothing }`, `query A { list { ...Missing } }`, `{`, `fragment F on Thread { id } fragment F on Thread { title }`} {
		_, err := document.NewSet(schema, []document.Source{{Name: "bad.graphql", Text: text}})
		if err == nil || !strings.HasPrefix(err.Error(), "bad.graphql: ") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// FuzzHas looks for a text that the set takes for one of its own, and that is not valid.
func FuzzHas(f *testing.F) {
	f.Add(`query A { list { id } }`)
	f.Add(`query A{list{id __typename}}#`)
	s := set(f, `query A { list { id } }`)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1000 || strings.Count(text, "{") > 20 || !s.Has(text) {
			return
		}
		if _, errs := gqlparser.LoadQueryWithRules(schema, text, nil); errs != nil {
			t.Errorf("%q is trusted, and is not valid: %v", text, errs)
		}
	})
}
