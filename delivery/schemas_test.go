package delivery_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"parley/delivery"
	"parley/eventlog"
	"parley/storage/storagetest"
)

func TestSamplesFitTheirSchemas(t *testing.T) {
	for _, eventType := range delivery.Types() {
		body, err := delivery.Sample(eventType)
		if err != nil {
			t.Fatal(err)
		}
		if err := storagetest.CheckBody(eventType, string(body)); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestSchemasAreServed(t *testing.T) {
	handler, err := delivery.Schemas()
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, path string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	w := ask("GET", "/webhooks/schemas.json")
	var index struct {
		Types []struct{ Type, Description, Schema string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &index); err != nil || len(index.Types) != len(eventlog.WebhookTypes) {
		t.Fatalf("%d %s, %v", w.Code, w.Body, err)
	}
	for _, entry := range index.Types {
		w := ask("GET", entry.Schema)
		var compact bytes.Buffer
		if err := json.Compact(&compact, w.Body.Bytes()); err != nil || compact.String() != eventlog.Schema(entry.Type).String() || entry.Description == "" {
			t.Errorf("%s: %d %s, %v", entry.Type, w.Code, w.Body, err)
		}
		if h := w.Header(); h.Get("Content-Type") != "application/schema+json" || h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Cache-Control") != "public, max-age=3600" {
			t.Errorf("%s: %v", entry.Type, h)
		}
		if again := ask("GET", entry.Schema, "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s again: %d", entry.Type, again.Code)
		}
	}
	if w := ask("GET", "/webhooks/schemas/call.updated.json"); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), `there is no event type \"call.updated\"; /webhooks/schemas.json lists them all`) {
		t.Errorf("an unknown type: %d %s", w.Code, w.Body)
	}
	if w := ask("POST", "/webhooks/schemas.json"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("a POST: %d", w.Code)
	}
	if w := ask("HEAD", "/webhooks/schemas/message.created.json"); w.Code != http.StatusOK || w.Body.Len() != 0 || w.Header().Get("ETag") == "" {
		t.Errorf("a HEAD: %d %v", w.Code, w.Header())
	}
}

var update = flag.Bool("update", false, "rewrite what docs/webhooks.md takes from the code")

const docs = "../docs/webhooks.md"

// written is a part of the documents that the code writes.
var written = regexp.MustCompile(`(?s)<!-- written by the code: (\w+) -->\n.*?<!-- end -->`)

func TestTheDocumentsSayWhatTheCodeDoes(t *testing.T) {
	types, err := delivery.EventTypes()
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{"types": typesTable(types), "fields": fieldsTable(t, types), "examples": examples(t, types)}
	page, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	want := written.ReplaceAllStringFunc(string(page), func(was string) string {
		name := written.FindStringSubmatch(was)[1]
		text, ok := parts[name]
		if !ok {
			t.Errorf("%s has a part %q that nobody writes", docs, name)
			return was
		}
		delete(parts, name)
		return fmt.Sprintf("<!-- written by the code: %s -->\n\n%s\n<!-- end -->", name, text)
	})
	for name := range parts {
		t.Errorf("%s lacks the part %q", docs, name)
	}
	if want == string(page) {
		return
	}
	if *update {
		if err := os.WriteFile(docs, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s is not what the code does: run go test ./delivery -run Documents -update", docs)
}

func typesTable(types []delivery.EventType) string {
	var b strings.Builder
	b.WriteString("| type | sent when |\n| --- | --- |\n")
	for _, e := range types {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s |\n", e.Type, strings.ReplaceAll(e.Type, ".", ""), e.Description)
	}
	return b.String()
}

// described is a schema, as far as documents tell of it. Required has its fields in order.
type described struct {
	Type        any
	Format      string
	Enum        []string
	Description string
	Properties  map[string]described
	Required    []string
}

// values names what a field may be.
func (d described) values() string {
	text := strings.ReplaceAll(strings.Trim(fmt.Sprint(d.Type), "[]"), " ", " or ")
	switch {
	case d.Format == "date-time":
		return strings.Replace(text, "string", "time", 1)
	case len(d.Enum) > 0:
		return "`" + strings.Join(d.Enum, "`, `") + "`"
	}
	return text
}

// fieldsTable lists the fields of all bodies: those of each event, of each dialogue's, and what single types have besides.
func fieldsTable(t *testing.T, types []delivery.EventType) string {
	var order []string // rows without the types that they are for
	in := map[string][]string{}
	add := func(eventType, path string, d described) {
		row := fmt.Sprintf("| `%s` | %s | %%s | %s |\n", path, d.values(), d.Description)
		if in[row] == nil {
			order = append(order, row)
		}
		in[row] = append(in[row], "`"+eventType+"`")
	}
	var rows func(eventType, path string, d described, leaveOut map[string]described)
	rows = func(eventType, path string, d described, leaveOut map[string]described) {
		for _, name := range d.Required {
			if _, known := leaveOut[name]; !known {
				add(eventType, path+name, d.Properties[name])
				rows(eventType, path+name+".", d.Properties[name], nil)
			}
		}
	}
	bodies := map[string]described{}
	for _, e := range types {
		var d described
		if err := e.Schema.Decode(&d); err != nil {
			t.Fatal(err)
		}
		bodies[e.Type] = d
	}
	envelope := bodies[eventlog.DialogueClosed]
	for _, name := range []string{"thread_id", "sequence"} { // null without a dialogue
		field := envelope.Properties[name]
		field.Type = []string{fmt.Sprint(field.Type), "null"}
		envelope.Properties[name] = field
	}
	rows("all", "", envelope, map[string]described{"data": {}})
	dialogue := bodies[eventlog.DialogueClosed].Properties["data"]
	rows("all of dialogues", "data.", dialogue, nil)
	for _, e := range types {
		rows(e.Type, "data.", bodies[e.Type].Properties["data"], dialogue.Properties)
	}
	var b strings.Builder
	b.WriteString("| field | value | in | meaning |\n| --- | --- | --- | --- |\n")
	for _, row := range order {
		fmt.Fprintf(&b, row, strings.NewReplacer("`all`", "all", "`all of dialogues`", "all of dialogues").Replace(strings.Join(in[row], ", ")))
	}
	return b.String()
}

// examples shows the sample of each type.
func examples(t *testing.T, types []delivery.EventType) string {
	var b strings.Builder
	for _, e := range types {
		var text bytes.Buffer
		if err := json.Indent(&text, []byte(e.Example), "", "  "); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "### `%s`\n\n%s\n\n```json\n%s\n```\n\n", e.Type, e.Description, text.String())
	}
	return strings.TrimSuffix(b.String(), "\n")
}
