package scripted

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/dialogue/model"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ script, want string }{
		{``, ""},
		{`null`, ""},
		{`{}`, ""},
		{`{"language":"de"}`, ""},
		{`{`, "script is not JSON: it ends too early"},
		{`[]`, "script must not be a JSON array"},
		{`{} {}`, "script has text after the end of the JSON value"},
		{`{"rulez":[]}`, `script unknown field "rulez"`},
		{`{"language":"xx"}`, `language is "xx": known are de, en`},
		{`{"misses":11}`, "misses must be from 0 (never) to 10"},
		{`{"rules":{}}`, "rules must not be a JSON object"},
		{`{"rules":[{"name":"a"}]}`, "rules[0] does nothing: want say, ask, call or calls"},
		{`{"rules":[{"say":"x"},{"say":1}]}`, "rules[1].say must not be a JSON number"},
		{`{"rules":[{"say":"x","when":{"anny":["y"]}}]}`, `rules[0] unknown field "anny"`},
		{`{"rules":[{"say":"x","when":{"any":"y"}}]}`, "rules[0].when.any must not be a JSON string"},
		{`{"rules":[{"say":"x","when":{"any":["!"]}}]}`, `rules[0].when.any[0] is "!", which has no word in it`},
		{`{"rules":[{"say":"x","when":{"pattern":"("}}]}`, "rules[0].when.pattern is not a regular expression: error parsing regexp: missing closing ): `(?i)(`"},
		{`{"rules":[{"say":"x","when":{"after":"y"}}]}`, `rules[0].when.after is "y": there is no such rule`},
		{`{"rules":[{"say":"x","when":{"answer":"maybe"}}]}`, `rules[0].when.answer is "maybe": want yes or no`},
		{`{"rules":[{"say":"x","when":{"filled":["day"]}}]}`, `rules[0].when.filled[0] is "day": there is no such slot`},
		{`{"rules":[{"say":"x {{day}}"}]}`, `rules[0].say uses {{day}}: there is no slot "day"`},
		{`{"rules":[{"say":"{{#each result.a}}{{b}}"}]}`, `rules[0].say has {{#each result.a}} without {{/each}}`},
		{`{"rules":[{"say":"{{#each result.a}}{{b}}{{/each}}"}]}`, ""},
		{`{"rules":[{"say":"{{#with x}}"}]}`, "rules[0].say has an unknown block {{#with x}}: only #each and #if exist"},
		{`{"rules":[{"say":"{{/if}}"}]}`, "rules[0].say has {{/if}} without a block to end"},
		{`{"rules":[{"say":"{{a b}}"}]}`, "rules[0].say has {{a b}}: want a name or a path such as result.items.0.price"},
		{`{"rules":[{"say":"{{a"}]}`, "rules[0].say has {{ without }}"},
		{`{"rules":[{"name":"a","say":"x"},{"name":"a","say":"x"}]}`, `rules[1].name is "a" a second time`},
		{`{"rules":[{"name":"builtin/x","say":"x"}]}`, `rules[0].name must not begin with "builtin/"`},
		{`{"rules":[{"call":{"function":"f","arguments":{"a":{"b":["{{c}}"]}}}}]}`, `rules[0].call.arguments.a.b[0] uses {{c}}: there is no slot "c"`},
		{`{"rules":[{"calls":[{"function":""}]}]}`, "rules[0].calls[0].function is empty"},
		{`{"rules":[{"call":{"function":"f"},"calls":[]}]}`, "rules[0] has both call and calls"},
		{`{"rules":[{"call":{"function":"f","repeat":1001}}]}`, "rules[0].call.repeat must be from 1 to 1000"},
		{`{"rules":[{"fail":{"kind":"bad"}}]}`, `rules[0].fail.kind is "bad": want one of auth, quota, overloaded, retired, invalid, blocked, cut, timeout`},
		{`{"rules":[{"say":"x","delayMs":5001}]}`, "rules[0].delayMs must be from 0 to 5000"},
		{`{"slots":[{"name":"1","type":"text"}]}`, `slots[0].name is "1": want letters, digits and _, no digit first`},
		{`{"slots":[{"name":"result","type":"text"}]}`, `slots[0].name is "result", which templates use for something else`},
		{`{"slots":[{"name":"a","type":"text"},{"name":"a","type":"text"}]}`, `slots[1].name is "a" a second time`},
		{`{"slots":[{"name":"a","type":"int"}]}`, `slots[0].type is "int": want one of email, phone, number, date, time, postcode, choice, yes_no, text, name`},
		{`{"slots":[{"name":"a","type":"choice"}]}`, "slots[0].choices is empty"},
		{`{"slots":[{"name":"a","type":"choice","choices":["x"],"synonyms":{"y":["z"]}}]}`, `slots[0].synonyms names "y", which is no choice`},
		{`{"slots":[{"name":"a","type":"number","min":2,"max":1}]}`, "slots[0].min is greater than max"},
		{`{"slots":[{"name":"a","type":"text"}],"rules":[{"ask":["a"]}]}`, `rules[0].ask names "a", a slot without a question`},
		{`{"slots":[{"name":"a","type":"x"}],"rules":[{"say":"{{b}}"}]}`,
			`slots[0].type is "x": want one of email, phone, number, date, time, postcode, choice, yes_no, text, name; rules[0].say uses {{b}}: there is no slot "b"`},
	} {
		err := Validate(json.RawMessage(c.script))
		got := ""
		if err != nil {
			got = err.Error()
			var broken *ScriptError
			if !errors.As(err, &broken) || len(broken.Problems) == 0 {
				t.Errorf("%s: error of type %T", c.script, err)
			}
		}
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.script, got, c.want)
		}
	}
	if err := Validate(json.RawMessage(`{"greeting":"` + strings.Repeat("x", maxScript) + `"}`)); err == nil {
		t.Error("a huge script is accepted")
	}
}

