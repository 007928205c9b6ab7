package dialogue_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"parley/dialogue"
	"parley/ent/agent"
	"parley/ent/function"
	"parley/ent/raw"
	"parley/invalid"
	"parley/seal"
	"parley/storage"
	"parley/storage/storagetest"
)

// fields returns the fields that an error complains about, in order of the alphabet, and their reasons.
func fields(t *testing.T, err error) ([]string, string) {
	t.Helper()
	var bad *invalid.Error
	if !errors.As(err, &bad) {
		t.Fatalf("got %v, want *invalid.Error", err)
	}
	var names []string
	for _, f := range bad.Fields {
		names = append(names, f.Field)
	}
	slices.Sort(names)
	return names, bad.Error()
}

func TestBadAgents(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers(), func(o *dialogue.Options) {
			o.CheckScript = func(script json.RawMessage) error {
				if strings.Contains(string(script), "bad") {
					return invalid.One("rules.0", "is bad")
				}
				return nil
			}
		})
		long := func(n int) *string { return ptr(strings.Repeat("ü", n)) }
		bad := dialogue.AgentInput{
			Name: long(201), Instructions: long(100_001), Models: &[]string{"fake", "gemini/x", "fake"}, Script: ptr(raw.JSON(`{"bad":1}`)),
			Region: ptr("XX"), OnBusy: ptr(agent.OnBusy("MAYBE")), QuietMs: ptr(-1), MaxWaitMs: ptr(70_000), MaxCalls: ptr(101), MaxSteps: ptr(1),
			MaxTurnTokens: ptr(10), MaxTurnSeconds: ptr(1), DailyTokens: ptr(int64(-1)), FallbackText: ptr(" "),
		}
		_, err := w.s.CreateAgent(w.ctx, bad)
		names, text := fields(t, err)
		equal(t, "fields", names, []string{"dailyTokens", "fallbackText", "instructions", "maxCalls", "maxSteps", "maxTurnSeconds", "maxTurnTokens",
			"maxWaitMs", "models.1", "models.2", "name", "onBusy", "quietMs", "region", "script.rules.0"})
		if !strings.Contains(text, `"gemini" is no model provider of this server or workspace; there are: fake`) {
			t.Error(text)
		}
		_, err = w.s.UpdateAgent(w.ctx, w.agent(), bad)
		if again, _ := fields(t, err); !slices.Equal(again, names) {
			t.Errorf("an update complains about %v", again)
		}
		_, err = w.s.CreateAgent(w.ctx, dialogue.AgentInput{Script: ptr(raw.JSON(`[1]`))})
		names, _ = fields(t, err)
		equal(t, "fields", names, []string{"name", "script"})

		a := w.agent(func(in *dialogue.AgentInput) { in.DailyTokens = ptr(int64(5)) })
		_, err = w.s.UpdateAgent(w.ctx, a, dialogue.AgentInput{Name: ptr("New"), DailyTokens: ptr(int64(0)), Script: ptr(raw.JSON(`null`))})
		w.must(err)
		row := db.Client.Agent.GetX(w.ctx, a)
		equal(t, "agent", []any{row.Name, row.DailyTokens == nil, row.Region, row.Script == ""}, []any{"New", true, "DE", true})
	})
}

