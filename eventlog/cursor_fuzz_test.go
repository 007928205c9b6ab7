package eventlog_test

import (
	"encoding/base64"
	"errors"
	"testing"

	"parley/eventlog"
	"parley/seal"
)

// A text that this server did not make is no cursor, and one that it made reads as it was.
func FuzzReadCursor(f *testing.F) {
	keys, err := seal.Parse(base64.StdEncoding.EncodeToString(make([]byte, seal.KeySize)))
	if err != nil {
		f.Fatal(err)
	}
	own := eventlog.Cursor{History: "his_1", Thread: "thr_1", Sequence: 7}
	good := own.String(keys)
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(good + "A")
	f.Add("")
	f.Add("AAAAAAAAAAAAAAAAAAAAAHsiaCI6IngifQ")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := eventlog.ReadCursor(keys, text)
		switch {
		case err != nil && !errors.Is(err, eventlog.ErrCursorInvalid):
			t.Errorf("%q: %v", text, err)
		case err == nil && c != own:
			t.Errorf("%q is taken for %+v", text, c)
		}
	})
}
