package gql

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
)

// Decimal is an exact decimal number as a text. Whoever takes one judges its form.
type Decimal string

var errDecimal = errors.New(`must be a decimal number in quotes, such as "2.50"`)

// MarshalGQL implements graphql.Marshaler.
func (d Decimal) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(d))) }

// UnmarshalGQL implements graphql.Unmarshaler. Whole numbers need no quotes; others would come as floating point.
func (d *Decimal) UnmarshalGQL(value any) error {
	switch v := value.(type) {
	case string:
		*d = Decimal(v)
	case json.Number:
		*d = Decimal(v)
	case int64:
		*d = Decimal(strconv.FormatInt(v, 10))
	case int:
		*d = Decimal(strconv.Itoa(v))
	default:
		return errDecimal
	}
	return nil
}
