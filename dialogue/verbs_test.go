package dialogue_test

import (
	"context"
	"errors"
	"testing"

	"parley/dialogue"
	"parley/ent"
	"parley/ent/apikey"
	"parley/ent/customer"
	"parley/ent/function"
	"parley/ent/note"
	"parley/ent/raw"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestThreadsAndCustomers(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		a := w.agent()
		in := dialogue.ThreadInput{
			AgentID: a, Channel: "web", ExternalID: ptr("ext-1"), Metadata: ptr(raw.JSON(`{"z":1, "a":2}`)),
			Customer: &dialogue.CustomerInput{ExternalID: ptr("c-1"), Name: ptr("Eve"), Phone: ptr("030 123456")},
		}
		first, err := w.s.CreateThread(w.ctx, in)
		w.must(err)
		if first.MessageID != nil {
			t.Error("a message nobody wrote")
		}
		row := w.row(first.ThreadID)
		equal(t, "thread", []any{row.Channel, *row.ExternalID, row.Metadata, row.Status}, []any{"web", "ext-1", `{"z":1, "a":2}`, "OPEN"})
		c := row.Edges.Customer
		equal(t, "customer", []any{*c.ExternalID, c.Name, c.Phone}, []any{"c-1", "Eve", "+4930123456"})

		_, err = w.s.CreateThread(w.ctx, in)
		var exists *dialogue.ThreadExistsError
		if !errors.Is(err, dialogue.ErrThreadExists) || !errors.As(err, &exists) || exists.ThreadID != first.ThreadID {
			t.Errorf("the same externalId: %v", err)
		}
		second, err := w.s.CreateThread(w.ctx, dialogue.ThreadInput{AgentID: a, Text: ptr("Hi"),
			Customer: &dialogue.CustomerInput{ExternalID: ptr("c-1"), Email: ptr("eve@example.com")}})
		w.must(err)
		row = w.row(second.ThreadID)
		equal(t, "the same customer", []any{row.CustomerID, row.Edges.Customer.Name, row.Edges.Customer.Email}, []any{c.ID, "Eve", "eve@example.com"})
		third, err := w.s.CreateThread(w.ctx, dialogue.ThreadInput{AgentID: a, CustomerID: &c.ID})
		w.must(err)
		equal(t, "by id", w.row(third.ThreadID).CustomerID, c.ID)
		_, err = w.s.CreateThread(w.ctx, dialogue.ThreadInput{AgentID: a})
		w.must(err)
		equal(t, "customers", db.Client.Customer.Query().Where(customer.WorkspaceID(w.workspace)).CountX(w.ctx), 2)
		w.turns(second.ThreadID, 1)
	})
}

func TestVerbsRunOncePerClientMutationID(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		a := w.agent()
		once := func(name string) context.Context {
			return eventlog.WithOnce(w.operator, eventlog.Once{Viewer: w.key, Name: name, ID: "1", InputHash: "h"})
		}
		var threads [2]dialogue.ThreadResult
		for i := range threads {
			var err error
			threads[i], err = w.s.CreateThread(once("createThread"), dialogue.ThreadInput{AgentID: a, Text: ptr("Hi")})
			w.must(err)
		}
		id := threads[0].ThreadID
		equal(t, "threads", []any{threads[1].ThreadID, *threads[1].MessageID}, []any{id, *threads[0].MessageID})
		w.turns(id, 1)
		verbs := map[string]func(context.Context) (dialogue.ID, error){
			"sendMessage": func(ctx context.Context) (dialogue.ID, error) {
				return w.s.SendMessage(ctx, dialogue.MessageInput{ThreadID: id, Text: "x"})
			},
			"sendOperatorMessage": func(ctx context.Context) (dialogue.ID, error) {
				return w.s.SendOperatorMessage(ctx, dialogue.MessageInput{ThreadID: id, Text: "x"})
			},
			"addNote": func(ctx context.Context) (dialogue.ID, error) { return w.s.AddNote(ctx, id, "x") },
			"addTag": func(ctx context.Context) (dialogue.ID, error) {
				return w.s.AddTag(ctx, id, "message_for_operator", "x")
			},
			"createAgent": func(ctx context.Context) (dialogue.ID, error) {
				return w.s.CreateAgent(ctx, dialogue.AgentInput{Name: ptr("x")})
			},
			"createFunction": func(ctx context.Context) (dialogue.ID, error) {
				return w.s.CreateFunction(ctx, dialogue.FunctionInput{AgentID: a, Kind: function.KindTAG, Name: ptr("x")})
			},
		}
		for name, verb := range verbs {
			first, err := verb(once(name))
			w.must(err)
			second, err := verb(once(name))
			w.must(err)
			equal(t, name, second, first)
		}
		equal(t, "notes", db.Client.Note.Query().Where(note.ThreadID(id)).CountX(w.ctx), 1)
		equal(t, "events", w.events(id), []string{"operator.message"})
	})
}

