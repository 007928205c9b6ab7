package eventlog_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"parley/ent/call"
	"parley/ent/message"
	"parley/ent/raw"
	"parley/ent/thread"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestEveryTypeHasASchemaThatSaysWhatItIs(t *testing.T) {
	for _, eventType := range eventlog.WebhookTypes {
		var s map[string]any
		if err := json.Unmarshal([]byte(eventlog.Schema(eventType)), &s); err != nil {
			t.Fatalf("%s: %v", eventType, err)
		}
		if s["$id"] != "urn:parley:webhook:1:"+eventType || s["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
			t.Errorf("%s has the id %v and the draft %v", eventType, s["$id"], s["$schema"])
		}
		if eventlog.Describe(eventType) == "" {
			t.Errorf("%s has no description", eventType)
		}
		described(t, eventType, s)
	}
	if eventlog.Schema(eventlog.CallUpdated) != "" || eventlog.Describe(eventlog.CallUpdated) != "" {
		t.Error("something is published about a type that no webhook carries")
	}
}

// described looks for fields without a description, and for objects that are closed.
func described(t *testing.T, path string, s map[string]any) {
	if s["description"] == nil || s["description"] == "" {
		t.Errorf("%s has no description", path)
	}
	if s["additionalProperties"] != nil {
		t.Errorf("%s takes no new fields", path)
	}
	required, _ := s["required"].([]any)
	properties, _ := s["properties"].(map[string]any)
	if len(required) > len(properties) { // one that is embedded is hidden by another
		t.Errorf("%s has two fields of one name among %v", path, required)
	}
	for name, p := range properties {
		described(t, path+"."+name, p.(map[string]any))
	}
}

func TestASchemaTellsBodiesApart(t *testing.T) {
	const body = `{"id":"evt_1","type":"call.failed","version":1,"timestamp":"2026-01-01T00:00:00.000Z","workspace_id":"w","thread_id":"t","sequence":2,"truncated":false,"data":{` +
		`"thread_id":"t","external_id":null,"customer_id":"c","agent_id":"a","channel":"web","status":"OPEN","success":false,"contact":null,` +
		`"interest":false,"closed":false,"operator":false,"is_bot":false,"tags":["a"],"message_count":1,"last_message_at":null,"metadata":{},` +
		`"call_id":"c","turn_id":"t","function":"f","function_id":null,"outcome":"UNKNOWN","http_status":502,"error":""}}`
	if err := storagetest.CheckBody(eventlog.CallFailed, body); err != nil {
		t.Fatal(err)
	}
	for old, changed := range map[string]string{
		`"version":1`:                    `"version":2`,
		`"type":"call.failed"`:           `"type":"call.fails"`,
		`"sequence":2`:                   `"sequence":null`,
		`"2026-01-01T00:00:00.000Z"`:     `"yesterday"`,
		`"metadata":{}`:                  `"metadata":[]`,
		`"tags":["a"]`:                   `"tags":[1]`,
		`"outcome":"UNKNOWN"`:            `"outcome":"LOST"`,
		`"function":"f",`:                ``,
		`"thread_id":"t","external_id":`: `"external_id":`,
	} {
		if storagetest.CheckBody(eventlog.CallFailed, strings.Replace(body, old, changed, 1)) == nil {
			t.Errorf("%s passes for %s", changed, old)
		}
	}
	if err := storagetest.CheckBody(eventlog.CallFailed, strings.Replace(body, `"data":{`, `"new":1,"data":{"newer":2,`, 1)); err != nil {
		t.Errorf("new fields: %v", err)
	}
}

// TestEnumsAreWhatIsStored holds the lists of values in schemas against those of the tables.
func TestEnumsAreWhatIsStored(t *testing.T) {
	for _, tt := range []struct {
		eventType, path string
		valid           func(string) error
	}{
		{eventlog.ThreadCreated, "status", func(v string) error { return thread.StatusValidator(thread.Status(v)) }},
		{eventlog.MessageCreated, "message.author", func(v string) error { return message.AuthorValidator(message.Author(v)) }},
		{eventlog.CallFailed, "outcome", func(v string) error { return call.StateValidator(call.State(v)) }},
	} {
		var s struct {
			Enum       []string
			Properties map[string]json.RawMessage
		}
		for _, name := range append([]string{"", "data"}, strings.Split(tt.path, ".")...) {
			text := s.Properties[name]
			if name == "" {
				text = json.RawMessage(eventlog.Schema(tt.eventType))
			}
			if err := json.Unmarshal(text, &s); err != nil {
				t.Fatal(err)
			}
		}
		if len(s.Enum) < 2 {
			t.Errorf("%s has the values %v", tt.path, s.Enum)
		}
		for _, v := range s.Enum {
			if err := tt.valid(v); err != nil {
				t.Errorf("%s: %v", tt.path, err)
			}
		}
	}
}

