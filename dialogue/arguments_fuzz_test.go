package dialogue

import (
	"encoding/json"
	"testing"

	"parley/ent/raw"
)

// Arguments that a model makes up are judged without a panic, and pass only as an object with what the schema demands.
func FuzzCheckArguments(f *testing.F) {
	const schema = `{"type":"object","required":["n"],"additionalProperties":false,"properties":{"n":{"type":"integer","minimum":1,"maximum":9},"s":{"type":"string","maxLength":5,"format":"email"}}}`
	for _, s := range []string{`{"n":1}`, `{"n":1.0}`, `{"n":1e400}`, `{"n":10}`, `{"n":"1"}`, `[]`, `null`, ``, `{"n":1}{"n":2}`, `{"n":1,"n":99}`, `{"n":1,"s":"\ud800"}`, `{"n":1,"x":{}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(checkArguments(schema, raw.JSON(text))) > 0 {
			return
		}
		var got struct {
			N json.Number `json:"n"`
		}
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatalf("%q passes, and is no such object: %v", text, err)
		}
		if n, err := got.N.Float64(); err != nil || n < 1 || n > 9 {
			t.Errorf("%q passes with n = %s", text, got.N)
		}
	})
}

// A schema that an integrator writes is read without a panic, or refused with a sentence.
func FuzzCompileSchema(f *testing.F) {
	for _, s := range []string{`{"type":"object"}`, `{"type":"object","$ref":"http://127.0.0.1/x"}`, `{"type":"object","properties":{"a":{"pattern":"("}}}`, `{"type":"object","allOf":[{"$ref":"#"}]}`, `[]`, `{`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 {
			return
		}
		if schema, err := compileSchema(raw.JSON(text)); (schema == nil) == (err == nil) {
			t.Errorf("%q: %v, %v", text, schema, err)
		}
	})
}
