package eventlog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"parley/ent/ms"
	"parley/ent/raw"
)

// kind is what is published about a type of events.
type kind struct {
	about string // when it is sent
	data  any    // a value of the type that its data have
}

var kinds = map[string]kind{
	CallAwaitingApproval: {"The agent wants to call a function that a person must approve.", ApprovalData{}},
	CallFailed:           {"A function of yours could not be called.", CallData{}},
	ContactReceived:      {"A contact is given, new or changed.", Dialogue{}},
	DialogueClosed:       {"The dialogue is over.", Dialogue{}},
	DialogueSuccessful:   {"The dialogue's goal is reached.", Dialogue{}},
	IntegrationDisabled:  {"An integration of the workspace no longer gets events.", IntegrationData{}},
	IntegrationFailing:   {"The endpoint of another integration of the workspace has been failing for some time.", IntegrationData{}},
	IntegrationPing:      {"You test an integration. It is sent by testIntegration alone.", IntegrationData{}},
	InterestShown:        {"The customer shows interest.", Dialogue{}},
	MessageCreated:       {"Anybody writes: customer, agent, operator or the system.", MessageData{}},
	OperatorMessage:      {"The agent has a message for an operator.", TextData{}},
	OperatorTransferred:  {"A person is needed, or takes over.", Dialogue{}},
	ThreadCreated:        {"A dialogue begins.", Dialogue{}},
}

// Describe says in a sentence when events of a type that webhooks carry are sent; it is empty for all other types.
func Describe(eventType string) string {
	if !ForWebhooks(eventType) {
		return ""
	}
	return kinds[eventType].about
}

// Schema returns the JSON Schema (draft 2020-12) of the bodies of an event type that webhooks carry; nothing for all other
// types. It is made of the structs that bodies are written from, and is open: fields may be added to a version.
func Schema(eventType string) raw.JSON {
	if !ForWebhooks(eventType) {
		return ""
	}
	of := kinds[eventType]
	s := schemaOf(reflect.TypeFor[Body]())
	s.Schema, s.ID = "https://json-schema.org/draft/2020-12/schema", fmt.Sprintf("urn:parley:webhook:%d:%s", PayloadVersion, eventType)
	s.Title, s.Description = eventType, of.about
	s.property("type").Const, s.property("version").Const = eventType, PayloadVersion
	s.property("data").of(schemaOf(reflect.TypeOf(of.data)))
	thread, sequence := s.property("thread_id"), s.property("sequence")
	if _, workspace := of.data.(IntegrationData); workspace {
		thread.Type, sequence.Type = "null", "null"
	} else {
		first := 1
		thread.Type, sequence.Type, sequence.Minimum = "string", "integer", &first
	}
	text, err := raw.Of(s)
	if err != nil {
		panic(fmt.Sprintf("eventlog: the schema of %s cannot be encoded: %v", eventType, err)) // a mistake in this file
	}
	return text
}

// schema is a JSON Schema, as far as it is needed.
type schema struct {
	Schema      string     `json:"$schema,omitempty"`
	ID          string     `json:"$id,omitempty"`
	Title       string     `json:"title,omitempty"`
	Description string     `json:"description,omitempty"`
	Type        any        `json:"type,omitempty"` // a name, or a list of names
	Const       any        `json:"const,omitempty"`
	Enum        []string   `json:"enum,omitempty"`
	Format      string     `json:"format,omitempty"`
	Minimum     *int       `json:"minimum,omitempty"`
	Items       *schema    `json:"items,omitempty"`
	Properties  properties `json:"properties,omitempty"`
	Required    []string   `json:"required,omitempty"`
}

// of takes over what another one says about the value, and keeps its own description.
func (s *schema) of(other *schema) {
	description := s.Description
	*s = *other
	s.Description = description
}

func (s *schema) property(name string) *schema {
	return s.Properties[slices.IndexFunc(s.Properties, func(p property) bool { return p.name == name })].schema
}

type property struct {
	name   string
	schema *schema
}

// properties are written as an object, in the order of the struct's fields.
type properties []property

// MarshalJSON implements json.Marshaler.
func (list properties) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	for i, p := range list {
		name, err := json.Marshal(p.name)
		if err != nil {
			return nil, err
		}
		value, err := raw.Of(p.schema)
		if err != nil {
			return nil, err
		}
		out.WriteString([]string{"{", ","}[min(i, 1)])
		out.Write(name)
		out.WriteString(":" + string(value))
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

var formats = map[reflect.Type]schema{
	reflect.TypeFor[ms.Time]():  {Type: "string", Format: "date-time"},
	reflect.TypeFor[raw.JSON](): {Type: []string{"object", "null"}},
}

// schemaOf describes how values of a Go type are encoded.
func schemaOf(t reflect.Type) *schema {
	if known, ok := formats[t]; ok {
		return &known
	}
	switch t.Kind() {
	case reflect.String:
		return &schema{Type: "string"}
	case reflect.Bool:
		return &schema{Type: "boolean"}
	case reflect.Int, reflect.Int64:
		return &schema{Type: "integer"}
	case reflect.Interface:
		return &schema{}
	case reflect.Pointer:
		s := schemaOf(t.Elem())
		s.Type = []string{s.Type.(string), "null"}
		return s
	case reflect.Slice:
		return &schema{Type: "array", Items: schemaOf(t.Elem())}
	case reflect.Struct:
		s := &schema{Type: "object"}
		s.addFields(t)
		return s
	}
	panic("eventlog: no schema is known for " + t.String())
}

// addFields adds the fields of a struct, those of embedded ones among them.
func (s *schema) addFields(t reflect.Type) {
	for f := range t.Fields() {
		if f.Anonymous {
			s.addFields(f.Type)
			continue
		}
		field := schemaOf(f.Type)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		field.Description = f.Tag.Get("doc")
		if values := f.Tag.Get("enum"); values != "" {
			field.Enum = strings.Split(values, ",")
		}
		s.Properties = append(s.Properties, property{name, field})
		if options != "omitempty" {
			s.Required = append(s.Required, name)
		}
	}
}
