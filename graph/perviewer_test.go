package graph

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ofOneViewer are the fields of viewer.Viewer that members of a group do not have in common.
var ofOneViewer = []string{"Key", "Name", "Expires", "Session", "Renewable"}

// packages are those that resolvers may get to, by how their functions are reached: by the name of the package, of a field, or of
// a variable.
var packages = map[string]string{
	"access": "access", "dialogue": "dialogue", "delivery": "delivery", "delivering": "delivery", "log": "eventlog", "eventlog": "eventlog", "tx": "eventlog",
	"retention": "retention",
}

// Every resolver from which the program gets to a look at the key of the viewer is of a field that the schema marks. Functions
// of a package are told apart by their names alone.
func TestFieldsOfOneViewerAreMarked(t *testing.T) {
	looks, calls := map[string]bool{}, map[string][]string{}
	for _, folder := range []string{"graph", "access", "dialogue", "delivery", "eventlog", "retention"} {
		for _, f := range functionsOf(t, folder) {
			name := folder + "." + f.Name.Name
			looks[name] = looks[name] || looksAtKey(f)
			calls[name] = append(calls[name], callsOf(folder, f)...)
		}
	}
	isLook := func(name string) bool { return looks[name] }
	for grown := true; grown; {
		grown = false
		for name, called := range calls {
			if !looks[name] && slices.ContainsFunc(called, isLook) {
				looks[name], grown = true, true
			}
		}
	}
	schema := NewExecutableSchema(Config{}).Schema()
	found := 0
	for _, resolver := range resolversOf(t) {
		kind := strings.TrimSuffix(strings.ToLower(receiverOf(resolver)), "resolver")
		if kind == "mutation" || !slices.ContainsFunc(callsOf("graph", resolver), isLook) && !looksAtKey(resolver) {
			continue
		}
		for name, definition := range schema.Types {
			if strings.ToLower(name) != kind {
				continue
			}
			for _, f := range definition.Fields {
				if strings.EqualFold(strings.ReplaceAll(f.Name, "_", ""), resolver.Name.Name) {
					found++
					if !isPerViewer(f) {
						t.Errorf("%s.%s looks at the key of the viewer: mark it with @perViewer", name, f.Name)
					}
				}
			}
		}
	}
	if found < 4 { // viewer, and hint, revokedAt and lastUsedAt of keys
		t.Errorf("%d fields were found that look at the key", found)
	}
	for name, definition := range schema.Types {
		for _, f := range definition.Fields {
			for _, of := range definition.Interfaces {
				if general := schema.Types[of].Fields.ForName(f.Name); general != nil && isPerViewer(f) && !isPerViewer(general) {
					t.Errorf("%s.%s is marked, and %s.%s is not", name, f.Name, of, f.Name)
				}
			}
		}
	}
}

// functionsOf are the functions and methods of a package, without those of tests, of the generator and of resolvers.
func functionsOf(t *testing.T, folder string) (out []*ast.FuncDecl) {
	t.Helper()
	files, err := filepath.Glob("../" + folder + "/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", folder, len(files), err)
	}
	for _, file := range files {
		if base := filepath.Base(file); !strings.HasSuffix(base, "_test.go") && base != "generated.go" && base != "schema.resolvers.go" {
			out = append(out, declarationsOf(t, file)...)
		}
	}
	return out
}

func resolversOf(t *testing.T) []*ast.FuncDecl { return declarationsOf(t, "schema.resolvers.go") }

func declarationsOf(t *testing.T, file string) (out []*ast.FuncDecl) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range parsed.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			out = append(out, f)
		}
	}
	return out
}

func receiverOf(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	of := f.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	name, _ := of.(*ast.Ident)
	return name.Name
}

// looksAtKey says whether a function takes the viewer from its context and reads what is its own, or hands it on whole.
func looksAtKey(f *ast.FuncDecl) bool {
	viewers, reads := map[string]bool{}, false
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if call, ok := n.Rhs[0].(*ast.CallExpr); ok && isSelector(call.Fun, "viewer", "FromContext") {
				if name, ok := n.Lhs[0].(*ast.Ident); ok && name.Name != "_" {
					viewers[name.Name] = true
				}
			}
		case *ast.SelectorExpr:
			if of, ok := n.X.(*ast.Ident); ok && viewers[of.Name] && slices.Contains(ofOneViewer, n.Sel.Name) {
				reads = true
			}
		case *ast.CallExpr:
			for _, argument := range n.Args {
				if name, ok := argument.(*ast.Ident); ok && viewers[name.Name] && !isSelector(n.Fun, "viewer", "NewContext") {
					reads = true
				}
			}
		}
		return true
	})
	return reads
}

func isSelector(e ast.Expr, of, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != name {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && x.Name == of
}

// callsOf are the functions that a function of a package names, each behind its package.
func callsOf(folder string, f *ast.FuncDecl) (names []string) {
	own := map[string]bool{"r": true} // the resolver, whoever has it
	if f.Recv != nil && len(f.Recv.List[0].Names) > 0 {
		own[f.Recv.List[0].Names[0].Name] = true
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if called, ok := n.Fun.(*ast.Ident); ok {
				names = append(names, folder+"."+called.Name)
			}
			for _, argument := range n.Args { // that may be called there
				if called, ok := argument.(*ast.Ident); ok {
					names = append(names, folder+"."+called.Name)
				}
			}
		case *ast.SelectorExpr:
			of := ""
			switch x := n.X.(type) {
			case *ast.Ident:
				of = x.Name
			case *ast.SelectorExpr:
				of = x.Sel.Name
			}
			if own[of] {
				names = append(names, folder+"."+n.Sel.Name)
			} else if packages[of] != "" {
				names = append(names, packages[of]+"."+n.Sel.Name)
			}
		}
		return true
	})
	return names
}
