package fakemodel

import (
	"testing"
)

// TestDecideSeesWhatWasDeclared holds that functions are told with their descriptions and schemas, also if none may be called.
func TestDecideSeesWhatWasDeclared(t *testing.T) {
	t.Parallel()
	const schema = `{"type":"object","properties":{"q":{"type":"string"}}}`
	for name, body := range map[string]string{
		"/v1beta/models/" + signing3 + ":generateContent": `{"contents":[` + asked + `],"toolConfig":{"functionCallingConfig":{"mode":"NONE"}},"tools":[{"functionDeclarations":[` +
			`{"name":"find","description":"Finds it","parametersJsonSchema":` + schema + `},{"name":"note"}]}]}`,
		"/v1beta/models/" + plain2 + ":generateContent": `{"contents":[` + asked + `],"toolConfig":{"functionCallingConfig":{"mode":3}},"tools":[{"functionDeclarations":[` +
			`{"name":"find","description":"Finds it","parameters":` + schema + `},{"name":"note"}]}]}`,
		"/v1/chat/completions": `{"model":"fake-chat","messages":[{"role":"user","content":"hi"}],"tool_choice":"none","tools":[` +
			`{"type":"function","function":{"name":"find","description":"Finds it","parameters":` + schema + `}},{"type":"function","function":{"name":"note"}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake, base := start(t, Options{Strict: true, Key: "k"})
			var got Ask
			fake.Decide(func(ask Ask) *Answer {
				got = ask
				return nil
			})
			if code, text := post(t, base+name, body); code != 200 {
				t.Fatal(code, text)
			}
			if len(got.Functions) != 0 || len(got.Declared) != 2 {
				t.Fatalf("%+v", got)
			}
			if f := got.Declared[0]; f.Name != "find" || f.Description != "Finds it" || string(f.Schema) != schema {
				t.Errorf("%+v", f)
			}
			if f := got.Declared[1]; f.Name != "note" || len(f.Schema) != 0 {
				t.Errorf("%+v", f)
			}
		})
	}
}
