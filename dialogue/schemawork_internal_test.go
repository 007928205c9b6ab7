package dialogue

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/ent/raw"
)

// twice is a schema of 40 definitions, each of which applies the next one twice as the form says.
func twice(form string) raw.JSON {
	var defs []string
	for i := range 40 {
		next := fmt.Sprintf(`{"$ref":"#/$defs/d%d"}`, i+1)
		defs = append(defs, fmt.Sprintf(`"d%d":`, i)+strings.ReplaceAll(form, "NEXT", next))
	}
	return raw.JSON(`{"type":"object","properties":{"n":{"$ref":"#/$defs/d0"}},"$defs":{` + strings.Join(defs, ",") + `,"d40":{"type":"string"}}}`)
}

// Whoever may write a schema, or has a model write arguments, could stop the server with it: checks run inside transactions, and
// nothing ends them.
func TestChecksOfSchemasEnd(t *testing.T) {
	t.Parallel()
	nested := strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40)
	list := func(item string) raw.JSON {
		return raw.JSON(`{"n":[` + strings.TrimSuffix(strings.Repeat(item+",", 20_000), ",") + `]}`)
	}
	const branching = `{"type":"object","properties":{"n":{"$ref":"#/$defs/d"}},"$defs":{"d":{"anyOf":[
		{"properties":{"a":{"$ref":"#/$defs/d"}},"required":["b"]},{"properties":{"a":{"$ref":"#/$defs/d"}},"required":["b"]}]}}}`
	for name, tt := range map[string]struct{ schema, arguments raw.JSON }{
		"all of":          {twice(`{"allOf":[NEXT,NEXT]}`), `{"n":"x"}`},
		"any of":          {twice(`{"anyOf":[NEXT,NEXT]}`), `{"n":1}`},
		"not any of":      {twice(`{"not":{"anyOf":[NEXT,NEXT]}}`), `{"n":1}`},
		"if and else":     {twice(`{"if":NEXT,"else":NEXT}`), `{"n":1}`},
		"an object":       {branching, raw.JSON(`{"n":` + nested + `}`)},
		"long numbers":    {`{"type":"object","properties":{"n":{"items":{"minimum":1}}}}`, list("1e999999")},
		"longer numbers":  {`{"type":"object","properties":{"n":{"minimum":1}}}`, `{"n":1e2000000}`},
		"digits":          {`{"type":"object","properties":{"n":{"minimum":1}}}`, raw.JSON(`{"n":` + strings.Repeat("9", 100_000) + `}`)},
		"many complaints": {`{"type":"object","properties":{"n":{"items":{"type":"string"}}}}`, list("1")},
		"a schema's":      {raw.JSON(`{"type":"object","properties":{"n":{"enum":[` + strings.Repeat("1e999999,", 5000) + `1]}}}`), `{"n":"x"}`},
		"a minimum":       {raw.JSON(`{"type":"object","allOf":[` + strings.Repeat(`{"minimum":1e999999},`, 2500) + `{}]}`), `{"n":1}`},
	} {
		done := make(chan []string, 1)
		go func() { done <- checkArguments(tt.schema, tt.arguments) }()
		select {
		case wrong := <-done:
			if len(wrong) == 0 {
				t.Errorf("%s: passes", name)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: does not end", name)
		}
	}
}

func TestChecksThatAreNotDearRun(t *testing.T) {
	t.Parallel()
	item := `{"id":"A-1","price":12.50,"tags":["a","b"],"size":{"w":1,"h":2e3}},`
	arguments := raw.JSON(`{"items":[` + strings.TrimSuffix(strings.Repeat(item, 1000), ",") + `]}`)
	const schema = `{"type":"object","required":["items"],"properties":{"items":{"type":"array","items":{"$ref":"#/$defs/item"}}},
		"$defs":{"item":{"type":"object","required":["id"],"additionalProperties":false,"properties":{"id":{"type":"string","pattern":"^A-"},
		"price":{"type":"number","minimum":0},"tags":{"type":"array","uniqueItems":true,"items":{"enum":["a","b"]}},"size":{"anyOf":[{"type":"null"},
		{"type":"object","properties":{"w":{"type":"integer"},"h":{"type":"integer"}}}]}}}}}`
	if wrong := checkArguments(schema, arguments); wrong != nil {
		t.Error(wrong)
	}
}
