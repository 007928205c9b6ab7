package graph_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/ent/viewer"
)

const followAll = `subscription($after: Cursor, $types: [String!], $where: ThreadWhereInput) {
	workspaceEvents(after: $after, types: $types, where: $where) { type threadId sequence cursor ... on MessageCreated { message { text } } } }`

// place is the cursor of the workspace's events.
func (a *api) place() string {
	return a.must(`{ viewer { workspace { cursor } } }`, nil).text("viewer", "workspace", "cursor")
}

// happened reads n events of a workspace, each as type and thread.
func happened(t *testing.T, s stream, n int) (events []string, cursors []string) {
	t.Helper()
	for range n {
		payload, ok := s.next()
		data, _ := payload["data"].(map[string]any)
		e, _ := data["workspaceEvents"].(map[string]any)
		if !ok || e == nil {
			t.Fatalf("the stream ended after %v: %v", events, payload)
		}
		events = append(events, fmt.Sprint(e["type"], " ", e["threadId"]))
		cursors = append(cursors, e["cursor"].(string))
	}
	return events, cursors
}

func TestAConsoleFollowsTheWorkspace(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		begin := a.place()
		live := a.socketFor(t, a.keys[viewer.Operator], followAll, map[string]any{"after": begin})
		defer live.close()
		var want []string
		var threads []string
		for range 5 {
			id := a.thread(agentID)
			threads = append(threads, id)
			want = append(want, "thread.created "+id)
		}
		for i, id := range threads {
			a.must(`mutation($t: ID!, $x: String!) { addTag(input: {threadId: $t, tag: $x}) { thread { id } } }`, map[string]any{"t": id, "x": fmt.Sprint("t", i%2)})
			want = append(want, "tag.added "+id)
		}
		got, cursors := happened(t, live, len(want))
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("live: %q, want %q", got, want)
		}
		// Resumed in the middle, and read by the pull API from the same cursor.
		again := a.eventSourceFor(t, a.keys[viewer.App], followAll, map[string]any{"after": cursors[3]})
		defer again.close()
		if got, _ := happened(t, again, len(want)-4); fmt.Sprint(slices.Sorted(slices.Values(got))) != fmt.Sprint(slices.Sorted(slices.Values(want[4:]))) {
			t.Errorf("resumed: %q, want %q", got, want[4:])
		}
		pulled := a.must(`query($c: Cursor) { events(after: $c, first: 50) { edges { node { id } } pageInfo { endCursor } } }`, map[string]any{"c": cursors[len(cursors)-1]})
		if edges, _ := pulled.at("events", "edges").([]any); len(edges) != 0 {
			t.Errorf("behind the last event there is %v", edges)
		}
	})
}

func TestWorkspaceEventsAreFiltered(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		mine, other := a.agent("Mine"), a.agent("Other")
		x, y := a.thread(mine), a.thread(other)
		tag := func(id, name string) {
			a.must(`mutation($t: ID!, $x: String!) { addTag(input: {threadId: $t, tag: $x}) { thread { id } } }`, map[string]any{"t": id, "x": name})
		}
		note := func(id string) {
			a.must(`mutation($t: ID!) { addNote(input: {threadId: $t, text: "n"}) { note { id } } }`, map[string]any{"t": id})
		}
		begin := a.place()
		note(y)
		tag(y, "vip")
		note(y)
		note(x)
		a.must(`mutation($t: ID!) { closeThread(input: {threadId: $t}) { thread { id } } }`, map[string]any{"t": x})
		tag(y, "end")
		for name, c := range map[string]struct {
			types any
			where any
			want  []string
		}{
			"all":     {nil, nil, []string{"note.added " + y, "tag.added " + y, "note.added " + y, "note.added " + x, "dialogue.closed " + x, "status.changed " + x, "tag.added " + x, "tag.added " + y}},
			"types":   {[]string{"note.*", "dialogue.closed"}, nil, []string{"note.added " + y, "note.added " + y, "note.added " + x, "dialogue.closed " + x}},
			"agent":   {nil, map[string]any{"agentID": mine}, []string{"tag.added " + y, "note.added " + x, "dialogue.closed " + x, "status.changed " + x, "tag.added " + x, "tag.added " + y}},
			"tag":     {[]string{"note.*", "tag.*"}, map[string]any{"tag": "vip"}, []string{"note.added " + y, "tag.added " + y, "note.added " + y, "tag.added " + x, "tag.added " + y}},
			"status":  {[]string{"note.*", "status.*"}, map[string]any{"status": "CLOSED"}, []string{"note.added " + x, "status.changed " + x}},
			"nothing": {[]string{"unheard.of", "tag.added"}, map[string]any{"status": "CLOSED"}, []string{"tag.added " + y, "tag.added " + x, "tag.added " + y}},
		} {
			s := a.eventSourceFor(t, a.keys[viewer.Admin], followAll, map[string]any{"after": begin, "types": c.types, "where": c.where})
			got, _ := happened(t, s, len(c.want))
			s.close()
			if fmt.Sprint(slices.Sorted(slices.Values(got))) != fmt.Sprint(slices.Sorted(slices.Values(c.want))) {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
	})
}

