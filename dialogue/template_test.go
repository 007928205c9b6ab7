package dialogue

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"parley/ent"
	"parley/outbound"
)

func TestFillURL(t *testing.T) {
	v := values{arguments: map[string]any{
		"id": "a/b?c#d", "n": json.Number("7"), "list": []any{"x y", json.Number("2")}, "up": "..", "empty": "", "obj": map[string]any{"k": "v"},
	}, facts: map[string]any{"thread.id": "thr_1"}}
	rows := []struct{ template, want, problem string }{
		{"https://h/x/{id}/{n}", "https://h/x/a%2Fb%3Fc%23d/7", ""},
		{"https://h/x?q={id}&t={thread.id}&none={none}&fixed=1", "https://h/x?q=a%2Fb%3Fc%23d&t=thr_1&fixed=1", ""},
		{"https://h/x?o={obj}", "https://h/x?o=%7B%22k%22%3A%22v%22%7D", ""},
		{"https://h/{up}/x", "", `up must not be "..": it is part of the address`},
		{"https://h/{empty}", "", `empty must not be "": it is part of the address`},
		{"https://h/{{id}}/{{ n }}?q={{list}}", "https://h/a%2Fb%3Fc%23d/7?q=%5B%22x+y%22%2C2%5D", ""},
		{"https://h/{none}", "", `none must not be "": it is part of the address`},
	}
	for _, row := range rows {
		got, err := fillURL(row.template, v, nil)
		if got != row.want || (err == nil) != (row.problem == "") || (err != nil && err.Error() != row.problem) {
			t.Errorf("%s: %q, %v", row.template, got, err)
		}
	}
	if got, _ := fillURL("https://h/x?a=1", v, map[string]any{"list": v.arguments["list"], "n": v.arguments["n"]}); got != "https://h/x?a=1&list=x+y&list=2&n=7" {
		t.Error(got)
	}
}

func TestFillBody(t *testing.T) {
	v := values{arguments: map[string]any{"s": "a\"b\\\n", "n": json.Number("1.50"), "o": map[string]any{"k": []any{}}}}
	rows := []struct {
		template, want string
		form           bool
	}{
		{`{"a":"x {{s}} y","b":{{s}}}`, `{"a":"x a\"b\\\n y","b":"a\"b\\\n"}`, false},
		{`{"a":"{{n}}","b":{{ n }},"c":{{o}},"d":"{{o}}"}`, `{"a":"1.50","b":1.50,"c":{"k":[]},"d":"{\"k\":[]}"}`, false},
		{`{"a":"\\","b":{{none}},"c":"{{none}}"}`, `{"a":"\\","b":null,"c":""}`, false},
		{`{"{{s}}":1}`, `{"a\"b\\\n":1}`, false},
		{`a={{s}}&b={{n}}`, `a=a%22b%5C%0A&b=1.50`, true},
	}
	for _, row := range rows {
		got := string(fillBody(row.template, row.form, v))
		if got != row.want {
			t.Errorf("%s:\n got %s\nwant %s", row.template, got, row.want)
		}
		if !row.form && !json.Valid([]byte(got)) {
			t.Errorf("%s is no JSON", got)
		}
	}
}

// Whatever the arguments are, they stay inside their places.
func FuzzFillBody(f *testing.F) {
	f.Add(`","admin":true,"x":"`)
	f.Add("\\")
	f.Fuzz(func(t *testing.T, s string) {
		got := fillBody(`{"a":"<{{s}}>","b":{{s}}}`, false, values{arguments: map[string]any{"s": s}})
		var out map[string]string
		if err := json.Unmarshal(got, &out); err != nil || len(out) != 2 {
			t.Errorf("%q became %s", s, got)
		}
	})
}

func TestAnswerPointer(t *testing.T) {
	body := `{"a/b":[{"m~n":{"x":1.50}}],"s":"t"}`
	for pointer, want := range map[string]string{
		"": body, "/a~1b/0/m~0n": `{"x":1.50}`, "/s": `"t"`, "/a~1b/1": "", "/s/x": "", "/none": "", "/a~1b/x": "",
	} {
		o := read(&ent.Function{Method: "GET", AnswerPointer: pointer}, &outbound.Response{Status: 200, Body: []byte(body)}, time.Second, nil)
		s, ok := o.body.(success)
		if !ok {
			if want != "" {
				t.Errorf("%s: %s", pointer, o.err)
			}
			continue
		}
		if got := string(s.Body.(json.RawMessage)); got != want && pointer != "" {
			t.Errorf("%s: %s", pointer, got)
		}
	}
}

// A pointer does not lead to what is hidden, and text has no members that could be hidden, or is hidden itself.
func TestAnswersHideWhatPointersMean(t *testing.T) {
	const doc, lines = `{"d":{"IBAN":["DE1"],"iban":{"x":"DE1"},"open":1}}`, `{"iban":"DE1"}` + "\n" + `{"iban":"DE2"}`
	for _, c := range []struct{ pointer, body, want string }{
		{"/d", doc, `{"IBAN":"[hidden]","iban":"[hidden]","open":1}`}, {"/d/open", doc, "1"},
		{"/d/IBAN", doc, `"[hidden]"`}, {"/d/IBAN/0", doc, `"[hidden]"`}, {"/d/iban/x/y", doc, `"[hidden]"`},
		{"/0/iban", `[{"iban":"DE1"}]`, `"[hidden]"`}, {"", lines, `"[hidden]"`}, {"", "pre " + doc, `"[hidden]"`}, {"", "Paid.", `"Paid."`},
	} {
		res := &outbound.Response{Status: 200, Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte(c.body)}
		o := read(&ent.Function{Method: "GET", AnswerPointer: c.pointer}, res, time.Second, hiddenMembers{"iban": true})
		if s, ok := o.body.(success); !ok || string(compact(s.Body)) != c.want {
			t.Errorf("%s of %s: %v", c.pointer, c.body, o.body)
		}
	}
}

func TestSchemasKeepDigits(t *testing.T) {
	if wrong := checkArguments(`{"type":"object","properties":{"n":{"type":"integer"}}}`, `{"n":12345678901234567890}`); wrong != nil {
		t.Error(wrong)
	}
	if wrong := checkArguments(``, `{}`); wrong != nil {
		t.Error(wrong)
	}
	if wrong := checkArguments(``, `{"a":1}`); len(wrong) != 1 {
		t.Error(wrong)
	}
	if wrong := checkArguments(`{"type":"object","properties":{"e":{"type":"string","format":"email"}}}`, `{"e":"nobody"}`); len(wrong) != 1 {
		t.Error(wrong)
	}
}
