package graph_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"parley/ent/viewer"
	"parley/graph"
	"parley/storage"
	"parley/storage/storagetest"
)

// shareDocuments are subscriptions whose answers differ by role and workspace.
var shareDocuments = map[string]string{
	"thread": `subscription($t: ID!) { threadEvents(threadId: $t) { __typename id type threadId sequence cursor createdAt
		... on MessageCreated { message { id text author authorName thread { id agent { name instructions } operator { id name role } } } }
		... on TagChanged { tag text } ... on StatusChanged { status } ... on NoteAdded { note { text authorName } } ... on DialogueEvent { text contact } } }`,
	"workspace": `subscription { workspaceEvents { type threadId sequence cursor ... on TagChanged { tag text }
		... on MessageCreated { message { text } } ... on NoteAdded { note { text } } } }`,
	"filtered": `subscription { workspaceEvents(types: ["tag.*", "note.*"], where: {status: OPERATOR}) { id cursor ... on TagChanged { tag text } ... on NoteAdded { note { text } } } }`,
}

// What members of a group are sent is, byte for byte, what each of them is sent when it is executed by itself: for all roles,
// in two workspaces that do the same things at the same time.
func TestSharedAnswersAreThoseOfEachAlone(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var options graph.Options
		a := newAPI(t, db, func(o *graph.Options) { options = *o })
		url := twin(t, options)
		b := &api{t: t, db: a.db, log: a.log, access: a.access, url: a.url, keys: map[viewer.Role]string{}, handler: a.handler}
		var err error
		b.workspace, b.keys[viewer.Admin], err = a.access.CreateWorkspace(t.Context(), t.Name()+" b", "")
		if err != nil {
			t.Fatal(err)
		}
		for _, role := range []viewer.Role{viewer.Operator, viewer.App} {
			b.keys[role], _ = b.newKey(role)
		}
		type watched struct {
			name          string
			first, second *socket
			alone         *socket
		}
		var all []watched
		threads := map[*api]string{}
		for name, of := range map[string]*api{"a": a, "b": b} {
			threadID := of.thread(of.agent("Agent of " + name))
			threads[of] = threadID
			of.must(`mutation($t: ID!) { takeOver(input: {threadId: $t}) { thread { id } } }`, map[string]any{"t": threadID}) // and so it stays
			of.keys[viewer.ThreadToken] = of.must(`mutation($t: ID!) { createThreadToken(input: {threadId: $t}) { token } }`, map[string]any{"t": threadID}).text("createThreadToken", "token")
			for document, text := range shareDocuments {
				for _, role := range []viewer.Role{viewer.Admin, viewer.Operator, viewer.App, viewer.ThreadToken} {
					if role == viewer.ThreadToken && document != "thread" {
						continue
					}
					variables := map[string]any{}
					if document == "thread" {
						variables["t"] = threadID
					}
					there := *of
					there.url = url
					all = append(all, watched{
						fmt.Sprint(document, " in ", name, " by ", role),
						of.socketFor(t, of.keys[role], text, variables), of.socketFor(t, of.keys[role], text, variables),
						there.socketFor(t, of.keys[role], text, variables),
					})
				}
			}
		}
		a.members(2 * len(all))
		for n := range 25 {
			for _, of := range []*api{a, b} {
				id := map[string]any{"t": threads[of], "x": fmt.Sprint(of.workspace, " ", n)}
				switch rand.IntN(4) {
				case 1:
					of.must(`mutation($t: ID!, $x: String!) { addNote(input: {threadId: $t, text: $x}) { note { id } } }`, id)
				case 2:
					of.must(`mutation($t: ID!, $x: String!) { addTag(input: {threadId: $t, tag: "some", text: $x}) { thread { id } } }`, id)
				case 3:
					of.must(`mutation($t: ID!) { removeTag(input: {threadId: $t, tag: "some"}) { thread { id } } }`, map[string]any{"t": threads[of]})
				default:
					of.say(threads[of], fmt.Sprint(of.workspace, " ", n))
				}
			}
		}
		for _, of := range []*api{a, b} {
			of.must(`mutation($t: ID!) { addTag(input: {threadId: $t, tag: "last"}) { thread { id } } }`, map[string]any{"t": threads[of]})
		}
		for _, w := range all {
			want := messages(t, w.alone, `"tag":"last"`)
			for _, s := range []*socket{w.first, w.second} {
				if got := messages(t, s, `"tag":"last"`); !slices.Equal(got, want) {
					t.Errorf("%s: shared\n%s\nalone\n%s", w.name, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
				s.close()
			}
			w.alone.close()
		}
		if now := a.handler.Sharing(); now.Sent < 2*now.Executed {
			t.Errorf("%d answers of %d executions", now.Sent, now.Executed)
		}
	})
}
