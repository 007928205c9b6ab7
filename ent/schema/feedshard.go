package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
)

// FeedShard counts the events of one of the 8 feed shards of a workspace.
type FeedShard struct{ entity }

// Mixin of a feed shard.
func (FeedShard) Mixin() []Mixin {
	return []Mixin{base{prefix: id.FeedShard, thread: noThread}}
}

// Fields of a feed shard.
func (FeedShard) Fields() []field.Field {
	return []field.Field{
		field.Int("shard").Immutable(),
		field.Int64("last_position").Default(0),
		field.Int64("first_position").Default(1).Comment("Oldest position that retention has kept."),
	}
}

// Indexes of a feed shard.
func (FeedShard) Indexes() []ent.Index {
	return []ent.Index{index.Fields("workspace_id", "shard").Unique()}
}

// Annotations of a feed shard.
func (FeedShard) Annotations() []schema.Annotation { return internal() }
