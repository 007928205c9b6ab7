package graph

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"

	"github.com/99designs/gqlgen/graphql"
)

// request is what a client asks for, in a body or a message; other members are ignored.
type request struct {
	Query         *string        `json:"query"`
	OperationName *string        `json:"operationName"`
	Variables     map[string]any `json:"variables"`
	Extensions    map[string]any `json:"extensions"`
}

// readRequest reads a request. What it cannot read is not repeated in its error.
func readRequest(text []byte) (*graphql.RawParams, error) {
	var q request
	if err := decode(text, &q); err != nil || q.Query == nil {
		return nil, statusError{http.StatusBadRequest, "a request must be a JSON object with a string `query`, and where they are given " +
			"an object `variables`, a string `operationName` and an object `extensions`"}
	}
	params := &graphql.RawParams{Query: *q.Query, Variables: q.Variables, Extensions: q.Extensions}
	if q.OperationName != nil {
		params.OperationName = *q.OperationName
	}
	return params, nil
}

// readQuery reads the parameters of a GET.
func readQuery(query string) (*graphql.RawParams, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, statusError{http.StatusBadRequest, "the parameters after `?` cannot be read"}
	}
	if !values.Has("query") {
		return nil, statusError{http.StatusBadRequest, "send the document as the parameter `query`"}
	}
	params := &graphql.RawParams{Query: values.Get("query"), OperationName: values.Get("operationName")}
	for name, into := range map[string]*map[string]any{"variables": &params.Variables, "extensions": &params.Extensions} {
		if text := values.Get(name); text != "" && decode([]byte(text), into) != nil {
			return nil, statusError{http.StatusBadRequest, "`" + name + "` must be a JSON object"}
		}
	}
	return params, nil
}

// decode reads the one JSON value that text is, with its numbers as they are written.
func decode(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return statusError{http.StatusBadRequest, "something follows the JSON value"}
	}
	return nil
}