func TestWorkspaceEventsRefuseWhatTheyCannotDo(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		ofThread := a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": threadID}).at("thread", "cursor")
		for name, c := range map[string]struct {
			key       viewer.Role
			variables map[string]any
			code      string
		}{
			"cursor of a thread": {viewer.Admin, map[string]any{"after": ofThread}, "BAD_INPUT"},
			"no cursor":          {viewer.Admin, map[string]any{"after": "x"}, "BAD_INPUT"},
			"too many types":     {viewer.Admin, map[string]any{"types": make([]string, 1001)}, "BAD_INPUT"},
			"integrator":         {viewer.Integrator, nil, "FORBIDDEN"},
		} {
			s := a.eventSourceFor(t, a.keys[c.key], followAll, c.variables)
			next, _ := s.next()
			s.close()
			errs, _ := next["errors"].([]any)
			if len(errs) == 0 || errs[0].(map[string]any)["extensions"].(map[string]any)["code"] != c.code {
				t.Errorf("%s: %v", name, next)
			}
		}
		if r := a.do(a.keys[viewer.Integrator], `{ viewer { workspace { cursor } } }`, nil); r.at("viewer", "workspace", "cursor") == nil {
			t.Errorf("an integrator reads no cursor: %s", r.raw)
		}
	})
}

// What a list does not show comes behind the cursor that was read with it, however the two are written in the document.
func TestTheCursorIsReadBeforeTheList(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		ended := make(chan struct{})
		made := make(chan string, 1000)
		go func() {
			defer close(ended)
			for range 40 {
				made <- a.thread(agentID)
			}
		}()
		for i := 0; ; i++ {
			r := a.must(`{ threads(first: 100) { edges { node { id } } } viewer { ...w } } fragment w on Viewer { workspace { cursor } }`, nil)
			shown := map[string]bool{}
			for _, e := range r.at("threads", "edges").([]any) {
				shown[e.(map[string]any)["node"].(map[string]any)["id"].(string)] = true
			}
			s := a.eventSourceFor(t, a.keys[viewer.Admin], followAll, map[string]any{"after": r.text("viewer", "workspace", "cursor"), "types": []string{"thread.created"}})
			select {
			case <-ended:
				s.close()
				return
			case id := <-made: // made before or after the list was read
				if shown[id] {
					s.close()
					continue
				}
				found := make(chan bool, 1)
				go func() {
					for {
						payload, ok := s.next()
						data, _ := payload["data"].(map[string]any)
						e, _ := data["workspaceEvents"].(map[string]any)
						if !ok || e["threadId"] == id {
							found <- ok
							return
						}
					}
				}()
				select {
				case ok := <-found:
					if !ok {
						t.Errorf("%s is neither in the list nor behind its cursor", id)
					}
				case <-time.After(10 * time.Second):
					t.Errorf("%s is neither in the list nor behind its cursor", id)
				}
				s.close()
			}
		}
	})
}
