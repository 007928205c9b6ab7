package fakemodel

import (
	"encoding/json"
	"maps"
	"slices"
)

// fitting is an object of a small JSON Schema: what is required, with the text in its first string that may be any. Words of a
// schema beyond types, properties, items, enum, const, minimum, minItems and the first of anyOf are passed over.
func fitting(schema json.RawMessage, text string) string {
	var root any
	if json.Unmarshal(schema, &root) != nil {
		return text
	}
	return string(encode(fill(root, &text)))
}

// fill makes a value of a schema. Text is said once, and empty from then on.
func fill(schema any, text *string) any {
	s, _ := schema.(map[string]any)
	if value, has := s["const"]; has {
		return value
	}
	if all, _ := s["enum"].([]any); len(all) > 0 {
		return all[0]
	}
	if all, _ := s["anyOf"].([]any); len(all) > 0 {
		return fill(all[0], text)
	}
	switch typeOf(s) {
	case "object":
		object := map[string]any{}
		properties, _ := s["properties"].(map[string]any)
		required, _ := s["required"].([]any)
		for _, name := range required {
			if name, ok := name.(string); ok {
				object[name] = fill(properties[name], text)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(properties)) { // the text must stand somewhere
			if object[name] == nil && len(required) == 0 {
				object[name] = fill(properties[name], text)
			}
		}
		return object
	case "array":
		list := []any{}
		least, _ := s["minItems"].(float64)
		for range min(int(least), 10) {
			list = append(list, fill(s["items"], text))
		}
		return list
	case "integer", "number":
		least, _ := s["minimum"].(float64)
		return least
	case "boolean":
		return false
	case "null":
		return nil
	}
	said := *text
	*text = ""
	return said
}

// typeOf is the first type that a schema allows.
func typeOf(s map[string]any) string {
	name, _ := s["type"].(string)
	if all, _ := s["type"].([]any); len(all) > 0 {
		name, _ = all[0].(string)
	}
	return name
}

// loose says what keeps a schema from OpenAI's strict mode, as OpenAI does; "" if nothing does.
func loose(schema any) string {
	s, _ := schema.(map[string]any)
	properties, _ := s["properties"].(map[string]any)
	if typeOf(s) == "object" {
		if s["additionalProperties"] != false {
			return "'additionalProperties' is required to be supplied and to be false."
		}
		required, _ := s["required"].([]any)
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			if !slices.Contains(required, any(name)) {
				return "'required' is required to be supplied and to be an array including every key in properties. Missing '" + name + "'."
			}
		}
	}
	parts := slices.Collect(maps.Values(properties))
	if items, has := s["items"]; has {
		parts = append(parts, items)
	}
	ways, _ := s["anyOf"].([]any)
	for _, part := range append(parts, ways...) {
		if why := loose(part); why != "" {
			return why
		}
	}
	return ""
}

// checkFormat refuses a response_format that OpenAI refuses.
func (q *openAIRequest) checkFormat() *Error {
	f := q.ResponseFormat
	fault := func(format string, args ...any) *Error {
		e := badRequest(format, args...)
		e.Param = "response_format"
		return e
	}
	switch f.Type {
	case "", "text", "json_object":
		return nil
	case "json_schema":
	default:
		return fault("Invalid value: '%s'. Supported values are: 'json_object', 'json_schema', and 'text'.", f.Type)
	}
	if !openAIFunctionName.MatchString(f.JSONSchema.Name) {
		return fault("Missing required parameter: 'response_format.json_schema.name'.")
	}
	var root map[string]any
	if json.Unmarshal(f.JSONSchema.Schema, &root) != nil || root["type"] != "object" {
		return fault("Invalid schema for response_format '%s': schema must be a JSON Schema of 'type: \"object\"'.", f.JSONSchema.Name)
	}
	if why := loose(root); why != "" && f.JSONSchema.Strict {
		return fault("Invalid schema for response_format '%s': In context=(), %s", f.JSONSchema.Name, why)
	}
	return nil
}

// checkFormat refuses a form of answer that Gemini refuses; models from before Gemini 3 take none beside functions.
func (q *geminiRequest) checkFormat(m Model) *Error {
	g := q.GenerationConfig
	isJSON := g.ResponseMIMEType == "application/json"
	switch given := g.ResponseSchema != nil || g.ResponseJSONSchema != nil; {
	case given && !isJSON:
		return badRequest("* GenerateContentRequest.generation_config.response_schema: only allowed when response_mime_type is application/json.\n")
	case g.ResponseSchema != nil && g.ResponseJSONSchema != nil:
		return badRequest("Only one of response_schema and response_json_schema may be set.")
	case g.ResponseJSONSchema != nil && !isObject(string(g.ResponseJSONSchema)):
		return badRequest("Invalid value at 'generation_config.response_json_schema' (type.googleapis.com/google.protobuf.Struct).")
	case isJSON && !m.Signs && len(q.functions()) > 0:
		return badRequest("Function calling with a response mime type: 'application/json' is unsupported")
	}
	return nil
}