// Whatever Validate accepts runs, and whatever it refuses is said with a path.
func FuzzValidate(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txt")
	for _, name := range files {
		data, _ := os.ReadFile(name)
		if _, s, ok := strings.Cut(string(data), "-- script --\n"); ok {
			s, _, _ = strings.Cut(s, "\n-- ")
			f.Add([]byte(s), "hello, a chocolate cake for 12 on friday, 030 1234567")
		}
	}
	f.Add([]byte(`{"slots":[{"name":"a","type":"text","question":"A?"}],"rules":[{"ask":["a"],"say":"{{#if a}}{{a}}{{else}}-{{/if}}"}]}`), "b")
	functions := []model.Function{{Name: "check_day", Schema: json.RawMessage(`{"required":["x"],"properties":{"x":{"type":"integer"}}}`)}, {Name: "operator", Tag: "operator"}}
	f.Fuzz(func(t *testing.T, script []byte, said string) {
		if err := Validate(script); err != nil {
			var broken *ScriptError
			if !errors.As(err, &broken) || err.Error() == "" {
				t.Fatal(err)
			}
			return
		}
		if strings.Contains(string(script), "elay") || strings.Contains(string(script), "\\u") {
			return // waiting is not what is looked for
		}
		r := model.Request{Script: script, Functions: functions, Region: "DE", Messages: []model.Message{userSays(said)}}
		for range 3 {
			var end *model.End
			for e, err := range New().Generate(t.Context(), r) {
				var broken *model.Error
				if errors.As(err, &broken) && broken.Kind == model.Invalid && errors.As(broken.Err, new(*ScriptError)) {
					t.Fatal(err)
				}
				end = e.End
			}
			if end == nil {
				return
			}
			r.Messages = append(r.Messages, end.Message)
			for _, c := range callsOf(end.Message) {
				if !json.Valid(c.Args) {
					t.Fatalf("arguments %s", c.Args)
				}
				r.Messages = append(r.Messages, toolSays(c, `{"free":true,"list":[{"a":1}]}`))
			}
			r.Messages = append(r.Messages, userSays(said))
		}
	})
}
