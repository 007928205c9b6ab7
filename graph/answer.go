package graph

import (
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// isRequestError says whether an answer is one to a request that was not executed: it has no entry `data`, not even null.
func isRequestError(r *graphql.Response) bool { return len(r.Data) == 0 && len(r.Errors) > 0 }

// encodeAnswer is an answer as JSON. The data were written by generated code and are not read once more.
func encodeAnswer(r *graphql.Response) []byte {
	b := make([]byte, 0, len(r.Data)+64)
	b = append(b, '{')
	if len(r.Errors) > 0 {
		b = append(append(append(b, `"errors":`...), encodeErrors(r.Errors)...), ',')
	}
	if len(r.Data) > 0 {
		b = append(append(append(b, `"data":`...), r.Data...), ',')
	}
	if extensions, err := json.Marshal(r.Extensions); err == nil && len(r.Extensions) > 0 {
		b = append(append(append(b, `"extensions":`...), extensions...), ',')
	}
	if len(b) == 1 {
		return append(b, '}')
	}
	b[len(b)-1] = '}'
	return b
}

// encodeErrors is a list of errors as JSON.
func encodeErrors(errs gqlerror.List) []byte {
	text, err := json.Marshal(errs)
	if err != nil { // an extension that is no JSON: none of ours
		text, _ = json.Marshal(gqlerror.List{{Message: "internal error", Extensions: map[string]any{"code": CodeInternal}}})
	}
	return text
}
