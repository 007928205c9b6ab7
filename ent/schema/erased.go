package schema

import (
	"context"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"

	"parley/ent/field"
	"parley/ent/intercept"
	"parley/ent/ms"
	"parley/ent/relay"
	"parley/ent/viewer"
)

// erasedColumn is when somebody began to erase a row with all that belongs to it.
const erasedColumn = "erased_at"

func erasedAt() field.Field {
	return field.Int64(erasedColumn).GoType(ms.Time(0)).Optional().Nillable().Annotations(relay.Hidden()).
		Comment("Since when it is being erased: nobody but package retention sees it any more.")
}

// hideErased keeps rows that are being erased from every viewer but the system, so that nothing new is written to them.
func hideErased() ent.Interceptor {
	return intercept.TraverseFunc(func(ctx context.Context, q intercept.Query) error {
		if v, _ := viewer.FromContext(ctx); v.Role != viewer.System {
			q.WhereP(func(s *sql.Selector) { s.Where(sql.IsNull(s.C(erasedColumn))) })
		}
		return nil
	})
}
