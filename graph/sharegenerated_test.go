package graph_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"parley/ent/viewer"
	"parley/graph"
	"parley/storage"
	"parley/storage/storagetest"
)

// documents writes subscriptions at random that may be shared, out of all that the schema has.
type documents struct {
	*rand.Rand
	schema *ast.Schema
	left   int // fields that the document may still have
	names  int
}

// subscription selects from threadEvents or workspaceEvents.
func (d *documents) subscription(ofThread bool) string {
	d.left, d.names = 30, 0
	root := "workspaceEvents"
	if ofThread {
		root = "threadEvents(threadId: $t)"
	}
	text := fmt.Sprintf("{ %s { type sequence %s } }", root, d.selection("ThreadEvent", 5))
	if ofThread {
		return "subscription($t: ID!) " + text
	}
	return "subscription " + text
}

// selection selects fields of a type, each under a name of its own.
func (d *documents) selection(kind string, depth int) string {
	of := d.schema.Types[kind]
	text := "__typename "
	for _, i := range d.Perm(len(of.Fields)) {
		f := of.Fields[i]
		if d.left == 0 || d.IntN(2) == 0 || strings.HasPrefix(f.Name, "__") || f.Directives.ForName("perViewer") != nil {
			continue
		}
		arguments := ""
		for _, a := range f.Arguments {
			if a.Name == "first" {
				arguments = "(first: 2)"
			}
			if a.Type.NonNull && a.DefaultValue == nil {
				arguments = "?"
			}
		}
		inner := ""
		if composite := d.schema.Types[f.Type.Name()]; composite.IsCompositeType() {
			if depth == 0 {
				continue
			}
			inner = " { " + d.selection(composite.Name, depth-1) + " }"
		}
		if arguments == "?" {
			continue
		}
		d.left--
		d.names++
		text += fmt.Sprintf("f%d: %s%s%s ", d.names, f.Name, arguments, inner)
	}
	if of.Kind != ast.Object {
		possible := d.schema.GetPossibleTypes(of)
		for _, i := range d.Perm(len(possible)) {
			if d.left > 0 {
				text += fmt.Sprintf("... on %s { %s } ", possible[i].Name, d.selection(possible[i].Name, depth-1))
			}
		}
	}
	return text
}

// sequence is where a thread stands, as its cursor has it.
func (a *api) sequence(threadID string) (n int) {
	a.t.Helper()
	cursor := a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": threadID}).text("thread", "cursor")
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		_, rest, _ := bytes.Cut(text, []byte(`"s":`))
		_, err = fmt.Sscan(strings.TrimRight(string(rest), "}"), &n)
	}
	if err != nil {
		a.t.Fatalf("the cursor %s: %v", cursor, err)
	}
	return n
}

// answers returns the next answers of a socket as they are.
func (s *socket) answers(n int) (all []string) {
	s.t.Helper()
	for range n {
		_, text, err := s.conn.Read(s.ctx)
		if err != nil {
			s.t.Fatalf("the stream ended: %v", err)
		}
		all = append(all, string(text))
	}
	return all
}

var requestIDs = regexp.MustCompile(`"requestId":"req_[^"]*"`)

