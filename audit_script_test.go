package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// scripts/audit must not take silence for a good answer: what could not be asked is said, and is no success.
func TestAnAuditThatCannotAskIsNoSuccess(t *testing.T) {
	t.Parallel()
	const (
		fineGo  = `{"config": {"protocol_version": "v1.0.0"}}`
		holeGo  = fineGo + "\n" + `{"finding": {"osv": "GO-2099-0001", "trace": [{"package": "net/http", "function": "Get"}]}}`
		fineNPM = `{"vulnerabilities": {}}`
		holeNPM = `{"vulnerabilities": {"a": {"via": [{"url": "https://github.com/advisories/GHSA-x", "severity": "high", "name": "a", "title": "bad"}]}}}`
		offline = `{"error": {"code": "ENOTFOUND", "summary": "no such host"}}`
	)
	for name, tt := range map[string]struct {
		vulncheck, npm string
		fails          bool // govulncheck
		status         int
		says           string
	}{
		"all is well":           {fineGo, fineNPM, false, 0, "0 could not be asked, 0 holes"},
		"a hole in a module":    {holeGo, fineNPM, false, 1, "govulncheck: GO-2099-0001 reached by net/http.Get"},
		"a hole in a package":   {fineGo, holeNPM, false, 1, "GHSA-x high: a: bad"},
		"no database":           {"", fineNPM, true, 2, "govulncheck: could not be asked"},
		"silence":               {"", fineNPM, false, 2, "govulncheck: could not be asked"},
		"half an answer":        {fineGo + "\n{", fineNPM, false, 2, "cannot be read"},
		"no registry":           {fineGo, offline, false, 2, "no such host"},
		"a registry that mocks": {fineGo, "<html>", false, 2, "it gave no JSON"},
		"a registry without":    {fineGo, `{}`, false, 2, "it gave no report"},
		"both":                  {holeGo, offline, false, 1, "could not be asked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tools := t.TempDir()
			stub := func(name, says string, fails bool) string {
				file := filepath.Join(tools, name)
				text := fmt.Sprintf("#!/bin/sh\ncat <<'END'\n%s\nEND\n%s\n", says, map[bool]string{true: "echo it failed >&2; exit 1"}[fails])
				if err := os.WriteFile(file, []byte(text), 0o700); err != nil {
					t.Fatal(err)
				}
				return file
			}
			checker := stub("govulncheck", tt.vulncheck, tt.fails)
			stub("npm", tt.npm, false)
			cmd := exec.CommandContext(t.Context(), "scripts/audit", "graphiql")
			cmd.Env = append(os.Environ(), "GOVULNCHECK="+checker, "PATH="+tools+":"+os.Getenv("PATH"))
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if got := cmd.ProcessState.ExitCode(); got != tt.status || !strings.Contains(string(out), tt.says) {
				t.Errorf("status %d, want %d: %s", got, tt.status, out)
			}
		})
	}
}
