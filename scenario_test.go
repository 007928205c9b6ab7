package main

import (
	"bytes"
	"errors"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"parley/access"
	"parley/scenario"
)

var update = flag.Bool("update", false, "write what happened into testdata/scenarios")

// TestScenarios plays the engine's own scenarios on each database. With -update they are rewritten.
func TestScenarios(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(names) < 20 {
		t.Fatalf("scenarios: %v, %d", err, len(names))
	}
	environments(t, func(t *testing.T, e env) {
		files, err := scenario.ParseFiles(names)
		if err != nil {
			t.Fatal(err)
		}
		o := scenario.Options{Update: *update && strings.HasSuffix(t.Name(), "/sqlite"), Parallel: 8}
		startScenarioServer(t, e, &o)
		for _, r := range scenario.Run(t.Context(), files, o) {
			if !r.Passed {
				t.Errorf("%s failed:\n%s", r.File, r.Report)
			}
		}
	})
}

// startScenarioServer starts a server that ends with the test.
func startScenarioServer(t *testing.T, e env, o *scenario.Options) {
	t.Helper()
	e["PARLEY_ADMIN_KEY"], e["PARLEY_OUTBOUND_ALLOW"] = access.NewKey(), "127.0.0.0/8"
	c, err := configFromEnv(e.get)
	if err != nil {
		t.Fatal(err)
	}
	stop, err := scenarioServer(t.Context(), c, slog.New(slog.DiscardHandler), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
}

// runTestCommand runs `parley test` and returns what it prints and the code with which the process would end.
func runTestCommand(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	var b bytes.Buffer
	err := command(t.Context(), append([]string{"test"}, args...), env{}.get, &b, &b)
	if err != nil {
		code = exitCode(err)
		b.WriteString("parley: " + err.Error() + "\n")
	}
	return timing.ReplaceAllString(b.String(), "(0.0s)"), code
}

var timing = regexp.MustCompile(`\(\d+\.\ds\)`)

// TestAFailingScenarioSaysClearlyHow holds the whole output of a scenario that fails in several ways.
func TestAFailingScenarioSaysClearlyHow(t *testing.T) {
	t.Parallel()
	const golden = "testdata/scenarios/failing/wrong.out"
	before, err := os.ReadFile("testdata/scenarios/failing/wrong.txt")
	if err != nil {
		t.Fatal(err)
	}
	// Problems leave no doubt what to mend first: nothing is written, with -update either.
	got, code := runTestCommand(t, "-update", "testdata/scenarios/failing/wrong.txt", "testdata/scenarios/greeting.txt")
	if code != 1 {
		t.Errorf("exit code %d", code)
	}
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	after, err := os.ReadFile("testdata/scenarios/failing/wrong.txt")
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed: %v", err)
	}
}

