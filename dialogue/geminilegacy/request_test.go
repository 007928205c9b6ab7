package geminilegacy

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"parley/dialogue/model"
	"parley/dialogue/model/modeltest"
	"parley/seal"
)

// Known faults: the client has no words for most of JSON Schema, none against keeping dialogues, and writes enums as
// numbers and asks for them so.
func TestRequests(t *testing.T) {
	t.Parallel()
	schema := `{"type":"object","$defs":{"p":{"type":"string","pattern":"^\\+"}},"properties":{"phone":{"$ref":"#/$defs/p"},"kind":{"const":"a<b"},"n":{"oneOf":[{"type":"integer"},{"type":"null"}]}},"additionalProperties":false}`
	warm := 0.3
	for _, unary := range []bool{false, true} {
		server, p := fake(t, Options{Unary: unary})
		r := asks("", "hello")
		r.MaxOutputTokens, r.Temperature = 512, &warm
		r.Functions = []model.Function{{Name: "lead", Description: "Makes a \xfflead", Schema: json.RawMessage(schema)},
			{Name: "note", Schema: json.RawMessage(`{}`)}, {Name: "stop", Schema: json.RawMessage(` null `)}}
		ends(t, p, r)
		got := server.Requests()[0]
		want := `{"contents":[{"role":"user","parts":[{"text":"hello"}]}],"generationConfig":{"maxOutputTokens":512,"temperature":0.3},` +
			`"model":"models/gemini-2.5-flash-lite","store":false,"systemInstruction":{"parts":[{"text":"Be brief."}],"role":"user"},` +
			`"tools":[{"functionDeclarations":[{"description":"Makes a ` + "\uFFFD" + `lead","name":"lead","parametersJsonSchema":` + schema + `},` +
			`{"name":"note"},{"name":"stop"}]}]}`
		if string(got.Body) != want {
			t.Errorf("got  %s\nwant %s", got.Body, want)
		}
		method := map[bool]string{false: ":streamGenerateContent", true: ":generateContent"}[unary]
		if got.Path != "/below/v1beta/models/gemini-2.5-flash-lite"+method || len(got.Query) > 0 {
			t.Errorf("%s %v", got.Path, got.Query)
		}
		// Nothing is sent that was not set: newer models refuse or ignore it.
		server.Forget()
		ends(t, p, model.Request{Model: "models/" + signing3, Messages: r.Messages})
		if got := string(server.Requests()[0].Body); got != `{"contents":[{"role":"user","parts":[{"text":"hello"}]}],"generationConfig":{},"model":"models/gemini-3.8-flash","store":false}` {
			t.Error(got)
		}
	}
}

func TestRequestsThatCannotBe(t *testing.T) {
	t.Parallel()
	server, p := fake(t, Options{})
	for _, test := range []struct {
		change func(*model.Request)
		kind   model.Kind
		words  string
	}{
		{func(r *model.Request) { r.Model = "../../v1/x" }, model.Retired, "such names are like"},
		{func(r *model.Request) { r.Model = "x:y?key=1" }, model.Retired, "such names are like"},
		{func(r *model.Request) { r.Messages = nil }, model.Invalid, "history is empty"},
		{func(r *model.Request) { r.Functions[0].Schema = json.RawMessage(`{`) }, model.Invalid, "schema of the function stock"},
	} {
		r := asks(plain2, "hello")
		test.change(&r)
		if h := generate(t, p, r); h.err == nil || h.err.Kind != test.kind || !strings.Contains(h.err.Error(), test.words) {
			t.Errorf("%v, want %s", h.err, test.words)
		}
	}
	if n := len(server.Requests()); n > 0 {
		t.Errorf("%d requests went out", n)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{
		{}, {Key: seal.Hide(" ")}, {Key: seal.Hide("a\nb")}, {Key: seal.Hide("k"), BaseURL: "localhost:1"}, {Key: seal.Hide("k"), BaseURL: "ftp://x"}, {Key: seal.Hide("k"), BaseURL: "http://"},
		{Key: seal.Hide("k"), BaseURL: "http://x/?a=b"}, {Key: seal.Hide("k"), BaseURL: "http://u:p@x"}, {Key: seal.Hide("k"), BaseURL: "http://%zz"}, {Key: seal.Hide("k"), Model: "a/b"}, {Key: seal.Hide("k"), Within: -1},
	} {
		if _, err := New(o); err == nil || strings.Contains(err.Error(), "%zz") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for text, want := range map[string]string{"https://x/": "https://x", " http://x:1/a/v1beta/ ": "http://x:1/a", defaultBaseURL: defaultBaseURL} {
		if got, err := baseURL(text); err != nil || got != want {
			t.Errorf("%q became %q, %v", text, got, err)
		}
	}
}

// Nobody who uses the provider is tied to Google's client.
func TestNoForeignTypes(t *testing.T) {
	t.Parallel()
	modeltest.KeepsTypes(t, "genai.", reflect.TypeFor[*Provider](), reflect.TypeFor[Options]())
}

// What comes from a server can be anything.
func FuzzStream(f *testing.F) {
	f.Add([]byte("[" + candidate(`{"text":"a"},{"functionCall":{"name":"f","args":{}},"thoughtSignature":"c2ln"}`, `,"finishReason":"STOP"`) + "]"))
	f.Add([]byte(`[{"error":{"message":"x"}}]`))
	f.Add([]byte(`{"usageMetadata":{"promptTokenCount":-1},"promptFeedback":{"blockReason":7}}`))
	f.Fuzz(func(t *testing.T, stream []byte) {
		known, a := &facts{}, &answer{}
		in := newElements(strings.NewReader(string(stream)))
		for {
			raw, err := in.next()
			if err != nil {
				break
			}
			seen, failure := known.take(raw, "key")
			if failure != nil {
				return
			}
			if !json.Valid(seen) {
				t.Fatalf("%s", seen)
			}
			var e element
			if err := json.Unmarshal(seen, &e); err != nil {
				t.Fatal(err)
			}
			for _, c := range e.Candidates {
				for _, part := range c.Content.Parts {
					if wire := unpacked(part); string(wire) != string(part) {
						a.add(wire)
					}
				}
			}
		}
		for _, part := range a.end(*known, "m").Message.Parts {
			if !json.Valid(part.Wire) || part.Call != nil && (part.Call.ID == "" || !json.Valid(part.Call.Args)) {
				t.Errorf("%+v", part)
			}
		}
	})
}
