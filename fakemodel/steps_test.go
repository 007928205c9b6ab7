package fakemodel

import (
	"fmt"
	"strings"
	"testing"

	legacy "github.com/google/generative-ai-go/genai"
	"google.golang.org/genai"
)

const twoSteps = "I look.\ncall stock {\"n\":1}\ncall price {\"n\":2}\nthen\ncall stock {\"n\":3}"

// TestSteps leads both bare clients over two steps with calls, in a stream and not. The older one loses signatures and must
// fail where Gemini makes it fail.
func TestSteps(t *testing.T) {
	t.Parallel()
	for _, stream := range []bool{false, true} {
		for _, model := range []string{plain2, signing3, "gemini-3.7-flash"} {
			t.Run(fmt.Sprintf("new/%s/stream=%v", model, stream), func(t *testing.T) {
				t.Parallel()
				_, base := start(t, Options{Strict: true, Key: "k"})
				c := newClient(t, base+"/below")
				config := &genai.GenerateContentConfig{
					SystemInstruction: genai.NewContentFromText("Be short.", ""),
					Tools: []*genai.Tool{{FunctionDeclarations: []*genai.FunctionDeclaration{
						{Name: "stock", Parameters: &genai.Schema{Type: genai.TypeObject, Properties: map[string]*genai.Schema{"n": {Type: genai.TypeInteger}}}},
						{Name: "price", ParametersJsonSchema: map[string]any{"type": "object"}},
					}}},
				}
				contents := []*genai.Content{genai.NewContentFromText(twoSteps, "user")}
				for step, calls := range []int{2, 1} {
					h := generate(t, c, model, stream, contents, config)
					if h.err != nil || len(h.calls) != calls || h.finish != "STOP" {
						t.Fatalf("step %d: %+v", step, h)
					}
					answers := &genai.Content{Role: "user"}
					for _, call := range h.calls {
						answers.Parts = append(answers.Parts, &genai.Part{FunctionResponse: &genai.FunctionResponse{
							ID: call.ID, Name: call.Name, Response: map[string]any{"left": step}}})
					}
					contents = append(contents, h.content, answers)
				}
				if h := generate(t, c, model, stream, contents, config); h.err != nil || h.text != `stock answered {"left":1}` {
					t.Errorf("end: %+v", h)
				} else if model == "gemini-3.7-flash" && h.version != signing3 {
					t.Errorf("%s answered", h.version)
				}
			})
		}
		for model, fault := range map[string]string{plain2: "", signing3: missingSignature} {
			t.Run(fmt.Sprintf("old/%s/stream=%v", model, stream), func(t *testing.T) {
				t.Parallel()
				_, base := start(t, Options{Strict: true, Key: "k"})
				wants(t, oldSteps(t, newLegacy(t, base), model, stream), fault)
			})
		}
	}
}

const missingSignature = "Function call is missing a thought_signature in functionCall parts. This is required for tools to work " +
	"correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call " +
	"`default_api:stock` , position 2. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details."

// oldSteps leads the older client's chat over two steps.
func oldSteps(t *testing.T, c *legacy.Client, model string, stream bool) error {
	t.Helper()
	m := c.GenerativeModel(model)
	m.SystemInstruction = legacy.NewUserContent(legacy.Text("Be short."))
	m.Tools = []*legacy.Tool{{FunctionDeclarations: []*legacy.FunctionDeclaration{
		{Name: "stock", Parameters: &legacy.Schema{Type: legacy.TypeObject, Properties: map[string]*legacy.Schema{"n": {Type: legacy.TypeInteger}}}},
		{Name: "price"},
	}}}
	m.ToolConfig = &legacy.ToolConfig{FunctionCallingConfig: &legacy.FunctionCallingConfig{Mode: legacy.FunctionCallingAuto}}
	chat := m.StartChat()
	parts := []legacy.Part{legacy.Text(twoSteps)}
	var text string
	for step := range 3 {
		var err error
		if stream {
			all := chat.SendMessageStream(bounded(t), parts...)
			for err == nil {
				_, err = all.Next()
			}
			if !strings.Contains(err.Error(), "no more items") {
				return err
			}
		} else if _, err = chat.SendMessage(bounded(t), parts...); err != nil {
			return err
		}
		parts, text = nil, ""
		for _, p := range chat.History[len(chat.History)-1].Parts {
			switch p := p.(type) {
			case legacy.FunctionCall:
				parts = append(parts, legacy.FunctionResponse{Name: p.Name, Response: map[string]any{"left": step}})
			case legacy.Text:
				text += string(p)
			}
		}
	}
	if text != `stock answered {"left":1}` {
		t.Errorf("the end is %q", text)
	}
	return nil
}
