package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// arrows says which of our folders the shipped code of a folder may import, besides itself. A folder stands for
// everything below it. The root package wires and may import all; a new folder gets a row here first.
var arrows = map[string][]string{
	"access":     {"ent", "eventlog", "invalid", "seal"},
	"bench":      {},
	"chat":       {"static"},
	"console":    {"static"},
	"delivery":   {"ent", "eventlog", "failpoint", "invalid", "outbound", "seal", "trace"},
	"dialogue":   {"ent", "eventlog", "failpoint", "invalid", "outbound", "seal", "trace"},
	"ent":        {},
	"eventlog":   {"ent", "failpoint", "seal", "trace"},
	"examples":   {},
	"failpoint":  {},
	"fakemodel":  {},
	"graph":      {"access", "delivery", "dialogue", "ent", "eventlog", "invalid", "live", "outbound", "rate", "retention", "seal", "trace"},
	"graphiql":   {"static"},
	"invalid":    {},
	"live":       {},
	"outbound":   {},
	"rate":       {},
	"replica":    {"ent"},
	"retention":  {"ent", "eventlog"},
	"sampledata": {"ent", "eventlog", "storage"},
	"scenario":   {"dialogue"},
	"scripts":    {}, // programs for those who work on this, none of them built
	"seal":       {},
	"static":     {},
	"storage":    {"ent"},
	"trace":      {},
}

// clients are vendors' clients, each with the one folder that may import it.
var clients = map[string]string{
	"google.golang.org/genai":                  "dialogue/gemini",
	"github.com/google/generative-ai-go/genai": "dialogue/geminilegacy",
}

const (
	modulePrefix = "parley/"
	maxLines     = 400
	// testDatabase opens databases for tests, which may import it from anywhere, together with the folder above it.
	testDatabase       = "storage/storagetest"
	testDatabaseFolder = "storage"
	// testModels plays the services of models for tests, which may import it from anywhere.
	testModels = "fakemodel"
	// resolverFile is laid out by gqlgen, one function for each field of the schema; only the bodies are ours.
	resolverFile = "graph/schema.resolvers.go"
)

