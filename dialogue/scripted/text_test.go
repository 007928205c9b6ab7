package scripted

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestTemplates(t *testing.T) {
	t.Parallel()
	s := &scope{vars: map[string]any{"day": "Friday", "n": json.Number("0"), "result": decode(json.RawMessage(
		`{"slots":[{"time":"10:00","tags":["a","b"]},{"time":"11:30","price":12.50}],"none":[],"names":["x","y"],"ok":true}`))}}
	for _, c := range []struct{ template, want string }{
		{"On {{ day }}.", "On Friday."},
		{"{{missing}}.", "."},
		{"{{result.slots.1.price}}", "12.50"},
		{"{{result.slots.7.price}}", ""},
		{"{{result.slots.length}}", "2"},
		{"{{join result.names \" or \"}}", "x or y"},
		{"{{join result.names}}", "x, y"},
		{"{{result.names}}", `["x","y"]`},
		{"{{#each result.slots}}{{@index}}. {{time}} {{day}}; {{/each}}", "1. 10:00 Friday; 2. 11:30 Friday;"},
		{"{{#each result.slots}}{{#each tags}}{{this}}{{time}} {{/each}}{{/each}}", "a10:00 b10:00"},
		{"{{#each result.none}}x{{else}}nothing{{/each}}", "nothing"},
		{"{{#if result.ok}}yes{{else}}no{{/if}}", "yes"},
		{"{{#if n}}yes{{else}}no{{/if}}", "no"},
		{"{{#if result.none}}yes{{/if}}", ""},
		{"} { }} {", "} { }} {"},
	} {
		p, err := parseTemplate(c.template)
		if err != nil {
			t.Errorf("%s: %v", c.template, err)
			continue
		}
		if got := p.render(s); got != c.want {
			t.Errorf("%s: got %q, want %q", c.template, got, c.want)
		}
	}
}

// Nested blocks over a large result stay small.
func TestLargeResult(t *testing.T) {
	t.Parallel()
	list := make([]any, 10000)
	for i := range list {
		list[i] = "word"
	}
	p, err := parseTemplate("{{#each result}}{{#each result}}{{#each result}}{{this}}{{/each}}{{/each}}{{/each}}{{join result}}")
	if err != nil {
		t.Fatal(err)
	}
	if got := len(p.render(&scope{vars: map[string]any{"result": list}})); got > 2*maxText {
		t.Errorf("%d bytes", got)
	}
	if got := len(describe(list)); got > 200 {
		t.Errorf("%d bytes", got)
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`"Done."`:                      "Done.",
		`{"message":"Booked.","id":3}`: "Booked.",
		`{"order_number":7,"items":["a","b"],"paid":true,"note":null}`:   "items: a, b, order number: 7, paid: true",
		`{"status":200,"body":{"status":"ok"},"truncated":false,"ms":3}`: "status: ok",
		`{"slots":[{"t":"10:00"},{"t":"11:00"}]}`:                        "slots: t: 10:00; t: 11:00",
		`{}`: "", `[]`: "", `not json`: "not json", `"{\"a\":1}"`: "a: 1",
	} {
		if got := describe(decodeResult(json.RawMessage(body))); got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	v := vocabulary{}
	v.add(newPhrases([]string{"order", "operator", "older", "talk to someone", "bak*", "cake"}))
	for _, c := range []struct {
		text, phrase string
		want         bool
	}{
		{"I ORDER now", "order", true}, {"oredr", "order", true}, {"ordr", "order", true}, {"orders", "order", true},
		{"older", "order", false}, {"border", "order", false}, {"opertaro", "operator", true}, {"opertor", "operator", true},
		{"oppperattor", "operator", false}, {"caek", "cake", false}, {"cakes", "cake", true}, {"bakery", "bak*", true},
		{"I'd talk  to\nsomone!", "talk to someone", true}, {"talk someone", "talk to someone", false},
		{"don’t", "don't", true},
	} {
		if got := v.find(words(c.text), newPhrase(c.phrase)) >= 0; got != c.want {
			t.Errorf("%q in %q: %v", c.phrase, c.text, got)
		}
	}
}

func TestYesAndNo(t *testing.T) {
	t.Parallel()
	p, _ := compile(nil)
	for text, want := range map[string]string{"Yes!": "yes", "yes, why not": "yes", "no": "no", "No, that is not right": "no", "not ok": "no",
		"is that right?": "", "ok?": "yes", "perhaps": "", "": "", "sounds good": "yes"} {
		if got := p.answer(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestPieces(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a", "a b", " a\n\nb c ", strings.Repeat("ä ö ", 50)} {
		var b strings.Builder
		for p := range pieces(text) {
			if p == "" {
				t.Fatal("an empty piece")
			}
			b.WriteString(p)
		}
		if b.String() != text {
			t.Errorf("%q became %q", text, b.String())
		}
	}
}
