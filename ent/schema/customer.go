package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/index"

	"parley/ent/field"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/raw"
	"parley/ent/relay"
)

// Customer is a person an agent talks with, known by the app's own external id.
type Customer struct{ entity }

// Mixin of a customer. A thread token sees the customer of its thread.
func (Customer) Mixin() []Mixin {
	return []Mixin{base{prefix: id.Customer, thread: scope{via: "customer_id"}}}
}

// Fields of a customer.
func (Customer) Fields() []field.Field {
	return []field.Field{
		field.String("external_id").Optional().Nillable().Immutable().MaxRuneLen(200),
		field.String("name").Default("").MaxRuneLen(200).Annotations(relay.OrderField("NAME")),
		field.String("email").Default(""),
		field.String("phone").Default("").Comment("E.164 where it could be read as a number."),
		field.Text("contact").GoType(raw.JSON("")).Default("").Comment("Last contact given, as the function get_contact received it."),
		field.Text("metadata").GoType(raw.JSON("")).Default(""),
		field.Int64("updated_at").GoType(ms.Time(0)).DefaultFunc(ms.Now).UpdateDefault(ms.Now),
		erasedAt(),
	}
}

// Edges of a customer.
func (Customer) Edges() []ent.Edge {
	return []ent.Edge{edge.To("threads", Thread.Type).Annotations(relay.Hidden())}
}

// Indexes of a customer.
func (Customer) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("workspace_id", "external_id").Unique(),
		index.Fields("workspace_id", "created_at"),
		index.Fields("erased_at").StorageKey("customer_erased").Annotations(entsql.IndexWhere("erased_at IS NOT NULL")),
	}
}

// Interceptors hide customers that are being erased.
func (Customer) Interceptors() []ent.Interceptor { return []ent.Interceptor{hideErased()} }

// Annotations of a customer.
func (Customer) Annotations() []schema.Annotation { return connection() }
