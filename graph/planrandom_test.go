package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"parley/ent/viewer"
	"parley/graph"
	"parley/storage"
	"parley/storage/storagetest"
)

// reads writes queries at random, most of what is in them is known to plans.
type reads struct {
	*rand.Rand
	schema    *ast.Schema
	given     givenValues
	left      int
	names     int
	fragments []string
	declared  []string
	variables map[string]any
	first     bool // whether the first of two arguments was given of which a field takes one
	odd       bool // whether anything of the schema may be selected
}

// givenValues are what arguments are chosen from.
type givenValues struct{ threads, externals, agents, cursors []string }

// roots are the fields that plans know, and tokenRoots those that they know for the token of a thread, with one that they do not.
var (
	roots      = []string{"threads", "threads", "thread", "thread", "agents", "agent", "customers", "viewer"}
	tokenRoots = []string{"thread", "thread", "thread", "viewer", "threads"}
)

// document writes a query for a role.
func (d *reads) document(role viewer.Role) string {
	roots := roots
	if role == viewer.ThreadToken {
		roots = tokenRoots
	}
	d.left, d.names, d.fragments, d.declared, d.variables = 40, 0, nil, nil, map[string]any{}
	d.odd = d.IntN(12) == 0
	text := "{ "
	for range 1 + d.IntN(6)/3 {
		of := d.schema.Query.Fields.ForName(roots[d.IntN(len(roots))])
		if d.odd && d.IntN(3) == 0 {
			of = d.schema.Query.Fields.ForName([]string{"viewer", "customers", "apiKeys"}[d.IntN(3)])
		}
		d.names++
		text += fmt.Sprintf("r%d: %s%s { %s } ", d.names, of.Name, d.arguments(of), d.selection(of.Type.Name(), 5))
	}
	head := "query Q"
	if len(d.declared) > 0 {
		head += "(" + strings.Join(d.declared, ", ") + ")"
	}
	return head + text + "} " + strings.Join(d.fragments, " ")
}

// selection selects fields of a type.
func (d *reads) selection(kind string, depth int) string {
	of := d.schema.Types[kind]
	text := ""
	for _, i := range d.Perm(len(of.Fields)) {
		f := of.Fields[i]
		if d.left <= 0 || strings.HasPrefix(f.Name, "__") || d.IntN(2) == 0 && f.Name != "edges" && f.Name != "node" || !d.odd && unplanned[kind+"."+f.Name] {
			continue
		}
		inner := ""
		if composite := d.schema.Types[f.Type.Name()]; composite.IsCompositeType() {
			if depth == 0 {
				continue
			}
			inner = " { " + d.selection(composite.Name, depth-1) + " }"
		}
		if f.Arguments.ForName("since") != nil {
			continue
		}
		d.left--
		name := ""
		if d.IntN(3) == 0 {
			d.names++
			name = fmt.Sprintf("f%d: ", d.names)
		}
		if name == "" && len(f.Arguments) > 0 { // two of one name must have the same arguments
			d.names++
			name = fmt.Sprintf("g%d: ", d.names)
		}
		piece := name + f.Name + d.arguments(f) + d.directive() + inner
		switch d.IntN(8) {
		case 0:
			d.names++
			d.fragments = append(d.fragments, fmt.Sprintf("fragment F%d on %s { %s }", d.names, kind, piece))
			piece = fmt.Sprintf("...F%d%s", d.names, d.directive())
		case 1:
			piece = fmt.Sprintf("... on %s%s { %s }", kind, d.directive(), piece)
		}
		text += piece + " "
	}
	if text == "" || d.IntN(4) == 0 {
		text += "__typename "
	}
	return text
}

// unplanned are the fields of planned types that no plan has.
var unplanned = map[string]bool{
	"Agent.allowedSites": true, "Agent.chat": true, "Agent.followUps": true, "Agent.quietHours": true, "Agent.functions": true,
	"Agent.publishedVersion": true, "Agent.hasUnpublishedChanges": true, "Agent.versions": true,
	"Viewer.apiKey": true, "Viewer.thread": true, "Viewer.sessions": true, "Workspace.deliveryCursor": true, "Workspace.privacy": true,
	"APIKey.hint": true, "APIKey.revokedAt": true, "APIKey.lastUsedAt": true,
	"Thread.notes": true, "Thread.turns": true, "Thread.agentVersion": true, "Thread.reminders": true, "Thread.usage": true,
}