// TestTheLargestBodiesAreCut fills events of each form with the most that can be stored, in the characters that take the
// most room, and more where nothing bounds it.
func TestTheLargestBodiesAreCut(t *testing.T) {
	const widest = "\u2028" // six bytes as JSON
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		storagetest.CheckBodies(f.ctx, t, db)
		object := raw.JSON(`{"x":"` + strings.Repeat("x", 16<<10-8) + `"}`)
		contact := raw.JSON(`{"email":"a@example.com","note":"` + strings.Repeat("x", 100<<10) + `"}`)
		var threadID string
		err := f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
			c, err := tx.Client().Customer.Create().Save(ctx)
			if err != nil {
				return err
			}
			th, err := tx.NewThread(ctx, f.workspace, tx.Client().Thread.Create().SetAgent(f.agent).SetCustomer(c).
				SetExternalID(strings.Repeat(widest, 200)).SetChannel(strings.Repeat(widest, 64)).SetMetadata(object))
			if err != nil {
				return err
			}
			threadID = th.Row.ID
			if err := th.SetContact(ctx, contact, "", ""); err != nil {
				return err
			}
			for i := range 150 {
				if _, err := th.SetTag(ctx, strings.Repeat("𝕏", 61)+string(rune('a'+i/26))+string(rune('a'+i%26)), "", ""); err != nil {
					return err
				}
			}
			text := strings.Repeat(widest, 16_000)
			_, err = th.AddMessage(ctx, tx.Client().Message.Create().SetAuthor(message.AuthorCUSTOMER).
				SetAuthorName(strings.Repeat(widest, 200)).SetText(text))
			if err != nil {
				return err
			}
			d, name := th.Dialogue(), strings.Repeat("f", 64)
			for eventType, payload := range map[string]any{
				eventlog.InterestShown:        d,
				eventlog.OperatorMessage:      eventlog.TextData{Dialogue: d, Text: text},
				eventlog.CallFailed:           eventlog.CallData{Dialogue: d, Function: name, Outcome: "FAILED", Error: text},
				eventlog.CallAwaitingApproval: eventlog.ApprovalData{Dialogue: d, Function: name, Arguments: contact},
			} {
				if err := th.Emit(eventType, eventlog.Data{}, payload); err != nil {
					return err
				}
			}
			return tx.EmitWorkspace(f.workspace, eventlog.IntegrationDisabled, eventlog.Data{}, eventlog.IntegrationData{Reason: text})
		})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := f.log.ThreadAfter(f.ctx, threadID, 1, 1000)
		if err != nil {
			t.Fatal(err)
		}
		cut := 0
		for _, row := range rows {
			if row.Body == "" {
				continue
			}
			var body struct {
				Truncated bool
				Data      struct {
					ThreadID          string `json:"thread_id"`
					Tags              []string
					Contact, Metadata any
					Message           *eventlog.MessageBody
				}
			}
			if err := json.Unmarshal([]byte(row.Body), &body); err != nil {
				t.Fatal(err)
			}
			if !body.Truncated || body.Data.ThreadID != threadID || body.Data.Contact != nil || body.Data.Metadata != nil || len(body.Data.Tags) != 100 {
				t.Errorf("%s: %.300s", row.Type, row.Body)
			}
			if m := body.Data.Message; m != nil && m.Text != strings.Repeat(widest, 1000) {
				t.Errorf("the message keeps %d bytes of its text", len(m.Text))
			}
			cut++
		}
		if cut != 5 {
			t.Errorf("%d bodies were cut, want 5", cut)
		}
	})
}

// TestAnOrdinaryBodyIsWhole stores a message that is as long as messages may be, and metadata likewise.
func TestAnOrdinaryBodyIsWhole(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		storagetest.CheckBodies(f.ctx, t, db)
		id, text := f.thread(t), strings.Repeat("é", 16_000)
		if err := f.say(id, text); err != nil {
			t.Fatal(err)
		}
		rows, err := f.log.ThreadAfter(f.ctx, id, 1, 10)
		if err != nil || len(rows) != 1 || !strings.Contains(rows[0].Body, `"truncated":false`) || !strings.Contains(rows[0].Body, text) {
			t.Errorf("%d events, %v: %.300s", len(rows), err, rows[0].Body)
		}
	})
}

func TestPatterns(t *testing.T) {
	for pattern, want := range map[string]int{
		"*": len(eventlog.WebhookTypes), "call.*": 2, "mess*": 1, "message.created": 1, "message": 0, "*.created": 0, "call.updated": 0, "": 0,
	} {
		types, unknown := eventlog.WebhookTypesOf([]string{pattern})
		if len(types) != want || (len(unknown) == 1) != (want == 0) {
			t.Errorf("%q means %v, unknown %v", pattern, types, unknown)
		}
	}
	types, unknown := eventlog.WebhookTypesOf([]string{"call.*", "nope", "call.failed", "dialogue.closed"})
	if !slices.Equal(types, []string{"call.awaiting_approval", "call.failed", "dialogue.closed"}) || !slices.Equal(unknown, []string{"nope"}) {
		t.Errorf("got %v, unknown %v", types, unknown)
	}
}
