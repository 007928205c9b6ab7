//go:build ignore

// This program writes docs/licences.md: the modules that are built into the program, and the packages that are bundled into its
// pages, each with its licence. It fails for a licence that is not on the list below. Run it by `make licences`.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// allowed are licences under which a binary may be passed on with a notice.
var allowed = []string{"MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC", "MPL-2.0", "0BSD", "Unlicense", "CC0-1.0", "Python-2.0"}

// marks are sentences by which a licence is known, the first that fits counts.
var marks = []struct {
	licence string
	texts   []string
}{
	{"Apache-2.0", []string{"apache license", "version 2.0"}},
	{"MPL-2.0", []string{"mozilla public license", "2.0"}},
	{"BSD-3-Clause", []string{"redistribution and use in source and binary forms", "neither the name"}},
	{"BSD-3-Clause", []string{"redistribution and use in source and binary forms", "names of its contributors"}},
	{"BSD-2-Clause", []string{"redistribution and use in source and binary forms"}},
	{"MIT", []string{"permission is hereby granted, free of charge"}},
	{"ISC", []string{"permission to use, copy, modify, and/or distribute"}},
	{"ISC", []string{"permission to use, copy, modify, and distribute this software for any"}},
	{"Unlicense", []string{"released into the public domain"}},
}

func main() {
	text, err := list()
	if err != nil {
		fmt.Fprintln(os.Stderr, "scripts/licences:", err)
		os.Exit(1)
	}
	const file = "docs/licences.md"
	if len(os.Args) > 1 && os.Args[1] == "-check" {
		if kept, _ := os.ReadFile(file); string(kept) != text {
			fmt.Fprintln(os.Stderr, file+" is stale: run `make licences` and commit the result")
			os.Exit(1)
		}
		return
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "scripts/licences:", err)
		os.Exit(1)
	}
}

func list() (string, error) {
	var b strings.Builder
	b.WriteString("# Licences\n\nWhat is built into the program, by `make licences`. Tests use more, which is not passed on.\n\n## Modules of Go\n\n| module | version | licence |\n| --- | --- | --- |\n")
	modules, err := modules()
	if err != nil {
		return "", err
	}
	var wrong []error
	for _, m := range modules {
		l := licenceOf(m.Dir)
		if !slices.Contains(allowed, l) {
			wrong = append(wrong, fmt.Errorf("%s: licence %q is none of %s", m.Path, l, strings.Join(allowed, ", ")))
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", m.Path, m.Version, l)
	}
	b.WriteString("\n## Packages of npm in the pages\n\n| package | version | licence |\n| --- | --- | --- |\n")
	packages, err := packages()
	if err != nil {
		return "", err
	}
	for _, p := range packages {
		if !slices.ContainsFunc(strings.FieldsFunc(p.licence, func(r rune) bool { return strings.ContainsRune("() ", r) }), func(l string) bool { return slices.Contains(allowed, l) }) {
			wrong = append(wrong, fmt.Errorf("%s: licence %q is none of %s", p.name, p.licence, strings.Join(allowed, ", ")))
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", p.name, p.version, p.licence)
	}
	return b.String(), errors.Join(wrong...)
}

type module struct{ Path, Version, Dir string }

// modules are those of which a package is in the program.
func modules() ([]module, error) {
	out, err := exec.Command("go", "list", "-deps", "-f", `{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}`, ".").Output()
	if err != nil {
		return nil, fmt.Errorf("list the modules: %w", err)
	}
	var all []module
	for line := range strings.FieldsFuncSeq(string(out), func(r rune) bool { return r == '\n' }) {
		f := strings.Fields(line)
		if len(f) == 3 {
			all = append(all, module{f[0], f[1], f[2]})
		}
	}
	slices.SortFunc(all, func(a, b module) int { return strings.Compare(a.Path, b.Path) })
	return slices.Compact(all), nil
}

func licenceOf(dir string) string {
	for _, pattern := range []string{"LICEN[SC]E*", "COPYING*", "Licen[sc]e*", "licen[sc]e*", "UNLICENSE"} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				continue
			}
			words := strings.Join(strings.Fields(strings.ToLower(string(text))), " ")
			for _, m := range marks {
				if !slices.ContainsFunc(m.texts, func(t string) bool { return !strings.Contains(words, t) }) {
					return m.licence
				}
			}
		}
	}
	return "unknown"
}

type bundled struct{ name, version, licence string }

// packages are what the pages need besides what builds them, by their lock files.
func packages() ([]bundled, error) {
	locks, err := filepath.Glob("*/package-lock.json")
	if err != nil {
		return nil, err
	}
	var all []bundled
	for _, file := range locks {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var lock struct {
			Packages map[string]struct {
				Version, License string
				Dev              bool
			}
		}
		if err := json.Unmarshal(text, &lock); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for path, p := range lock.Packages {
			if i := strings.LastIndex(path, "node_modules/"); i >= 0 && !p.Dev {
				all = append(all, bundled{path[i+len("node_modules/"):], p.Version, p.License})
			}
		}
	}
	slices.SortFunc(all, func(a, b bundled) int { return strings.Compare(a.name+" "+a.version, b.name+" "+b.version) })
	return slices.Compact(all), nil
}
