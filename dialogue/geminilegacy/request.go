package geminilegacy

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/google/generative-ai-go/genai"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
)

// question is what one request asks. The client can send one content only, without its chat; so it is given the parts
// of all contents in a row, and the transport divides them again. It has no words for most of JSON Schema either; the
// schemas are the transport's to send.
type question struct {
	model     string
	request   *model.Request
	parts     []genai.Part
	turns     []turn
	schemas   map[string]json.RawMessage // by name of the function
	functions []*genai.FunctionDeclaration
	answer    json.RawMessage // the schema that the model's text is held to, if any
}

// turn is one content of the request.
type turn struct {
	role  string
	parts int
}

var modelNames = regexp.MustCompile(`^(?:tunedModels/)?[A-Za-z0-9][A-Za-z0-9._-]*$`)

// modelName reads the name of a model. It becomes part of a path, and must not lead elsewhere.
func modelName(text string) (string, error) {
	name := strings.TrimPrefix(text, "models/")
	if !modelNames.MatchString(name) {
		return "", fmt.Errorf("%q cannot be the name of a Gemini model: such names are like %s", remote.Clip(text, 100), DefaultModel)
	}
	return name, nil
}

// question reads a request. The error is one of kind Retired if no model can have such a name, else Invalid.
func (p *Provider) question(r *model.Request) (*question, *model.Error) {
	name, err := modelName(cmp.Or(r.Model, p.o.Model))
	if err != nil {
		return nil, &model.Error{Kind: model.Retired, Err: err}
	}
	q := &question{model: name, request: r, schemas: map[string]json.RawMessage{}}
	for _, f := range r.Functions {
		q.functions = append(q.functions, &genai.FunctionDeclaration{Name: valid(f.Name), Description: valid(f.Description)})
		switch schema := bytes.TrimSpace(f.Schema); {
		case len(schema) == 0 || string(schema) == "null" || string(schema) == "{}":
		case !json.Valid(schema):
			return nil, &model.Error{Kind: model.Invalid, Err: fmt.Errorf("the schema of the function %s is not JSON", f.Name)}
		default:
			q.schemas[f.Name] = schema
		}
	}
	if len(r.AnswerSchema) > 0 && !json.Valid(r.AnswerSchema) {
		return nil, &model.Error{Kind: model.Invalid, Err: errors.New("the schema of answers is not JSON")}
	}
	if len(r.Functions) == 0 || combines(name) {
		q.answer = r.AnswerSchema
	}
	for _, c := range p.contents(r, !oldModel(name)) {
		q.turns = append(q.turns, turn{c.role, len(c.parts)})
		q.parts = append(q.parts, c.parts...)
	}
	if len(q.parts) == 0 {
		return nil, &model.Error{Kind: model.Invalid, Err: fmt.Errorf("there is nothing that %s could answer: the history is empty", name)}
	}
	return q, nil
}

// oldModel says whether a model is from before thought signatures had to be sent back.
func oldModel(name string) bool {
	return strings.HasPrefix(name, "gemini-1.") || strings.HasPrefix(name, "gemini-2.")
}

// combines says whether a model takes a schema of answers beside functions. Others refuse the request.
func combines(name string) bool { return !oldModel(name) && !strings.HasPrefix(name, "gemma-") }

// configure tells the client all that it has words for.
func (q *question) configure(m *genai.GenerativeModel) {
	system := q.request.System
	if len(q.answer) > 0 {
		m.ResponseMIMEType = "application/json"
	} else {
		system = remote.Instructed(q.request)
	}
	if system != "" {
		m.SystemInstruction = genai.NewUserContent(genai.Text(valid(system)))
	}
	if len(q.functions) > 0 {
		m.Tools = []*genai.Tool{{FunctionDeclarations: q.functions}}
	}
	if n := q.request.MaxOutputTokens; n > 0 {
		m.SetMaxOutputTokens(int32(min(n, math.MaxInt32)))
	}
	if t := q.request.Temperature; t != nil {
		m.SetTemperature(float32(*t))
	}
}

// valid makes a text that protocol buffers take.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
