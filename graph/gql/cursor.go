// Package gql holds the types of the GraphQL API that are no stored nouns: inputs, payloads and scalars. Most of it is
// generated from schema.graphql.
package gql

import (
	"fmt"
	"io"
	"strconv"
)

// Cursor is an opaque place in a list or in a stream of events.
type Cursor string

// MarshalGQL implements graphql.Marshaler.
func (c Cursor) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(c))) }

// UnmarshalGQL implements graphql.Unmarshaler.
func (c *Cursor) UnmarshalGQL(v any) error {
	s, ok := v.(string)
	if !ok || len(s) > 2048 {
		return fmt.Errorf("a cursor is a string that an earlier answer gave")
	}
	*c = Cursor(s)
	return nil
}
