package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// optionsOf are the fields of Options in a source, with their types.
func optionsOf(t *testing.T, name string, source any) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.Name == "Options" {
			for _, f := range spec.Type.(*ast.StructType).Fields.List {
				for _, each := range f.Names {
					fields[each.Name] = types.ExprString(f.Type)
				}
			}
		}
		return true
	})
	return fields
}

// scripts/provider-cost builds the server with empty providers. They have what the root package fills in of real ones.
func TestProviderCostKnowsTheOptions(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("scripts/provider-cost")
	if err != nil {
		t.Fatal(err)
	}
	_, stub, _ := strings.Cut(string(script), "<<STUB\n")
	stub, _, found := strings.Cut(stub, "\nSTUB\n")
	if !found {
		t.Fatal("scripts/provider-cost has no empty provider")
	}
	empty := optionsOf(t, "stub.go", strings.ReplaceAll(stub, "$name", "stub"))
	for _, provider := range []string{"gemini", "geminilegacy", "openai"} {
		has := optionsOf(t, filepath.Join("dialogue", provider, "provider.go"), nil)
		if len(has) < 5 {
			t.Errorf("%s has the options %v", provider, has)
		}
		for name, kind := range has {
			if empty[name] == "" || empty[name] != kind && name != "Client" {
				t.Errorf("the empty provider of scripts/provider-cost has %s %q, and %s has %q", name, empty[name], provider, kind)
			}
		}
	}
}
