package schema

import (
	"context"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/raw"
	"parley/ent/relay"
)

// Agent is instructions, model choice, limits and functions. Its row and its functions are the draft; AgentVersion keeps what
// was published.
type Agent struct{ entity }

// Mixin of an agent. A thread token sees the agent of its thread.
func (Agent) Mixin() []Mixin {
	return []Mixin{base{prefix: id.Agent, thread: scope{via: "agent_id"}}, audited{}}
}

// Fields of an agent.
func (Agent) Fields() []field.Field {
	return []field.Field{
		field.String("name").NotEmpty().MaxRuneLen(200).Annotations(relay.OrderField("NAME")),
		field.Text("instructions").Default(""),
		field.JSON("models", []string{}).Default([]string{}).
			Comment("Ordered choice, each `provider` or `provider/model`; empty means the server's default."),
		field.Text("script").GoType(raw.JSON("")).Default("").Comment("Rules of the scripted provider."),
		field.String("region").Default("").Comment("ISO 3166 region for phone numbers written without a country code."),
		field.Bool("public").Default(false).Comment("Whether startChat may open threads without a key."),
		field.Text("allowed_sites").GoType(raw.JSON("")).Default("").Comment("Origins that may show the chat page in a frame, as a list."),
		field.Text("chat").GoType(raw.JSON("")).Default("").Comment("How the chat page looks."),
		field.Enum("on_busy").Values("FOLD", "ENQUEUE", "RESTART", "REJECT").Default("FOLD"),
		field.Int("quiet_ms").Default(1200).Min(0).Max(8000),
		field.Int("max_wait_ms").Default(8000).Min(0).Max(60000),
		field.Int("max_calls").Default(100).Min(1).Max(100),
		field.Int("max_steps").Default(30).Min(2).Max(100),
		field.Int("max_turn_tokens").Default(200000).Min(1000),
		field.Int("max_turn_seconds").Default(300).Min(5).Max(3600),
		field.Int64("daily_tokens").Optional().Nillable().Positive(),
		field.Text("fallback_text").Default("Sorry, I cannot answer right now. Please write again a little later."),
		field.Text("answer_schema").GoType(raw.JSON("")).Default("").Comment("JSON Schema of an object that answers are held to; empty for free text."),
		field.String("time_zone").Default("").MaxLen(64).Comment("IANA name; empty means UTC."),
		field.Text("follow_ups").GoType(raw.JSON("")).Default("").Comment("What it writes when the customer stays silent, in order."),
		field.String("quiet_from").Default("").MaxLen(5).Comment("HH:MM in its time zone; reminders wait until quiet_to."),
		field.String("quiet_to").Default("").MaxLen(5),
		field.String("published_version_id").Optional().Nillable().
			Comment("What new threads are pinned to; nil before the first publication, when threads follow the draft."),
		field.String("moved_version_id").Optional().Nillable().
			Comment("What all threads follow that have seen fewer moves, whatever they are pinned to."),
		field.Int64("moves").Default(0).Comment("How often all threads were moved."),
		field.Int64("revision").Default(0).Comment("Counts the changes of the row and of its functions, so that both can be kept at hand.").
			Annotations(relay.Hidden()),
		field.Int64("updated_at").GoType(ms.Time(0)).DefaultFunc(ms.Now).UpdateDefault(ms.Now).
			Annotations(relay.OrderField("UPDATED_AT")),
		field.Int64("deleted_at").GoType(ms.Time(0)).Optional().Nillable(),
	}
}

// Edges of an agent.
func (Agent) Edges() []ent.Edge {
	return []ent.Edge{
		// Loaded by graph/ for those who may read them: a viewer with a thread token would lose the whole agent.
		edge.To("functions", Function.Type).Annotations(relay.Hidden()),
		edge.To("threads", Thread.Type).Annotations(relay.Hidden()),
	}
}

// Hooks of an agent: every change of the row counts. Who changes a function changes its agent's row first, to lock it.
func (Agent) Hooks() []ent.Hook {
	return []ent.Hook{func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			if m.Op().Is(ent.OpUpdate | ent.OpUpdateOne) {
				if err := m.AddField("revision", int64(1)); err != nil {
					return nil, err
				}
			}
			return next.Mutate(ctx, m)
		})
	}}
}

// Indexes of an agent.
func (Agent) Indexes() []ent.Index { return []ent.Index{index.Fields("workspace_id", "created_at")} }

// Annotations of an agent.
func (Agent) Annotations() []schema.Annotation { return connection() }
