package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/storage/storagetest"
)

// block is a piece of code of a page, with the heading that it stands under.
type block struct{ language, text, heading string }

var fence = regexp.MustCompile("(?ms)^(#+ [^\n]*)$|^```(\\w+)\n(.*?)^```$")

func blocksOf(t *testing.T, path string) (all []block) {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	heading := ""
	for _, m := range fence.FindAllStringSubmatch(string(page), -1) {
		if m[1] != "" {
			heading = m[1]
		} else {
			all = append(all, block{m[2], m[3], heading})
		}
	}
	return all
}

// pageReader does what pages say, with the ids that earlier answers have brought.
type pageReader struct {
	t            *testing.T
	address, key string
	endpoints    string // stands for every host of example.com
	known        map[string]any
	schema       *ast.Schema
}

func newPageReader(t *testing.T, address, key, endpoints string) *pageReader {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: publicSchema})
	if err != nil {
		t.Fatal(err)
	}
	return &pageReader{t, address, key, endpoints, map[string]any{}, schema}
}

var exampleHost = regexp.MustCompile(`https://[a-z]+\.example\.com`)

// do executes a document of a page. A subscription is only held against the schema: clients that follow are tested as programs.
func (r *pageReader) do(document string) map[string]any {
	r.t.Helper()
	document = exampleHost.ReplaceAllString(document, r.endpoints)
	parsed, faults := gqlparser.LoadQueryWithRules(r.schema, document, nil)
	if faults != nil {
		r.t.Fatalf("%v:\n%s", faults, document)
	}
	operation := parsed.Operations[0]
	if operation.Operation == ast.Subscription {
		return nil
	}
	variables := map[string]any{}
	for _, v := range operation.VariableDefinitions {
		value, ok := r.known[v.Variable]
		if !ok && v.Type.NonNull {
			r.t.Fatalf("nothing on the page brings $%s:\n%s", v.Variable, document)
		}
		variables[v.Variable] = value
	}
	body, _ := json.Marshal(map[string]any{"query": document, "variables": variables})
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.address+"/graphql", strings.NewReader(string(body)))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + r.key}}
	text := fetch(r.t, req)
	var answer struct {
		Data   map[string]any
		Errors []any
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || len(answer.Errors) > 0 {
		r.t.Fatalf("%s\n%s", text, document)
	}
	for _, payload := range answer.Data {
		fields, _ := payload.(map[string]any)
		for name, value := range fields {
			if object, ok := value.(map[string]any); ok && object["id"] != nil {
				r.known[name+"Id"] = object["id"]
			}
		}
		for _, name := range []string{"secret", "key", "token"} {
			r.known[name] = fields[name]
		}
	}
	return answer.Data
}

// as has the reader go on with a key of its own, of the role that a page says its user has.
func (r *pageReader) as(admin, role string) {
	r.t.Helper()
	r.key = admin
	r.do(fmt.Sprintf(`mutation { createApiKey(input: {name: "Ann", role: %s}) { key } }`, role))
	r.key = r.known["key"].(string)
}

// The guides can be followed from top to bottom, each with what it has brought itself and by who it is for, on one server.
func TestTheGuidesWork(t *testing.T) {
	t.Parallel()
	_, endpoints := newEndpoints(t)
	e := environment(t, storagetest.SQLite)
	address, printed, _ := startServer(t, e)
	if !strings.Contains(printed, "sign in to the console at that address") {
		t.Errorf("the first start does not say where to go: %s", printed)
	}
	admin := printedKey.FindString(printed)
	r := newPageReader(t, address, admin, endpoints)
	r.do(`mutation { createAgent(input: {name: "A", quietMs: 0}) { agent { id } } }`)
	for _, guide := range [][2]string{{"frontend", "APP"}, {"operator", "OPERATOR"}, {"integrator", "INTEGRATOR"}} {
		page, ran := guide[0], 0
		r.as(admin, guide[1])
		for _, b := range blocksOf(t, "docs/guides/"+page+".md") {
			if b.heading == "## In the browser" {
				r.key = r.known["threadToken"].(string)
			}
			if b.language != "graphql" {
				t.Errorf("%s has a block of %s, which nobody runs", page, b.language)
				continue
			}
			r.do(b.text)
			if token := r.known["token"]; token != nil {
				r.known["threadToken"] = token
			}
			ran++
		}
		if ran < 5 {
			t.Errorf("%s has only %d documents", page, ran)
		}
	}
	r.key = admin
	commands := 0
	for _, b := range blocksOf(t, "docs/guides/self-hoster.md") {
		for line := range strings.Lines(b.text) {
			if args, ours := strings.CutPrefix(strings.TrimSpace(line), "./parley "); ours {
				commands++
				if out, err := runCommand(t, e, shellWords(args)...); err != nil && !strings.HasPrefix(args, "check") { // it finds the server that runs
					t.Errorf("%s: %v\n%s", line, err, out)
				}
			}
		}
	}
	if commands < 5 {
		t.Errorf("the guide for self-hosters has only %d commands", commands)
	}
	for _, path := range []string{"README.md", "docs/clients.md"} {
		runCurl(t, r, path)
	}
}

