package relay

import "entgo.io/ent/schema"

// Annotation tells entgql's generator what to make of an entity or a field. It reads it as its own, by name and JSON.
type Annotation struct {
	OrderField      string    `json:"OrderField,omitempty"`
	Skip            int       `json:"Skip,omitempty"`
	RelayConnection bool      `json:"RelayConnection,omitempty"`
	QueryField      *struct{} `json:"QueryField,omitempty"`
}

var _ schema.Annotation = Annotation{}

// skipAll are all of the generator's bits for what is left out.
const skipAll = 1<<6 - 1

// Name implements schema.Annotation.
func (Annotation) Name() string { return "EntGQL" }

// OrderField lets lists be ordered by a field, under a name.
func OrderField(name string) Annotation { return Annotation{OrderField: name} }

// Hidden keeps an entity or a field out of the API.
func Hidden() Annotation { return Annotation{Skip: skipAll} }

// Listed has an entity listed page by page.
func Listed() Annotation { return Annotation{RelayConnection: true, QueryField: &struct{}{}} }
