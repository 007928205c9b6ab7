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
	DocumentID    *string        `json:"documentId"`
	OperationName *string        `json:"operationName"`
	Variables     map[string]any `json:"variables"`
	Extensions    map[string]any `json:"extensions"`
}

// readRequest reads a request. What it cannot read is not repeated in its error.
func readRequest(text []byte) (*graphql.RawParams, error) {
	var q request
	if err := decode(text, &q); err != nil || q.Query == nil && q.DocumentID == nil && q.Extensions["persistedQuery"] == nil {
		return nil, statusError{http.StatusBadRequest, "a request must be a JSON object with a string `query` or `documentId`, and where they are given " +
			"an object `variables`, a string `operationName` and an object `extensions`"}
	}
	params := &graphql.RawParams{Variables: q.Variables, Extensions: q.Extensions}
	if q.Query != nil {
		params.Query = *q.Query
	}
	named(params, q.DocumentID)
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
	params := &graphql.RawParams{Query: values.Get("query"), OperationName: values.Get("operationName")}
	for name, into := range map[string]*map[string]any{"variables": &params.Variables, "extensions": &params.Extensions} {
		if text := values.Get(name); text != "" && decode([]byte(text), into) != nil {
			return nil, statusError{http.StatusBadRequest, "`" + name + "` must be a JSON object"}
		}
	}
	if id := values.Get("documentId"); values.Has("documentId") {
		named(params, &id)
	} else if !values.Has("query") && params.Extensions["persistedQuery"] == nil {
		return nil, statusError{http.StatusBadRequest, "send the document as the parameter `query`, or `documentId`"}
	}
	return params, nil
}

// named puts the id of a document beside the extensions.
func named(params *graphql.RawParams, documentID *string) {
	if documentID == nil {
		return
	}
	if params.Extensions == nil {
		params.Extensions = map[string]any{}
	}
	params.Extensions[documentIDKey] = *documentID
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