// Documents at random, viewers of all roles with keys of their own, two workspaces that do the same: who shares is sent the bytes that
// it would be sent alone, and nothing of the other workspace.
func TestSharedAnswersOfRandomDocuments(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		d := &documents{Rand: rand.New(rand.NewPCG(seed, 0)), schema: graph.NewExecutableSchema(graph.Config{}).Schema()}
		var options graph.Options
		a := newAPI(t, db, func(o *graph.Options) { options = *o })
		url := twin(t, options)
		b := &api{t: t, db: a.db, log: a.log, access: a.access, url: a.url, keys: map[viewer.Role]string{}, handler: a.handler}
		var err error
		if b.workspace, b.keys[viewer.Admin], err = a.access.CreateWorkspace(t.Context(), t.Name()+" b", ""); err != nil {
			t.Fatal(err)
		}
		var texts []string
		for i := range 5 {
			texts = append(texts, d.subscription(i < 3))
		}
		type watched struct {
			of                   *api
			name                 string
			first, second, alone *socket
		}
		var all []watched
		threads, reached := map[*api]string{}, map[*api]int{}
		for _, of := range []*api{a, b} {
			threadID := of.thread(of.agent("Agent of " + of.workspace))
			threads[of] = threadID
			of.must(`mutation($t: ID!) { takeOver(input: {threadId: $t}) { thread { id } } }`, map[string]any{"t": threadID}) // and so it stays
			key := func(role viewer.Role) string {
				if role == viewer.ThreadToken {
					return of.must(`mutation($t: ID!) { createThreadToken(input: {threadId: $t}) { token } }`, map[string]any{"t": threadID}).text("createThreadToken", "token")
				}
				made, _ := of.newKey(role)
				return made
			}
			there := *of
			there.url = url
			reached[of] = of.sequence(threadID)
			for i, text := range texts {
				for _, role := range []viewer.Role{viewer.Admin, viewer.Operator, viewer.App, viewer.ThreadToken} {
					variables := map[string]any{}
					if i < 3 {
						variables["t"] = threadID
					} else if role == viewer.ThreadToken {
						continue
					}
					w := watched{of, fmt.Sprint(text, " by ", role), of.socketFor(t, key(role), text, variables), of.socketFor(t, key(role), text, variables), there.socketFor(t, key(role), text, variables)}
					all = append(all, w)
				}
			}
		}
		a.members(2 * len(all))
		time.Sleep(200 * time.Millisecond) // those that are executed alone have begun by then, or miss a beginning for all to see
		for n := range 16 {
			count := map[*api]int{}
			kind := d.IntN(5)
			for _, of := range []*api{a, b} {
				in := map[string]any{"t": threads[of], "x": fmt.Sprint("of ", of.workspace, " ", n)}
				switch kind {
				case 0:
					of.must(`mutation($t: ID!, $x: String!) { addNote(input: {threadId: $t, text: $x}) { note { id } } }`, in)
				case 1:
					of.must(`mutation($t: ID!, $x: String!) { sendMessage(input: {threadId: $t, text: $x}) { message { id } } }`, in)
				case 2:
					of.must(`mutation($t: ID!, $x: String!) { addTag(input: {threadId: $t, tag: "message_for_operator", text: $x}) { thread { id } } }`, in)
				case 3:
					of.must(`mutation($t: ID!, $x: String!) { addTag(input: {threadId: $t, tag: "new", text: $x}) { thread { id } } }`, in)
				default:
					of.say(threads[of], in["x"].(string))
				}
				now := of.sequence(threads[of])
				count[of], reached[of] = now-reached[of], now
			}
			for _, w := range all { // what is read in an answer is what holds now: nothing happens meanwhile
				first, second, alone := w.first.answers(count[w.of]), w.second.answers(count[w.of]), w.alone.answers(count[w.of])
				other := a
				if w.of == a {
					other = b
				}
				for i := range first {
					switch {
					case first[i] != second[i]:
						t.Errorf("%s: who shares was sent\n%s\nand\n%s", w.name, first[i], second[i])
					case requestIDs.ReplaceAllString(first[i], "") != requestIDs.ReplaceAllString(alone[i], ""):
						t.Errorf("%s: shared\n%s\nalone\n%s", w.name, first[i], alone[i])
					case strings.Contains(first[i], other.workspace) || strings.Contains(first[i], threads[other]):
						t.Errorf("%s: of the other workspace\n%s", w.name, first[i])
					}
				}
			}
		}
		if now := a.handler.Sharing(); now.Members != 2*len(all) || now.Groups != len(all) || now.Sent < 2*now.Executed {
			t.Errorf("%+v of %d", now, len(all))
		}
		for _, w := range all {
			for _, s := range []*socket{w.first, w.second, w.alone} {
				s.close()
			}
		}
	})
}

// The documents of the test above come to all types of events, and to what belongs to somebody.
func TestRandomDocumentsCoverTheSchema(t *testing.T) {
	d := &documents{Rand: rand.New(rand.NewPCG(1, 0)), schema: graph.NewExecutableSchema(graph.Config{}).Schema()}
	var all string
	for range 300 {
		all += d.subscription(d.IntN(2) == 0)
	}
	possible := d.schema.GetPossibleTypes(d.schema.Types["ThreadEvent"])
	if missing := slices.DeleteFunc(slices.Clone(possible), func(k *ast.Definition) bool { return strings.Contains(all, "... on "+k.Name+" {") }); len(missing) > 0 {
		t.Errorf("no document asks for %s", missing[0].Name)
	}
	for _, field := range []string{": agent ", ": operator ", ": customer ", ": instructions", ": metadata", ": contact", ": notes ", ": turn ", ": call "} {
		if !strings.Contains(all, field) {
			t.Errorf("no document asks for%s", field)
		}
	}
}