func (d *reads) directive() string {
	if d.IntN(10) > 0 {
		return ""
	}
	name := []string{"include", "skip"}[d.IntN(2)]
	if d.IntN(2) == 0 {
		return fmt.Sprintf(" @%s(if: %t)", name, d.IntN(2) == 0)
	}
	kind, value := "Boolean!", any(d.IntN(2) == 0)
	if d.IntN(3) == 0 {
		kind = fmt.Sprintf("Boolean = %t", d.IntN(2) == 0)
		if d.IntN(30) == 0 {
			value = nil
		}
	}
	return fmt.Sprintf(" @%s(if: $%s)", name, d.variable(kind, value))
}

// variable declares a variable with a value.
func (d *reads) variable(kind string, value any) string {
	name := fmt.Sprintf("v%d", len(d.declared))
	d.declared = append(d.declared, "$"+name+": "+kind)
	d.variables[name] = value
	return name
}

// arguments gives a field some of its arguments, as literals or variables, wrong ones among them.
func (d *reads) arguments(f *ast.FieldDefinition) string {
	var all []string
	for _, a := range f.Arguments {
		value, given := d.argument(f.Name, a.Name)
		if !given {
			continue
		}
		if d.IntN(80) == 0 {
			value = nil
		}
		if d.IntN(2) == 0 {
			all = append(all, a.Name+": $"+d.variable(a.Type.String(), value))
			continue
		}
		all = append(all, a.Name+": "+literal(value))
	}
	if len(all) == 0 {
		return ""
	}
	return "(" + strings.Join(all, ", ") + ")"
}

func (d *reads) argument(field, name string) (any, bool) {
	pick := func(all ...any) (any, bool) { return all[d.IntN(len(all))], true }
	some := func(all []string) (any, bool) { return all[d.IntN(len(all))], true }
	switch name {
	case "first", "last":
		if name == "last" && d.first {
			return nil, false
		}
		if d.first = name == "first" && d.IntN(2) == 0; name == "first" && !d.first {
			return nil, false
		}
		if d.IntN(60) == 0 {
			return pick(0, -1, 251)
		}
		return pick(1, 2, 3, 10, 250)
	case "after", "before":
		if d.IntN(8) > 0 || len(d.given.cursors) == 0 {
			return nil, false
		}
		if d.IntN(15) == 0 {
			return pick("", "x", "gqFpvm")
		}
		return some(d.given.cursors)
	case "id":
		if field == "agent" {
			return some(d.given.agents)
		}
		if d.first = d.IntN(3) > 0; !d.first {
			return nil, false
		}
		return some(d.given.threads)
	case "externalId":
		if d.first == (d.IntN(20) > 0) {
			return nil, false
		}
		return some(d.given.externals)
	case "orderBy":
		if d.IntN(2) == 0 {
			return nil, false
		}
		fields := map[string][]word{"threads": {"CREATED_AT", "LAST_ACTIVITY_AT", "MESSAGE_COUNT", "WAITING_SINCE"}, "agents": {"NAME", "CREATED_AT", "UPDATED_AT"}, "customers": {"NAME", "CREATED_AT"}}[field]
		return map[string]any{"field": fields[d.IntN(len(fields))], "direction": []word{"ASC", "DESC"}[d.IntN(2)]}, true
	case "where":
		if field != "threads" || d.IntN(2) == 0 {
			return nil, false
		}
		return d.filter(2), true
	}
	return nil, false
}

// word is an enum's value.
type word string

func (d *reads) filter(depth int) any {
	in := map[string]any{}
	for range d.IntN(3) {
		switch d.IntN(11) {
		case 0:
			in["status"] = []word{"OPEN", "CLOSED", "OPERATOR"}[d.IntN(3)]
		case 1:
			in["tag"] = []string{"vip", "success", oddTexts[4]}[d.IntN(3)]
		case 2:
			in["text"] = []string{"é", "%", "'", "a", "日"}[d.IntN(5)]
		case 3:
			in["unread"] = d.IntN(2) == 0
		case 4:
			in["operatorIDIsNil"] = d.IntN(2) == 0
		case 5:
			in["messageCountGTE"] = d.IntN(4)
		case 6:
			in["idIn"] = d.given.threads[:d.IntN(3)]
		case 7:
			in["agentID"] = d.given.agents[d.IntN(len(d.given.agents))]
		case 8:
			in["externalId"] = d.given.externals[d.IntN(len(d.given.externals))]
		default:
			if depth > 0 {
				in[[]string{"not", "or", "and"}[d.IntN(3)]] = d.filter(depth - 1)
			}
		}
	}
	return in
}

// literal writes a value as a document has it.
func literal(v any) string {
	switch v := v.(type) {
	case word:
		return string(v)
	case []string:
		text, _ := json.Marshal(v)
		return string(text)
	case map[string]any:
		var all []string
		for name, value := range v {
			all = append(all, name+": "+literal(value))
		}
		slices.Sort(all)
		return "{" + strings.Join(all, ", ") + "}"
	}
	text, _ := json.Marshal(v)
	return string(text)
}