var (
	unfinished = words{regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b`), []string{"TO" + "DO", "FIX" + "ME"}}
	// The words of the trades that examples are about: the server knows no trade.
	tradeWords = words{regexp.MustCompile(`(?i)flor` + `ist|bouq` + `uet|gar` + `age`), []string{
		"flor" + "ist", "bouq" + "uet", "gar" + "age", "Flor" + "ist", "Bouq" + "uet", "Gar" + "age", "FLOR" + "IST", "BOUQ" + "UET", "GAR" + "AGE",
	}}
)

// words are what a file must not hold, and the spellings one of which is in every file that does: an expression takes ten
// seconds for the whole tree under the race detector.
type words struct {
	pattern   *regexp.Regexp
	spellings []string
}

// goSource is one Go file of the tree, parsed up to its imports.
type goSource struct {
	path      string // slash-separated, from the root of the tree
	text      []byte
	syntax    *ast.File
	generated bool
}

func (s goSource) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// folder is the first element of the file's path, empty for the root package.
func (s goSource) folder() string {
	first, _, nested := strings.Cut(s.path, "/")
	if !nested {
		return ""
	}
	return first
}

// architectureFaults reads every Go file below root and returns what breaks a rule of the project, one sentence a fault,
// in the order of the files. An error means that the tree could not be read.
func architectureFaults(root fs.FS) ([]string, error) {
	sources, err := goSources(root)
	if err != nil {
		return nil, err
	}
	var faults []string
	for _, source := range sources {
		faults = append(faults, importFaults(source)...)
		faults = append(faults, textFaults(source)...)
	}
	scripts, err := scriptFaults(root)
	return append(append(faults, commentFaults(sources)...), scripts...), err
}

// scriptFaults holds the hand-written sources of the console against the rules for texts.
func scriptFaults(root fs.FS) ([]string, error) {
	var faults []string
	err := fs.WalkDir(root, "console/src", func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a tree of a test
		}
		if err != nil || entry.IsDir() || strings.HasPrefix(name, "console/src/generated/") || strings.Contains(name, ".generated.") {
			return err
		}
		if !slices.Contains([]string{".ts", ".tsx", ".css", ".graphql"}, path.Ext(name)) {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err == nil {
			faults = append(faults, textFaults(goSource{path: name, text: text})...)
		}
		return err
	})
	return faults, err
}

// goSources parses the files that belong to us, generated ones included. Like the go command it passes over testdata
// and over folders whose names begin with a dot or an underscore.
func goSources(root fs.FS) ([]goSource, error) {
	var sources []goSource
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			base := entry.Name()
			if name != "." && (base == "testdata" || base == "node_modules" || base == "vendor" || base[0] == '.' || base[0] == '_') {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		sources = append(sources, goSource{path: name, text: text, syntax: syntax, generated: ast.IsGenerated(syntax)})
		return nil
	})
	return sources, err
}

// importFaults holds the imports of one file against the arrows.
func importFaults(source goSource) []string {
	from := source.folder()
	if _, known := arrows[from]; !known && from != "" {
		return []string{fmt.Sprintf("%s: folder %s has no row among the arrows of architecture_rules_test.go", source.path, from)}
	}
	var faults []string
	for _, spec := range source.syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			faults = append(faults, fmt.Sprintf("%s: import %s: %v", source.path, spec.Path.Value, err))
			continue
		}
		target, ours := strings.CutPrefix(imported, modulePrefix)
		if ours && !mayImport(source, target) {
			faults = append(faults, fmt.Sprintf("%s: forbidden arrow to %s", source.path, target))
		}
		played := source.isTest() && from == testModels // it is held against the clients themselves
		if owner := clients[imported]; owner != "" && path.Dir(source.path) != owner && !played {
			faults = append(faults, fmt.Sprintf("%s: %s belongs to %s alone", source.path, imported, owner))
		}
	}
	return faults
}

// mayImport reports whether the file may import the package at target, a path below the module.
func mayImport(source goSource, target string) bool {
	from := source.folder()
	to, _, _ := strings.Cut(target, "/")
	if strings.HasPrefix(source.path, testDatabase+"/") && to == "eventlog" {
		return true // a workspace of a test needs its feed
	}
	if target == testDatabase {
		return source.isTest() && from != "examples"
	}
	if source.isTest() && target == testDatabaseFolder && from != "examples" {
		return true
	}
	if source.isTest() && target == testModels && from != "examples" {
		return true
	}
	return from == "" || from == to || slices.Contains(arrows[from], to)
}

// textFaults looks at one file as text: its length, and words that have no place in it.
func textFaults(source goSource) []string {
	var faults []string
	if !source.generated {
		if lines := bytes.Count(source.text, []byte("\n")); lines > maxLines && source.path != resolverFile {
			faults = append(faults, fmt.Sprintf("%s: %d lines, more than %d", source.path, lines, maxLines))
		}
		faults = append(faults, wordFaults(source, unfinished, "is unfinished work; open an issue instead")...)
	}
	if source.folder() != "examples" {
		faults = append(faults, wordFaults(source, tradeWords, "belongs to an example")...)
	}
	return faults
}

func wordFaults(source goSource, words words, why string) []string {
	if !slices.ContainsFunc(words.spellings, func(s string) bool { return bytes.Contains(source.text, []byte(s)) }) {
		return nil
	}
	var faults []string
	for _, at := range words.pattern.FindAllIndex(source.text, -1) {
		line := 1 + bytes.Count(source.text[:at[0]], []byte("\n"))
		faults = append(faults, fmt.Sprintf("%s:%d: %q %s", source.path, line, source.text[at[0]:at[1]], why))
	}
	return faults
}

// commentFaults names the packages without a package comment. It asks none of packages that are generated whole, of
// tests, and of programs that only go run builds.
func commentFaults(sources []goSource) []string {
	documented := map[string]bool{}
	var names []string
	for _, source := range sources {
		if source.generated || source.isTest() || isIgnored(source.syntax) {
			continue
		}
		name := path.Dir(source.path)
		if _, seen := documented[name]; !seen {
			documented[name] = false
			names = append(names, name)
		}
		if source.syntax.Doc != nil && strings.TrimSpace(source.syntax.Doc.Text()) != "" {
			documented[name] = true
		}
	}
	var faults []string
	for _, name := range names {
		if !documented[name] {
			faults = append(faults, fmt.Sprintf("%s: the package has no package comment", name))
		}
	}
	return faults
}

// isIgnored reports whether the file is kept out of its package by the build constraint "ignore".
func isIgnored(file *ast.File) bool {
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if comment.Pos() < file.Package && comment.Text == "//go:build ignore" {
				return true
			}
		}
	}
	return false
}