func TestBadFunctions(t *testing.T) {
	schema := func(s string) *raw.JSON { return ptr(raw.JSON(s)) }
	rows := []struct {
		name   string
		in     dialogue.FunctionInput
		fields []string
		says   string
	}{
		{"name with blanks", dialogue.FunctionInput{Name: ptr("get order é"), URL: ptr("https://example.com")}, []string{"name"}, `it has " ", "é"`},
		{"name with a digit", dialogue.FunctionInput{Name: ptr("1st"), URL: ptr("https://example.com")}, []string{"name"}, `not with "1"`},
		{"long name", dialogue.FunctionInput{Name: ptr(strings.Repeat("a", 65)), URL: ptr("https://example.com")}, []string{"name"}, "65 characters"},
		{"name in use", dialogue.FunctionInput{Name: ptr("success"), URL: ptr("https://example.com")}, []string{"name"}, `"success"`},
		{"nothing", dialogue.FunctionInput{}, []string{"name", "url"}, "is required"},
		{"method", dialogue.FunctionInput{Name: ptr("f"), URL: ptr("https://example.com"), Method: ptr("TRACE")}, []string{"method"}, "GET, POST"},
		{"private address", dialogue.FunctionInput{Name: ptr("f"), URL: ptr("https://169.254.169.254/x")}, []string{"url"}, "metadata"},
		{"no URL", dialogue.FunctionInput{Name: ptr("f"), URL: ptr("ftp://example.com")}, []string{"url"}, "https://"},
		{"placeholder in the host", dialogue.FunctionInput{Name: ptr("f"), URL: ptr("https://{x}.example.com")}, []string{"url", "url"}, "path and query only"},
		{"unknown placeholders", dialogue.FunctionInput{Name: ptr("f"), URL: ptr("https://example.com/{id}"), Method: ptr("POST"), Body: ptr(`{"a":{{b}}}`)}, []string{"body", "url"}, `names "id"`},
		{"no schema", dialogue.FunctionInput{Name: ptr("f"), URL: ptr("https://example.com"), Parameters: schema(`{"type":"object","properties":{"a":{"type":"text"}}}`)}, []string{"parameters"}, "is no JSON Schema"},
		{"no object", dialogue.FunctionInput{Name: ptr("f"), URL: ptr("https://example.com"), Parameters: schema(`{"type":"array"}`)}, []string{"parameters"}, `"type": "object"`},
		{"no JSON", dialogue.FunctionInput{Name: ptr("f"), URL: ptr("https://example.com"), Parameters: schema(`[`)}, []string{"parameters"}, "JSON object"},
		{"remote reference", dialogue.FunctionInput{Name: ptr("f"), URL: ptr("https://example.com"), Parameters: schema(`{"type":"object","properties":{"a":{"$ref":"http://example.com/s.json"}}}`)}, []string{"parameters"}, "another document"},
		{"file reference", dialogue.FunctionInput{Name: ptr("f"), URL: ptr("https://example.com"), Parameters: schema(`{"type":"object","properties":{"a":{"$ref":"file:///etc/passwd"}}}`)}, []string{"parameters"}, "another document"},
		{"body of a GET", dialogue.FunctionInput{Name: ptr("f"), URL: ptr("https://example.com"), Method: ptr("GET"), Body: ptr(`{}`)}, []string{"body"}, "GET"},
		{"body that is no JSON", dialogue.FunctionInput{Name: ptr("f"), URL: ptr("https://example.com"), Method: ptr("POST"), Body: ptr(`{"a":}`)}, []string{"body"}, "no JSON"},
		{"timeout and pointer", dialogue.FunctionInput{Name: ptr("f"), URL: ptr("https://example.com"), TimeoutMs: ptr(1), AnswerPointer: ptr("data")}, []string{"answerPointer", "timeoutMs"}, "/data"},
		{"headers", dialogue.FunctionInput{Name: ptr("f"), URL: ptr("https://example.com"), Headers: &[]dialogue.Header{
			{Name: "a b"}, {Name: "host"}, {Name: "x", Value: seal.Hide("a\nb")}, {Name: "X"}, {Name: "y", Secret: true}, {Name: "idempotency-key", Value: seal.Hide("1")}}},
			[]string{"headers.0.name", "headers.1.name", "headers.2.value", "headers.3.name", "headers.4.value", "headers.5.name"}, "set by the server"},
		{"tag of an HTTP function", dialogue.FunctionInput{Name: ptr("f"), URL: ptr("https://example.com"), Tag: ptr("x")}, []string{"tag"}, "TAG"},
		{"URL of a TAG function", dialogue.FunctionInput{Kind: function.KindTAG, Name: ptr("f"), URL: ptr("https://example.com")}, []string{"url"}, "HTTP"},
		{"bad tag", dialogue.FunctionInput{Kind: function.KindTAG, Name: ptr("f"), Tag: ptr("no blanks")}, []string{"tag"}, "letters"},
		{"no kind", dialogue.FunctionInput{Kind: "SMTP", Name: ptr("f")}, []string{"kind"}, "TAG or HTTP"},
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		a := w.agent()
		for _, row := range rows {
			t.Run(row.name, func(t *testing.T) {
				row.in.AgentID = a
				if row.in.Kind == "" {
					row.in.Kind = function.KindHTTP
				}
				_, err := w.s.CreateFunction(w.ctx, row.in)
				names, text := fields(t, err)
				equal(t, "fields", names, row.fields)
				if !strings.Contains(text, row.says) {
					t.Errorf("%q lacks %q", text, row.says)
				}
			})
		}
		f := w.function(a, "f", "https://example.com/{q}")
		_, err := w.s.UpdateFunction(w.ctx, f, dialogue.FunctionInput{Parameters: ptr(raw.JSON(`{"type":"object"}`))})
		names, _ := fields(t, err)
		equal(t, "an update that breaks the URL", names, []string{"url"})
		get := w.function(a, "get", "https://example.com", func(in *dialogue.FunctionInput) { in.Method = nil })
		row := db.Client.Function.GetX(w.ctx, get)
		equal(t, "defaults", []any{row.Method, row.Idempotent, row.TimeoutMs, row.Enabled}, []any{"GET", true, 10000, true})
	})
}

