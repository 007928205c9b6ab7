package graph

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"parley/ent/raw"
)

// dataOf is a text as JSON where it is an object that a model wrote; model is empty for what none wrote.
func dataOf(text, model string) *raw.JSON {
	var b bytes.Buffer
	if model == "" || !strings.HasPrefix(text, "{") || json.Compact(&b, []byte(text)) != nil {
		return nil
	}
	return new(raw.JSON(b.String()))
}

// schemaOf tells a schema that was not given from null, which takes it away.
func schemaOf(in graphql.Omittable[*raw.JSON]) *raw.JSON {
	schema, given := in.ValueOK()
	if given && schema == nil {
		return new(raw.JSON)
	}
	return schema
}
