package fakemodel

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

var openAIFunctionName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// openAIRequest is a chat completion request, as far as it is looked at.
type openAIRequest struct {
	Model    string          `json:"model"`
	Messages []openAIMessage `json:"messages"`
	Tools    []struct {
		Type     string `json:"type"`
		Function struct {
			Name        string          `json:"name"`
			Description string          `json:"description"`
			Parameters  json.RawMessage `json:"parameters"`
		} `json:"function"`
	} `json:"tools"`
	ToolChoice     json.RawMessage `json:"tool_choice"`
	ResponseFormat struct {
		Type       string `json:"type"`
		JSONSchema struct {
			Name   string          `json:"name"`
			Strict bool            `json:"strict"`
			Schema json.RawMessage `json:"schema"`
		} `json:"json_schema"`
	} `json:"response_format"`
	MaxTokens           int  `json:"max_tokens"`
	MaxCompletionTokens int  `json:"max_completion_tokens"`
	Stream              bool `json:"stream"`
	StreamOptions       struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
}

type openAIMessage struct {
	Role       string          `json:"role"`
	Content    json.RawMessage `json:"content"`
	ToolCallID string          `json:"tool_call_id"`
	ToolCalls  []struct {
		ID       string `json:"id"`
		Type     string `json:"type"`
		Function struct {
			Name      string          `json:"name"`
			Arguments json.RawMessage `json:"arguments"`
		} `json:"function"`
	} `json:"tool_calls"`
}

func parseOpenAI(body []byte) (*openAIRequest, *Error) {
	q := &openAIRequest{}
	if err := json.Unmarshal(body, q); err != nil {
		return nil, badRequest("We could not parse the JSON body of your request: %v", err)
	}
	return q, nil
}

// check refuses what OpenAI refuses; what concerns the history only if strict.
func (q *openAIRequest) check(strict bool) *Error {
	if len(q.Messages) == 0 {
		return badRequest("Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.")
	}
	for i, tool := range q.Tools {
		if tool.Type != "function" || !openAIFunctionName.MatchString(tool.Function.Name) {
			return badRequest("Invalid 'tools[%d].function.name': string does not match pattern. Expected a string that matches the "+
				"pattern '^[a-zA-Z0-9_-]+$'.", i)
		}
	}
	if fault := q.checkFormat(); fault != nil {
		return fault
	}
	if q.StreamOptions.IncludeUsage && !q.Stream {
		return badRequest("The 'stream_options' parameter is only allowed when 'stream' is enabled.")
	}
	open := map[string]bool{} // calls that wait for their answers
	for i, m := range q.Messages {
		if !slices.Contains([]string{"system", "developer", "user", "assistant", "tool"}, m.Role) {
			return badRequest("Invalid value: '%s'. "+
				"Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.", m.Role)
		}
		for j, c := range m.ToolCalls {
			var arguments string
			if json.Unmarshal(c.Function.Arguments, &arguments) != nil {
				return badRequest("Invalid type for 'messages[%d].tool_calls[%d].function.arguments': "+
					"expected a string, but got an object instead.", i, j)
			}
			if strict && !json.Valid([]byte(arguments)) {
				return badRequest("Invalid 'messages[%d].tool_calls[%d].function.arguments': the string is not JSON.", i, j)
			}
		}
		if !strict {
			continue
		}
		switch {
		case m.Role == "tool" && !open[m.ToolCallID]:
			return badRequest("Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.")
		case m.Role == "tool":
			delete(open, m.ToolCallID)
		case len(open) > 0:
			return unanswered(open)
		}
		for j, c := range m.ToolCalls {
			if m.Role != "assistant" || c.ID == "" || open[c.ID] {
				return badRequest("Invalid 'messages[%d].tool_calls[%d].id': ids stand in assistant messages and are unique.", i, j)
			}
			open[c.ID] = true
		}
	}
	if len(open) > 0 {
		return unanswered(open)
	}
	return nil
}

func unanswered(open map[string]bool) *Error {
	var ids []string
	for id := range open {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return badRequest("An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The "+
		"following tool_call_ids did not have response messages: %s", strings.Join(ids, ", "))
}

// ask is the request as rules and scripts see it.
func (q *openAIRequest) ask() Ask {
	ask := Ask{API: "openai", Model: q.Model, Stream: q.Stream, MaxTokens: max(q.MaxTokens, q.MaxCompletionTokens), Schema: q.ResponseFormat.JSONSchema.Schema}
	for _, tool := range q.Tools {
		f := tool.Function
		ask.Functions, ask.Declared = append(ask.Functions, f.Name), append(ask.Declared, Function{f.Name, f.Description, f.Parameters})
	}
	switch choice := string(q.ToolChoice); {
	case choice == `"none"`:
		ask.Functions = nil
	case choice == `"required"`:
		ask.MustCall = true
	case strings.HasPrefix(choice, "{"):
		var one struct{ Function struct{ Name string } }
		if json.Unmarshal(q.ToolChoice, &one) == nil {
			ask.MustCall, ask.Functions = true, []string{one.Function.Name}
		}
	}
	names := map[string]string{}
	for _, m := range q.Messages {
		out := Message{Role: m.Role, Text: contentText(m.Content)}
		switch m.Role {
		case "system", "developer":
			ask.System = strings.TrimPrefix(ask.System+"\n"+out.Text, "\n")
			continue
		case "assistant":
			out.Role = "model"
			for _, c := range m.ToolCalls {
				var arguments string
				_ = json.Unmarshal(c.Function.Arguments, &arguments) // checked before
				names[c.ID] = c.Function.Name
				out.Calls = append(out.Calls, Call{c.ID, c.Function.Name, arguments})
			}
		case "tool":
			out.Results, out.Text = []Result{{m.ToolCallID, names[m.ToolCallID], out.Text}}, ""
		}
		ask.Messages = append(ask.Messages, out)
	}
	return ask
}

// contentText is the text of a message: a string, or parts of which some are text.
func contentText(content json.RawMessage) string {
	var text string
	if json.Unmarshal(content, &text) == nil {
		return text
	}
	var parts []struct{ Text string }
	_ = json.Unmarshal(content, &parts) // other shapes have no text
	var texts []string
	for _, p := range parts {
		texts = append(texts, p.Text)
	}
	return strings.Join(texts, "\n")
}
