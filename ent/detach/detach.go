// Package detach makes copies of rows that hold nothing but their values, for whoever keeps them. A row as ent read it holds the
// client that read it, and with that its transaction, the request that this was for, and all that was made for the request.
package detach

import "reflect"

// Row returns a copy of an entity with its columns alone: it has no edges, no selected values and no client, so none of its methods that
// ask the database may be called.
func Row[T any](row *T) *T {
	made := new(T)
	from, to := reflect.ValueOf(row).Elem(), reflect.ValueOf(made).Elem()
	for i := range from.NumField() {
		if f := from.Type().Field(i); f.IsExported() && f.Name != "Edges" {
			to.Field(i).Set(from.Field(i))
		}
	}
	return made
}

// Rows is Row for each of several.
func Rows[T any](rows []*T) []*T {
	made := make([]*T, len(rows))
	for i, row := range rows {
		made[i] = Row(row)
	}
	return made
}
