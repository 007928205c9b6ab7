package dialogue

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"parley/dialogue/model"
	"parley/ent/raw"
)

// noRemote refuses every $ref that leaves the schema.
type noRemote struct{}

var _ jsonschema.URLLoader = noRemote{}

// Load implements jsonschema.URLLoader.
func (noRemote) Load(url string) (any, error) {
	return nil, fmt.Errorf("must not refer to another document: %s", url)
}

const schemaURL = "parameters:schema"

// compileSchema reads a JSON Schema of an object. It reads nothing but the text.
func compileSchema(text raw.JSON) (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		return nil, errors.New("must be a JSON object")
	}
	root, _ := doc.(map[string]any)
	if root["type"] != "object" {
		return nil, errors.New(`must have "type": "object" at its root`)
	}
	if err := checkNumbers(doc); err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(noRemote{})
	c.AssertFormat()
	if err := c.AddResource(schemaURL, doc); err != nil {
		return nil, fmt.Errorf("is no JSON Schema: %w", err)
	}
	schema, err := c.Compile(schemaURL)
	if err == nil {
		return schema, nil
	}
	var load *jsonschema.LoadURLError
	var invalid *jsonschema.ValidationError
	switch {
	case errors.As(err, &load):
		return nil, load.Err
	case errors.As(err, &invalid):
		return nil, fmt.Errorf("is no JSON Schema: %s", strings.Join(complaints(invalid, "at the root"), "; "))
	}
	return nil, fmt.Errorf("is no JSON Schema: %s", strings.ReplaceAll(err.Error(), schemaURL, ""))
}

// checkArguments says what is wrong with the arguments of a call; none means they fit. An empty schema takes an object
// without members.
func checkArguments(schema, arguments raw.JSON) []string {
	if schema == "" {
		schema = `{"type":"object","additionalProperties":false}`
	}
	return faults(schema, arguments, "the function's parameters", "the arguments")
}

// misfit says in one line what keeps the text of an answer from fitting the agent's schema. It is "" if it fits, if there is no
// schema or no text, and for what the provider has blocked.
func misfit(schema raw.JSON, a answer) string {
	text := a.said()
	if schema == "" || text == "" || a.end.Reason == model.Blocked {
		return ""
	}
	why, _ := shorten(strings.Join(faults(schema, raw.JSON(text), "the schema", "the answer"), "; "), ModelReadsFailed)
	return why
}

// faults says what is wrong with a value. The names are those of the schema and of the value in what is said.
func faults(schema, text raw.JSON, schemaName, valueName string) []string {
	compiled, err := compileSchema(schema)
	if err != nil {
		return []string{schemaName + " " + err.Error()}
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		return []string{valueName + ": not JSON"}
	}
	if err := checkNumbers(value); err != nil {
		return []string{valueName + ": " + err.Error()}
	}
	if !affordable(compiled, value) {
		return []string{valueName + ": to check it takes too long"}
	}
	var wrong *jsonschema.ValidationError
	switch err := compiled.Validate(value); {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		return complaints(wrong, valueName)
	default:
		return []string{err.Error()}
	}
}

var english = message.NewPrinter(language.English)

// complaints flattens a validation error to its leaves: `/price: got string, want number`. Whole is what is at the root.
func complaints(e *jsonschema.ValidationError, whole string) []string {
	if len(e.Causes) == 0 {
		where := "/" + strings.Join(e.InstanceLocation, "/")
		if where == "/" {
			where = whole
		}
		return []string{where + ": " + e.ErrorKind.LocalizedString(english)}
	}
	var all []string
	for _, cause := range e.Causes {
		all = append(all, complaints(cause, whole)...)
	}
	slices.Sort(all) // the order of the library changes from run to run
	all = slices.Compact(all)
	return all[:min(len(all), 10)]
}