func TestBadThreadsAndMessages(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		big := raw.JSON(`{"a":"` + strings.Repeat("x", 16<<10) + `"}`)
		_, err := w.s.CreateThread(w.ctx, dialogue.ThreadInput{
			AgentID: "x", Channel: strings.Repeat("c", 65), ExternalID: ptr(""), Metadata: &big, Text: ptr(""), CustomerID: ptr("y"),
			Customer: &dialogue.CustomerInput{ExternalID: ptr(""), Name: ptr(strings.Repeat("n", 201)), Email: ptr("nobody"), Metadata: ptr(raw.JSON("[]"))},
		})
		names, _ := fields(t, err)
		equal(t, "fields", names, []string{"channel", "customer.email", "customer.externalId", "customer.metadata", "customer.name", "customerId",
			"externalId", "metadata", "text"})
		id := w.thread(w.agent(), "Hi")
		for _, words := range []string{"", " \n", strings.Repeat("x", 16_001), "a\x00b", "\xff"} {
			_, err := w.s.SendMessage(w.ctx, dialogue.MessageInput{ThreadID: id, Text: words})
			names, _ := fields(t, err)
			equal(t, "fields", names, []string{"text"})
			_, err = w.s.SendOperatorMessage(w.operator, dialogue.MessageInput{ThreadID: id, Text: words})
			fields(t, err)
			_, err = w.s.AddNote(w.operator, id, words)
			fields(t, err)
		}
		_, err = w.s.AddTag(w.operator, id, "no blanks", strings.Repeat("x", 16_001))
		names, _ = fields(t, err)
		equal(t, "fields", names, []string{"tag", "text"})
		_, err = w.s.AddTag(w.operator, id, "get_contact", "my aunt")
		fields(t, err)
		_, err = w.s.AddTag(w.operator, id, "message_for_operator", "")
		fields(t, err)
		_, err = w.s.RemoveTag(w.operator, id, "")
		fields(t, err)
		if _, err := w.s.TakeOver(w.ctx, id); !errors.Is(err, dialogue.ErrNoOperator) {
			t.Errorf("taking over without a key: %v", err)
		}
	})
}
