package relay_test

import (
	"bytes"
	"encoding/base64"
	"runtime"
	"strings"
	"testing"

	"parley/ent/ms"
	"parley/ent/relay"
)

func TestCursorsAreReadAsTheyAreWritten(t *testing.T) {
	for _, want := range []relay.Cursor[string]{
		{ID: "thr_x"}, {ID: "thr_x", Value: "a text"}, {ID: "thr_x", Value: strings.Repeat("é", 400)}, {ID: "thr_x", Value: ""},
		{ID: "thr_x", Value: int64(1) << 60}, {ID: "thr_x", Value: int64(-1)}, {ID: "thr_x", Value: int64(100)},
	} {
		var text bytes.Buffer
		want.MarshalGQL(&text)
		var got relay.Cursor[string]
		if err := got.UnmarshalGQL(strings.Trim(text.String(), `"`)); err != nil || got.ID != want.ID {
			t.Errorf("%v is read as %v: %v", want, got, err)
		}
		var again bytes.Buffer
		got.MarshalGQL(&again)
		if text.String() != again.String() {
			t.Errorf("%s is read as %s", &text, &again)
		}
	}
	var text bytes.Buffer
	relay.Cursor[string]{ID: "thr_x", Value: ms.Time(1)}.MarshalGQL(&text)
	var got relay.Cursor[string]
	if err := got.UnmarshalGQL(strings.Trim(text.String(), `"`)); err != nil {
		t.Errorf("one with a moment: %v", err)
	}
}

// A list says how long it is before it comes, and gets the room for that: lists in lists took 160 KB for each three bytes.
func TestACursorTakesNoMoreMemoryThanItIsLong(t *testing.T) {
	head := "\x82\xa1i\xa5thr_x\xa1v"
	for name, packed := range map[string]string{
		"lists in lists":       head + strings.Repeat("\xdc\x27\x10", 500),
		"lists of one":         head + strings.Repeat("\x91", 1500),
		"maps in maps":         head + strings.Repeat("\x81\xa1x", 500),
		"a long text":          head + "\xdb\xff\xff\xff\xff",
		"long bytes":           head + "\xc6\xff\xff\xff\xff",
		"an extension":         head + "\xc9\xff\xff\xff\xff\x01",
		"a list of fields":     "\x92\xa5thr_x" + strings.Repeat("\xdc\x27\x10", 500),
		"a field of no cursor": "\x82\xa1i\xa5thr_x\xa1z" + strings.Repeat("\xdc\x27\x10", 500),
		"a list as a name":     "\x81" + strings.Repeat("\xdc\x27\x10", 500),
		"many fields":          "\xdf\xff\xff\xff\xff" + strings.Repeat("\xa1x\x01", 300),
		"nothing":              "",
	} {
		text := base64.RawStdEncoding.EncodeToString([]byte(packed))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var got relay.Cursor[string]
		err := got.UnmarshalGQL(text)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; err == nil || took > 100<<10 {
			t.Errorf("%s: %v with %d bytes", name, err, took)
		}
	}
}
