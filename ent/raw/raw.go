// Package raw holds JSON text exactly as it was given: stored byte for byte, with the order of keys and the
// digits of numbers untouched. (The JSON column types of the databases would rewrite both.)
//
//	schema := raw.JSON(`{"type":"object"}`)
package raw

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// JSON is one JSON value as text. The empty string stands for "nothing stored" and reads as null.
type JSON string

// Of encodes v. It fails only for values that encoding/json cannot encode.
func Of(v any) (JSON, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", err
	}
	return JSON(bytes.TrimRight(b.Bytes(), "\n")), nil
}

// Decode reads the value into v; nothing stored leaves v as it is.
func (j JSON) Decode(v any) error {
	if j == "" {
		return nil
	}
	return json.Unmarshal([]byte(j), v)
}

// String returns the text, with null for nothing stored.
func (j JSON) String() string {
	if j == "" {
		return "null"
	}
	return string(j)
}

// MarshalJSON writes the text as it stands.
func (j JSON) MarshalJSON() ([]byte, error) { return []byte(j.String()), nil }

// UnmarshalJSON keeps the bytes as they are.
func (j *JSON) UnmarshalJSON(b []byte) error {
	*j = JSON(b)
	return nil
}

// MarshalGQL implements graphql.Marshaler for the scalar JSON.
func (j JSON) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, j.String()) }

// UnmarshalGQL implements graphql.Unmarshaler for the scalar JSON: any GraphQL value is taken.
func (j *JSON) UnmarshalGQL(v any) error {
	text, err := Of(v)
	if err != nil {
		return fmt.Errorf("not a JSON value: %w", err)
	}
	*j = text
	return nil
}