func TestTheTestCommandsExitCodes(t *testing.T) {
	t.Parallel()
	good := filepath.Join("testdata", "scenarios", "greeting.txt")
	bad := filepath.Join(t.TempDir(), "bad.txt")
	if err := os.WriteFile(bad, []byte("> x\nnonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"passed", []string{good}, 0, "1 passed\n"},
		{"verbose", []string{"-v", good}, 0, "greeting.txt: < Hi!\n"},
		{"chosen by name", []string{"-run", "greet", good, bad}, 0, "1 passed\n"},
		{"help", []string{"-h"}, 0, "Usage: parley test [flags] FILE…"},
		{"no files", nil, 2, "no files to play"},
		{"none chosen", []string{"-run", "xyz", good}, 2, "no files to play"},
		{"a flag that is not there", []string{"-nonsense"}, 2, "flag provided but not defined"},
		{"a bad expression", []string{"-run", "(", good}, 2, "--run: "},
		{"a bad file", []string{good, bad}, 2, `bad.txt:2: "nonsense" is unknown`},
		{"a file that is not there", []string{"none.txt"}, 2, "none.txt"},
		{"an agent without a server", []string{"-agent", "agt_1", good}, 2, "--agent needs --server"},
		{"a server without a key", []string{"-server", "http://127.0.0.1:1", good}, 2, "--server needs a key"},
		{"lines for the model with a server", []string{"-server", "http://127.0.0.1:1", "-key", "x", good}, 2, "greeting.txt:6: ~ cannot be played with --server"},
	} {
		out, code := runTestCommand(t, test.args...)
		if code != test.code || !strings.Contains(out, test.says) {
			t.Errorf("%s: exit code %d, want %d, and %q:\n%s", test.name, code, test.code, test.says, out)
		}
	}
}

// TestScenariosAgainstARunningServer plays a file on a server with its own models, with an agent made from the file and
// with one that is there.
func TestScenariosAgainstARunningServer(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		e["PARLEY_ADMIN_KEY"] = access.NewKey()
		key := e["PARLEY_ADMIN_KEY"]
		address, _, _ := startServer(t, e)
		file := filepath.Join(t.TempDir(), "human.txt")
		text := "set tagFunctions true\n\n> I want to talk to a human please\n...\nend HANDED_OVER\n\n" +
			"@Ann take over\nstatus OPERATOR\n\n@Ann hand back\n...\n\n@ stop\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, code := runTestCommand(t, "-server", address, "-key", key, file); code != 0 {
			t.Errorf("exit code %d:\n%s", code, out)
		}
		left := query(t, address, key, `{ agents { totalCount } apiKeys { edges { node { name revokedAt } } } }`)
		if !strings.Contains(left, `"totalCount":0`) || strings.Contains(left, `"Ann","revokedAt":null`) {
			t.Errorf("left behind: %s", left)
		}
		made := query(t, address, key, `mutation { createAgent(input: {name: "A", quietMs: 0}) { agent { id } } }`)
		agent := regexp.MustCompile(`agt_\w+`).FindString(made)
		if out, code := runTestCommand(t, "-server", address, "-key", key, "-agent", agent, file); code != 0 {
			t.Errorf("exit code %d:\n%s", code, out)
		}
		if out, code := runTestCommand(t, "-server", address, "-key", "prl_wrong", file); code != 1 || !strings.Contains(out, "UNAUTHENTICATED") {
			t.Errorf("with a wrong key: exit code %d:\n%s", code, out)
		}
	})
}

// TestTheExampleOfTheDocs plays the files that docs/testing.md shows.
func TestTheExampleOfTheDocs(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("docs/testing.md")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	shown := regexp.MustCompile("(?s)`([a-z]+\\.(?:txt|json))`:\n\n```[a-z]*\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	var files []string
	for _, s := range shown {
		path := filepath.Join(folder, s[1])
		if err := os.WriteFile(path, []byte(s[2]), 0o600); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(path, ".txt") {
			files = append(files, path)
		}
	}
	if len(files) < 2 {
		t.Fatalf("the page shows %d scenarios", len(files))
	}
	if out, code := runTestCommand(t, files...); code != 0 {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

// TestUpdateWritesWhatHappened begins with inputs alone and plays what was written.
func TestUpdateWritesWhatHappened(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "new.txt")
	inputs := "# A new one.\nanswer find 200 {\"n\":1}\n\n> Hello\n~ < Hi\n~+ call success {}\n\n# Bye.\n> Bye\n~ call close {\"message\":\"Bye!\"}\n"
	if err := os.WriteFile(file, []byte(inputs), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := runTestCommand(t, file); code != 1 {
		t.Errorf("without -update: exit code %d:\n%s", code, out)
	}
	// The model is asked again after `success`; the file must say what it does then.
	if err := os.WriteFile(file, []byte(strings.Replace(inputs, "success {}\n", "success {}\n~ end stop\n", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := runTestCommand(t, "-update", file); code != 0 || !strings.Contains(out, "updated") {
		t.Errorf("with -update: exit code %d:\n%s", code, out)
	}
	text, err := os.ReadFile(file)
	want := `# A new one.
answer find 200 {"n":1}

> Hello
~ < Hi
~+ call success {}
~ end stop
< Hi
tag +success
event dialogue.successful
call success {} ANSWERED
end ANSWERED

# Bye.
> Bye
~ call close {"message":"Bye!"}
< Bye!
tag +close
status CLOSED
event dialogue.closed
call close {"message":"Bye!"} ANSWERED
end CLOSED the dialogue was closed
`
	if err != nil || string(text) != want {
		t.Errorf("%v:\n%s", err, text)
	}
	if out, code := runTestCommand(t, file); code != 0 {
		t.Errorf("what was written: exit code %d:\n%s", code, out)
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	if got := exitCode(errors.New("any")); got != 1 {
		t.Errorf("any error ends with %d", got)
	}
	if got := exitCode(badUsage(errors.New("typed wrong"))); got != 2 {
		t.Errorf("bad usage ends with %d", got)
	}
}
