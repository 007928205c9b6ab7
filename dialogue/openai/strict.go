package openai

import (
	"encoding/json"
	"slices"
)

// strictWords are the keywords of JSON Schema that OpenAI takes in strict mode, in which an answer always fits. Any other one
// has the request refused.
var strictWords = []string{
	"type", "title", "description", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "$ref", "$defs",
	"definitions", "pattern", "format", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems",
}

// strict says whether a schema is one that strict mode takes: no word that it does not know, and objects with all their
// properties required and no others allowed. What it does not take is sent as a wish.
func strict(schema json.RawMessage) bool {
	var root map[string]any
	if json.Unmarshal(schema, &root) != nil || root["anyOf"] != nil {
		return false
	}
	return strictPart(root)
}

func strictPart(part any) bool {
	schema, ok := part.(map[string]any)
	if !ok {
		return false // true and false
	}
	for word := range schema {
		if !slices.Contains(strictWords, word) {
			return false
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	if schema["type"] == "object" || properties != nil {
		required, _ := schema["required"].([]any)
		for name := range properties {
			if !slices.Contains(required, any(name)) {
				return false
			}
		}
		if schema["additionalProperties"] != false {
			return false
		}
	}
	for _, word := range []string{"properties", "$defs", "definitions"} {
		named, _ := schema[word].(map[string]any)
		for _, inner := range named {
			if !strictPart(inner) {
				return false
			}
		}
	}
	if items, has := schema["items"]; has && !strictPart(items) {
		return false
	}
	for _, one := range listOf(schema["anyOf"]) {
		if !strictPart(one) {
			return false
		}
	}
	return true
}

func listOf(value any) []any {
	list, _ := value.([]any)
	return list
}
