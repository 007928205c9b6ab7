// Package ms holds time as whole milliseconds since 1970 UTC. Both databases store it as a 64-bit integer, so
// that order, comparison and arithmetic are the same on each and a move of the data loses nothing.
//
//	due := ms.Now().Add(1200 * time.Millisecond)
package ms

import (
	"fmt"
	"io"
	"strconv"
	"time"
)

// Time is a moment in milliseconds since the Unix epoch. The zero value means 1970, not "unknown": unknown is nil.
type Time int64

// Never is later than any moment. It stands for "not" in columns that order lists, which cannot be null.
const Never Time = 1<<53 - 1

// Now returns the process's clock.
func Now() Time { return Of(time.Now()) }

// Of cuts t to milliseconds.
func Of(t time.Time) Time { return Time(t.UnixMilli()) }

// Time returns t in UTC.
func (t Time) Time() time.Time { return time.UnixMilli(int64(t)).UTC() }

// Add returns t moved by d, cut to milliseconds.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Milliseconds()) }

// Sub returns the time from u to t.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t-u) * time.Millisecond }

// Layout is how moments read outside: RFC 3339 in UTC with milliseconds.
const Layout = "2006-01-02T15:04:05.000Z"

// String returns t in Layout.
func (t Time) String() string { return t.Time().Format(Layout) }

// MarshalJSON writes t in Layout.
func (t Time) MarshalJSON() ([]byte, error) { return []byte(strconv.Quote(t.String())), nil }

// UnmarshalJSON reads any RFC 3339 moment.
func (t *Time) UnmarshalJSON(b []byte) error {
	var v time.Time
	if err := v.UnmarshalJSON(b); err != nil {
		return err
	}
	*t = Of(v)
	return nil
}

// MarshalGQL implements graphql.Marshaler for the scalar Time.
func (t Time) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(t.String())) }

// UnmarshalGQL implements graphql.Unmarshaler for the scalar Time.
func (t *Time) UnmarshalGQL(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("a time is a string such as %q", Layout)
	}
	parsed, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return fmt.Errorf("%q is no RFC 3339 time such as %q", s, Layout)
	}
	*t = Of(parsed)
	return nil
}
