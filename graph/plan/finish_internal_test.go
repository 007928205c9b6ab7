package plan

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"parley/ent"
	"parley/ent/ms"
)

func TestTextsAreQuotedAsGqlgenQuotes(t *testing.T) {
	for range 2000 {
		text := make([]rune, rand.IntN(12))
		for i := range text {
			text[i] = []rune{rune(rand.IntN(0x80)), rune(rand.IntN(0x20)), '"', '\\', 0x2028, 0x10FFFF, 'é'}[rand.IntN(7)]
		}
		var want bytes.Buffer
		graphql.MarshalString(string(text)).MarshalGQL(&want)
		if got := appendQuoted(nil, []byte(string(text))); string(got) != want.String() {
			t.Fatalf("%q is quoted %s, by gqlgen %s", string(text), got, want.String())
		}
	}
}

// mark is what a statement returns for a text.
func marked(kind byte, text string) string {
	return fmt.Sprintf("\x01%c%d:%s\x02", kind, len(text), text)
}

func TestMarksAreFinished(t *testing.T) {
	const id = "thr_01hzy3k7v5q0c8x2m4n6p8r9sa"
	cursor := func(value any) string {
		return string(appendMarshaled(nil, ent.Cursor{ID: id, Value: value}))
	}
	v := Values{
		ThreadCursor: func(threadID string, sequence int64) (string, error) { return fmt.Sprint(threadID, "@", sequence), nil },
		Data:         func(text string) (string, bool) { return text, strings.HasPrefix(text, "{") },
	}
	hostile := "\x01s3:abc\x02\x01!\x02"
	for given, want := range map[string]string{
		`{"a":1}`:                                     `{"a":1}`,
		`{"a":` + marked(markText, "é\n") + `}`:       `{"a":"é\n"}`,
		marked(markText, ""):                          `""`,
		"\x01s:\x02":                                  `null`,
		marked(markText, hostile):                     `"\u0001s3:abc\u0002\u0001!\u0002"`,
		marked(markJSON, `{"x":"\b"}`):                `{"x":"\b"}`,
		marked(markJSON, ""):                          `null`,
		marked(markData, "no"):                        `null`,
		marked(markData, "{}"):                        `{}`,
		marked(markTexts, `["a", "\u00e9"]`):          `["a","é"]`,
		"\x01t0\x02":                                  `"1970-01-01T00:00:00.000Z"`,
		"\x01t\x02":                                   `null`,
		fmt.Sprintf("\x01w%d\x02", ms.Never):          `null`,
		"\x01e" + id + "\x02":                         cursor(nil),
		"\x01f" + id + " 1700000000123\x02":           cursor(ms.Time(1700000000123)),
		"\x01g" + id + " 7\x02":                       cursor(7),
		"\x01i" + id + " 7\x02":                       cursor(int64(7)),
		"\x01h" + id + " 9:" + hostile[:9] + "\x02,1": cursor(hostile[:9]) + ",1",
		"\x01c" + id + " 12\x02":                      `"` + id + `@12"`,
	} {
		if got, err := v.append(nil, []byte(given)); err != nil || string(got) != want {
			t.Errorf("%q is finished to %s (%v), want %s", given, got, err, want)
		}
	}
	for _, given := range []string{stepAside, "\x01", "\x01s", "\x01s3:ab\x02", "\x01s3:abcd\x02", "\x01sx:\x02", "\x01s99999999999999999999:\x02", "\x01t1", "\x01tx\x02", "\x01?\x02", "\x01m3:[1]\x02"} {
		if got, err := v.append(nil, []byte(given)); !errors.Is(err, ErrAside) && err == nil {
			t.Errorf("%q is finished to %s", given, got)
		}
	}
}