func TestTheSameClientMessageIDIsOneMessage(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		id := w.thread(w.agent(), "Hi")
		w.turns(id, 1)
		var ids [2]dialogue.ID
		for i := range ids {
			var err error
			ids[i], err = w.s.SendMessage(w.ctx, dialogue.MessageInput{ThreadID: id, Text: "x", ClientMessageID: ptr("m1")})
			w.must(err)
		}
		equal(t, "ids", ids[1], ids[0])
		w.turns(id, 2)
	})
}

func TestAnotherWorkspacesIDsAreUnknown(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers(does(calling("f", `{}`))))
		a := w.agent()
		f := w.function(a, "f", "https://example.com", func(in *dialogue.FunctionInput) { in.NeedsApproval = ptr(true) })
		id := w.thread(a, "Hi")
		w.parked(id)
		call, cus := w.calls(id)[0].ID, w.row(id).CustomerID
		workspace, ctx := storagetest.Workspace(t, db, "other")
		thief := db.Client.APIKey.Create().SetName("Eve").SetRole(apikey.RoleADMIN).SetHash("h").SetHint("x").SaveX(ctx)
		ctx = viewer.NewContext(ctx, viewer.Viewer{Workspace: workspace, Role: viewer.Admin, Key: thief.ID, Name: "Eve"})
		own, err := w.s.CreateAgent(ctx, dialogue.AgentInput{Name: ptr("mine")})
		w.must(err)
		only := func(_ dialogue.ID, err error) error { return err }
		for name, err := range map[string]error{
			"UpdateAgent":         only(w.s.UpdateAgent(ctx, a, dialogue.AgentInput{Name: ptr("x")})),
			"DeleteAgent":         only(w.s.DeleteAgent(ctx, a)),
			"CreateFunction":      only(w.s.CreateFunction(ctx, dialogue.FunctionInput{AgentID: a, Kind: function.KindTAG, Name: ptr("x")})),
			"UpdateFunction":      only(w.s.UpdateFunction(ctx, f, dialogue.FunctionInput{})),
			"DeleteFunction":      only(w.s.DeleteFunction(ctx, f)),
			"SendMessage":         only(w.s.SendMessage(ctx, dialogue.MessageInput{ThreadID: id, Text: "x"})),
			"SendOperatorMessage": only(w.s.SendOperatorMessage(ctx, dialogue.MessageInput{ThreadID: id, Text: "x"})),
			"AddTag":              only(w.s.AddTag(ctx, id, "x", "")),
			"RemoveTag":           only(w.s.RemoveTag(ctx, id, "x")),
			"TakeOver":            only(w.s.TakeOver(ctx, id)),
			"HandBack":            only(w.s.HandBack(ctx, id)),
			"CloseThread":         only(w.s.CloseThread(ctx, id)),
			"ReopenThread":        only(w.s.ReopenThread(ctx, id)),
			"StopTurn":            only(w.s.StopTurn(ctx, id)),
			"AddNote":             only(w.s.AddNote(ctx, id, "x")),
			"ApproveCall":         only(w.s.ApproveCall(ctx, call)),
			"RefuseCall":          only(w.s.RefuseCall(ctx, call, "")),
		} {
			if !ent.IsNotFound(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, in := range map[string]dialogue.ThreadInput{
			"agent": {AgentID: a}, "customer": {AgentID: own.ID, CustomerID: &cus},
		} {
			if _, err := w.s.CreateThread(ctx, in); !ent.IsNotFound(err) {
				t.Errorf("CreateThread with another workspace's %s: %v", name, err)
			}
		}
		equal(t, "said", w.said(id), []string{"CUSTOMER Hi"})
	})
}
