package fakemodel

import (
	"regexp"
	"slices"
	"strings"
)

var (
	geminiFunctionName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,62}$`)
	thinkingLevels     = []string{"LOW", "MEDIUM", "HIGH", "THINKING_LEVEL_UNSPECIFIED"}
)

const (
	callOrder     = "Please ensure that function call turn comes immediately after a user turn or after a function response turn."
	responseOrder = "Please ensure that function response turn comes immediately after a function call turn."
	responseCount = "Please ensure that the number of function response parts is equal to the number of function call parts of " +
		"the function call turn."
)

// checkGemini refuses what Gemini refuses. name is the model that was asked for.
func (s *Server) checkGemini(q *geminiRequest, name string, m Model) *Error {
	if q.Model != "" && strings.TrimPrefix(q.Model, "models/") != name {
		return badRequest("The model in the body is %q, in the path %q.", q.Model, name)
	}
	if fault := q.checkDeclarations(); fault != nil {
		return fault
	}
	if level := q.GenerationConfig.ThinkingLevel; name == "gemini-3.8-flash" && level != "" && !level.is(thinkingLevels...) {
		return badRequest("Thinking level %s is not supported for this model.", level)
	}
	if fault := q.checkFormat(m); fault != nil {
		return fault
	}
	if len(q.Contents) == 0 {
		return badRequest("* GenerateContentRequest.contents: contents is not specified\n")
	}
	if system := q.SystemInstruction; system != nil {
		notText := func(p geminiPart) bool { return p.Text == nil || p.FunctionCall != nil }
		if len(system.Parts) == 0 || slices.ContainsFunc(system.Parts, notText) {
			return badRequest("* GenerateContentRequest.system_instruction.parts: system instruction must be text.")
		}
	}
	for i, c := range q.Contents {
		if fault := checkContent(i, c); fault != nil {
			return fault
		}
	}
	if !s.o.Strict {
		return nil
	}
	if fault := checkPairs(q.Contents); fault != nil {
		return fault
	}
	return s.checkSignatures(q.Contents, m)
}

func (q *geminiRequest) checkDeclarations() *Error {
	names := q.functions()
	for i, name := range names {
		if !geminiFunctionName.MatchString(name) {
			return badRequest("* GenerateContentRequest.tools[0].function_declarations[%d].name: Invalid function name. Must start with a "+
				"letter or an underscore. Must be alphameric (a-z, A-Z, 0-9), underscores (_) or dashes (-), with a maximum length of 63.", i)
		}
		if slices.Contains(names[:i], name) {
			return badRequest("Duplicate function declaration found: %s", name)
		}
	}
	for _, tool := range q.Tools {
		for _, f := range tool.FunctionDeclarations {
			if f.Parameters != nil && f.ParametersJSONSchema != nil {
				return badRequest("Function %s: parameters and parameters_json_schema are mutually exclusive.", f.Name)
			}
		}
	}
	config := q.ToolConfig.FunctionCallingConfig
	if config.Mode != "" && !config.Mode.is("MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED", "0", "1", "2", "3", "4") {
		return badRequest("Invalid value at 'tool_config.function_calling_config.mode' (%s).", config.Mode)
	}
	if len(config.AllowedFunctionNames) > 0 && !config.Mode.is("ANY", "2", "VALIDATED", "4") {
		return badRequest("Allowed function names should only be set when function calling mode is ANY.")
	}
	for _, name := range config.AllowedFunctionNames {
		if !slices.Contains(names, name) {
			return badRequest("allowed_function_names: function %s is not declared.", name)
		}
	}
	return nil
}

// checkContent looks at one content by itself.
func checkContent(i int, c geminiContent) *Error {
	if !slices.Contains([]string{"", "user", "model", "function"}, c.Role) {
		return badRequest("Please use a valid role: user, model.")
	}
	if len(c.Parts) == 0 {
		return badRequest("* GenerateContentRequest.contents[%d].parts: contents.parts must not be empty.\n", i)
	}
	for j, p := range c.Parts {
		switch {
		case p.FunctionResponse != nil && !isObject(string(p.FunctionResponse.Response)):
			return badRequest("Invalid value at 'contents[%d].parts[%d].function_response.response' "+
				"(type.googleapis.com/google.protobuf.Struct)", i, j)
		case p.FunctionCall != nil && p.FunctionCall.Args != nil && !isObject(string(p.FunctionCall.Args)):
			return badRequest("Invalid value at 'contents[%d].parts[%d].function_call.args' "+
				"(type.googleapis.com/google.protobuf.Struct)", i, j)
		case p.FunctionCall != nil && c.Role != "model":
			return badRequest(callOrder)
		case p.FunctionResponse != nil && c.Role == "model":
			return badRequest(responseOrder)
		case p.empty():
			return badRequest("* GenerateContentRequest.contents[%d].parts[%d].data: "+
				"required oneof field 'data' must have one initialized field\n", i, j)
		}
	}
	return nil
}

func (p geminiPart) empty() bool {
	return p.Text == nil && p.FunctionCall == nil && p.FunctionResponse == nil && p.ThoughtSignature == "" &&
		p.InlineData == nil && p.FileData == nil && p.ExecutableCode == nil && p.CodeResult == nil
}

// split returns the calls and the answers of functions in a content.
func (c geminiContent) split() (calls []*geminiCall, responses []*geminiResponse) {
	for _, p := range c.Parts {
		if p.FunctionCall != nil {
			calls = append(calls, p.FunctionCall)
		}
		if p.FunctionResponse != nil {
			responses = append(responses, p.FunctionResponse)
		}
	}
	return calls, responses
}

// checkPairs wants each content with calls to stand behind the user and before the one content that answers them all, in order.
func checkPairs(contents []geminiContent) *Error {
	var open []*geminiCall // of the content before
	for i, c := range contents {
		calls, responses := c.split()
		switch {
		case len(calls) > 0 && (i == 0 || contents[i-1].Role == "model"):
			return badRequest(callOrder)
		case len(responses) > 0 && len(open) == 0:
			return badRequest(responseOrder)
		case len(responses) != len(open):
			return badRequest(responseCount)
		case len(responses) > 0 && len(responses) != len(c.Parts):
			return badRequest("Function response turn %d holds parts that are not function responses.", i+1)
		}
		for j, r := range responses {
			if call := open[j]; r.Name != call.Name || call.ID != "" && r.ID != call.ID {
				return badRequest("Function response %d of turn %d (id %q, name %q) does not match its function call (id %q, name %q).",
					j, i+1, r.ID, r.Name, call.ID, call.Name)
			}
		}
		open = calls
	}
	if len(open) > 0 {
		return badRequest(responseCount)
	}
	if contents[len(contents)-1].Role == "model" {
		return badRequest("Please ensure that multiturn requests end with a user role or a function response.")
	}
	return nil
}

// checkSignatures wants the first call of every step of the current turn signed, if the model signs, and every signature as it was sent.
func (s *Server) checkSignatures(contents []geminiContent, m Model) *Error {
	current := 0 // the last content of the user that answers no call
	for i, c := range contents {
		if _, responses := c.split(); c.Role != "model" && len(responses) == 0 {
			current = i
		}
	}
	for i, c := range contents {
		first := true
		for _, p := range c.Parts {
			name := ""
			if p.FunctionCall != nil {
				name = p.FunctionCall.Name
				if first && m.Signs && i > current && p.ThoughtSignature == "" {
					return badRequest("Function call is missing a thought_signature in functionCall parts. This is required for tools to work "+
						"correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call "+
						"`default_api:%s` , position %d. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more "+
						"details.", name, i+1)
				}
				first = false
			}
			if m.Signs && p.ThoughtSignature != "" && !s.genuine(p.ThoughtSignature, name) {
				return badRequest("Thought signature is not valid.")
			}
		}
	}
	return nil
}
