package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/relay"
)

// Workspace is the tenant. It is made by the command `parley workspaces`, never by the API.
type Workspace struct{ entity }

// Mixin of a workspace.
func (Workspace) Mixin() []Mixin { return []Mixin{audited{}} }

// Fields of a workspace.
func (Workspace) Fields() []field.Field {
	return []field.Field{
		field.String("id").DefaultFunc(id.Func(id.Workspace)).Immutable().Unique(),
		field.String("name").NotEmpty().MaxRuneLen(200),
		field.String("history").Immutable().
			Comment("Names one unbroken history of events; a restore from a backup begins a new one, and cursors of the old one expire."),
		field.Int64("integrations_revision").Default(0).Comment("Counts the changes of integrations, so that they can be kept at hand.").
			Annotations(relay.Hidden()),
		field.Int("erase_after_days").Default(0).NonNegative().Comment("Threads in which nothing happens for so long are erased; 0 means never.").
			Annotations(relay.Hidden()),
		field.Text("hidden_from_models").Default("").Comment("Facts about customers that models are not told, with commas between them.").
			Annotations(relay.Hidden()),
		field.Int64("created_at").GoType(ms.Time(0)).DefaultFunc(ms.Now).Immutable(),
	}
}

// Indexes of a workspace.
func (Workspace) Indexes() []ent.Index { return []ent.Index{index.Fields("name").Unique()} }

// Annotations of a workspace.
func (Workspace) Annotations() []schema.Annotation { return internal() }
