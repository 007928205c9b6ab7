// Package recordingtest plays a small fixed dialogue with a model provider, from recordings of real traffic:
//
//	func TestRecorded(t *testing.T) {
//		recordingtest.Run(t, recordingtest.Harness{Fake: fake, Start: start, Key: os.Getenv("ACME_API_KEY")})
//	}
//
// With the flag -record the test asks the vendor, if there is a key, and writes testdata/recorded/live.txt; else it asks
// the fake and writes testdata/recorded/fake.txt. docs/providers.md says more.
package recordingtest

import (
	"bytes"
	"cmp"
	"flag"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"parley/dialogue/model"
	"parley/dialogue/model/recording"
)

var record = flag.Bool("record", false, "record the dialogue of TestRecorded anew: with the vendor if there is a key, else with the fake")

const (
	folder = "testdata/recorded"
	noKey  = "no-key-is-needed"
	// fakeSource stands in the head of what was never compared with a vendor.
	fakeSource = "Parley's own fake model, not a vendor's service"
)

// Harness is one provider and where it is recorded.
type Harness struct {
	Start func(t *testing.T, client *http.Client, key, baseURL, model string) model.Provider // what it starts ends with t
	Fake  func() http.Handler                                                                // a fresh one; it must answer the same each time

	FakeBase, FakeModel string // the base URL's path and the model with the fake; may be empty

	// Live says that the vendor can be asked. Key may be empty where a server takes none.
	Live                bool
	Key, BaseURL, Model string
}

// Run plays the dialogue from each recording of the folder, with its pieces as they came and byte by byte, and records
// the fake's again to see that the same comes out.
func Run(t *testing.T, h Harness) {
	if *record {
		h.record(t)
	}
	names, err := filepath.Glob(folder + "/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatalf("no recordings in %s (%v); make one with -record", folder, err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) { h.replay(t, name) })
	}
	t.Run("fake again", func(t *testing.T) {
		again := filepath.Join(t.TempDir(), "again.txt")
		h.recordFake(t, again)
		want, err := os.ReadFile(filepath.Join(folder, "fake.txt"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(again)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("recorded with the fake, the dialogue is another than %s/fake.txt has; if that is meant, record it with -record and no key:\n%s", folder, got)
		}
	})
}

func (h Harness) record(t *testing.T) {
	if !h.Live {
		h.recordFake(t, filepath.Join(folder, "fake.txt"))
		return
	}
	base, err := url.Parse(h.BaseURL)
	if err != nil {
		t.Fatal("the base URL cannot be read")
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	defer transport.CloseIdleConnections()
	secrets := []string{h.Key}
	if password, ok := base.User.Password(); ok {
		secrets = append(secrets, password)
	}
	h.save(t, filepath.Join(folder, "live.txt"), transport, secrets, h.Key, h.BaseURL,
		recording.Head{Source: cmp.Or(base.Hostname(), "the vendor"), Base: base.EscapedPath(), Model: h.Model})
}

func (h Harness) recordFake(t *testing.T, name string) {
	h.save(t, name, handler{h.Fake()}, []string{noKey}, noKey, "http://fake.invalid"+h.FakeBase,
		recording.Head{Source: fakeSource, Base: h.FakeBase, Model: h.FakeModel})
}

func (h Harness) save(t *testing.T, name string, next http.RoundTripper, secrets []string, key, base string, head recording.Head) {
	t.Helper()
	recorder, err := recording.NewRecorder(next, secrets...)
	if err != nil {
		t.Fatal(err)
	}
	dialogue(t, h.Start(t, recorder.Client(), key, base, head.Model))
	if err := recorder.Save(name, head); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s is written", name)
}

func (h Harness) replay(t *testing.T, name string) {
	r, err := recording.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	play := func(r *recording.Recording) []*model.End {
		player := recording.NewPlayer(r)
		ends := dialogue(t, h.Start(t, player.Client(), noKey, "http://replay.invalid"+r.Base, r.Model))
		if n := player.Unused(); n > 0 {
			t.Errorf("%d recorded requests were not sent", n)
		}
		return ends
	}
	asTheyCame, byteByByte := play(r), play(r.Rechunked(1))
	if !reflect.DeepEqual(asTheyCame, byteByByte) {
		t.Error("the pieces in which answers come make a difference")
	}
}