// oddTexts are hard to quote, to compare or to count.
var oddTexts = []string{
	"", "plain", `"quoted" and \back\ 'slashed'`, "line\nfeed\r\ttab\v\f\b", "\x01s3:abc\x02 \x01!\x02", "\x1f\x7f\u0080\u2028\u2029", "日本語 Ünïcödé é e\u0301",
	"👩‍👩‍👧‍👦 \U0010FFFF \uFEFF", `{"a": 1, "b": "\u0001\b\f<&>"}`, ` {"a": 2}`, `{"broken`, "<script>&amp;", "$1 ? %s '; --", strings.Repeat("long ", 300), "true", "null",
}

// ask sends one request past the network.
func ask(t *testing.T, to http.Handler, key string, body []byte) string {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	w := httptest.NewRecorder()
	to.ServeHTTP(w, r)
	return fmt.Sprint(w.Code, " ", w.Header().Get("Content-Type"), " ", requestIDs.ReplaceAllString(w.Body.String(), `"requestId":""`))
}

// sameAnswer compares two answers byte by byte, but for the order of their errors, which is that in which root fields ended.
func sameAnswer(a, b string) bool {
	if a == b {
		return true
	}
	cut := func(text string) (string, []string) {
		var answer struct {
			Errors     []json.RawMessage `json:"errors"`
			Data       json.RawMessage   `json:"data"`
			Extensions json.RawMessage   `json:"extensions"`
		}
		_, text, _ = strings.Cut(text, "{")
		if json.Unmarshal([]byte("{"+text), &answer) != nil {
			return text, nil
		}
		var errors []string
		for _, e := range answer.Errors {
			errors = append(errors, string(e))
		}
		slices.Sort(errors)
		return string(answer.Data) + string(answer.Extensions), errors
	}
	dataA, errorsA := cut(a)
	dataB, errorsB := cut(b)
	return len(errorsA) > 0 && dataA == dataB && slices.Equal(errorsA, errorsB)
}

// Queries at random, of every role in two workspaces, over data that is hard to write: a plan answers to the byte what the
// generic path answers, wrong arguments and all.
func TestPlansAnswerAsTheGenericPathDoes(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		random := rand.New(rand.NewPCG(seed, 0))
		var options graph.Options
		a := newAPI(t, db, func(o *graph.Options) { options = *o })
		options.Unplanned = true
		generic := graph.New(options)
		t.Cleanup(func() { <-generic.EndStreams() })
		var all []*readers
		for i := range 2 {
			all = append(all, newReaders(t, a, random, i))
		}
		d := &reads{Rand: random, schema: graph.NewExecutableSchema(graph.Config{}).Schema()}
		rounds := 150
		if os.Getenv("PARLEY_SOAK") != "" {
			rounds = 20_000
		}
		for range rounds {
			of := all[d.IntN(len(all))]
			d.given = of.given
			if d.IntN(20) == 0 {
				d.given = all[0].given // of the other workspace, or not
			}
			role := of.roles[d.IntN(len(of.roles))]
			if role == "" && d.IntN(3) > 0 {
				role = viewer.Admin // who has no key gets few answers to compare
			}
			text := d.document(role)
			body, err := json.Marshal(map[string]any{"query": text, "variables": d.variables, "extensions": map[string]any{"cost": d.IntN(8) == 0}})
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // by a new plan, and by a kept one
				planned, want := ask(t, a.handler, of.keys[role], body), ask(t, generic, of.keys[role], body)
				if !sameAnswer(planned, want) {
					at := 0
					for at < min(len(planned), len(want)) && planned[at] == want[at] {
						at++
					}
					t.Fatalf("%s\n%v by %s\nplanned …%.300s\ngeneric …%.300s", text, d.variables, role, planned[max(0, at-100):], want[max(0, at-100):])
				}
				of.harvest(want)
			}
		}
		if logs := a.logs.String(); strings.Contains(logs, "plan failed") {
			t.Errorf("the log says %.2000s", logs)
		}
		counts := countsOf(t, a.handler.PlanMetrics())
		t.Log(counts)
		if counts["plan"] < float64(rounds)/3 || counts["aside"] == 0 || counts["generic"] == 0 {
			t.Errorf("answered %v", counts)
		}
	})
}

// harvest keeps cursors of an answer for later questions.
func (r *readers) harvest(answer string) {
	for _, cursor := range cursorsIn.FindAllString(answer, 3) {
		if len(r.given.cursors) < 200 {
			r.given.cursors = append(r.given.cursors, strings.Trim(cursor, `"`))
		}
	}
}