var wordOf = regexp.MustCompile(`"([^"]*)"|(\S+)`)

// shellWords splits a line of a shell as far as the pages need it.
func shellWords(line string) (all []string) {
	for _, m := range wordOf.FindAllStringSubmatch(line, -1) {
		all = append(all, m[1]+m[2])
	}
	return all
}

// runCurl runs the requests that a page makes with curl.
func runCurl(t *testing.T, r *pageReader, path string) {
	t.Helper()
	ran := 0
	for _, b := range blocksOf(t, path) {
		if _, command, found := strings.Cut(b.text, "curl "); found && b.language == "sh" {
			run := exec.CommandContext(t.Context(), "bash", "-c", strings.ReplaceAll("curl "+command, "http://127.0.0.1:8080", r.address))
			run.Env = append(os.Environ(), "PARLEY_KEY="+r.key, "PARLEY_URL="+r.address)
			out, err := run.CombinedOutput()
			if err != nil || !strings.Contains(string(out), `"data":{"threads"`) {
				t.Errorf("%s: %v\n%s\n%s", path, err, out, command)
			}
			ran++
		}
	}
	if ran != 1 {
		t.Errorf("%s has %d requests by curl", path, ran)
	}
}

var shownFile = regexp.MustCompile(`(?s)<!-- file: (\S+) -->\n.*?<!-- end -->`)

// Programs that pages show are files which are run by tests.
func TestPagesShowFilesAsTheyAre(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, path := range pages {
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := shownFile.ReplaceAllStringFunc(string(page), func(was string) string {
			shown++
			name := shownFile.FindStringSubmatch(was)[1]
			text, err := os.ReadFile(name)
			if err != nil {
				t.Error(err)
			}
			language := map[string]string{".go": "go", ".mjs": "js", ".py": "python", ".ts": "ts", ".json": "json", ".graphql": "graphql"}[filepath.Ext(name)]
			return fmt.Sprintf("<!-- file: %s -->\n\n```%s\n%s```\n\n<!-- end -->", name, language, text)
		})
		if want == string(page) {
			continue
		}
		if !*updateDocs {
			t.Errorf("%s does not show its files as they are: run go test . -run %s -docs", path, t.Name())
		} else if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if shown < 7 {
		t.Errorf("only %d files are shown", shown)
	}
}

// Links between pages lead to files that there are.
func TestPagesLinkToWhatIsThere(t *testing.T) {
	t.Parallel()
	pages := []string{"README.md", "ARCHITECTURE.md", "CHANGELOG.md", "SECURITY.md"}
	for _, pattern := range []string{"docs/*.md", "docs/guides/*.md"} {
		more, _ := filepath.Glob(pattern)
		pages = append(pages, more...)
	}
	link := regexp.MustCompile(`\]\(([^)#:\s]+)(?:#[^)]*)?\)`)
	for _, path := range pages {
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(page), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", path, m[1])
			}
		}
	}
}

// Every code of an error that the API knows is described, and no other.
func TestErrorCodesAreDescribed(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	var described, known []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`[A-Z_`, ]+`) \\|").FindAllStringSubmatch(string(page), -1) {
		for name := range strings.SplitSeq(row[1], ",") {
			described = append(described, strings.Trim(name, "` "))
		}
	}
	files, _ := filepath.Glob("graph/*.go")
	more, _ := filepath.Glob("graph/limit/*.go")
	for _, path := range append(files, more...) {
		if strings.HasSuffix(path, "_test.go") || path == "graph/generated.go" {
			continue
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\bCode\w*\s*=\s*"([A-Z_]+)"`).FindAllStringSubmatch(string(source), -1) {
			known = append(known, m[1])
		}
	}
	known = append(known, "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "COMPLEXITY_LIMIT_EXCEEDED") // gqlgen's own
	slices.Sort(known)
	slices.Sort(described)
	if known = slices.Compact(known); !slices.Equal(known, described) {
		t.Errorf("docs/errors.md describes %v; the API knows %v", described, known)
	}
}
