package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/raw"
)

// Event is something that happened: a row of the log that subscriptions replay and webhooks are cut from. Rows are
// written by package eventlog only.
type Event struct{ entity }

// Mixin of an event.
func (Event) Mixin() []Mixin { return []Mixin{base{prefix: id.Event, thread: byThreadID}} }

// Fields of an event.
func (Event) Fields() []field.Field {
	return []field.Field{
		field.Int("shard").Immutable(),
		field.Int64("position").Immutable().Comment("Gapless within the feed shard, in order of commit."),
		field.String("thread_id").Optional().Nillable().Immutable(),
		field.Int64("sequence").Optional().Nillable().Immutable().Comment("Gapless within the thread, in order of commit."),
		field.String("type").Immutable(),
		field.Text("data").GoType(raw.JSON("")).Default("").Immutable().Comment("Ids and facts that live subscribers need."),
		field.Text("body").Default("").Immutable().Comment("Webhook body as it is signed; empty for types that no webhook carries."),
		field.String("traceparent").Optional().Nillable().Immutable().Comment("Span in which it happened, for its deliveries; nil where nothing is traced, and without a body."),
	}
}

// Indexes of an event.
func (Event) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("workspace_id", "shard", "position").Unique(),
		index.Fields("thread_id", "sequence").Unique(),
		index.Fields("thread_id").StorageKey("event_tag_removed").Annotations(entsql.IndexWhere("type = 'tag.removed'")),
		index.Fields("workspace_id", "created_at"),
	}
}

// Annotations of an event.
func (Event) Annotations() []schema.Annotation { return connection() }
