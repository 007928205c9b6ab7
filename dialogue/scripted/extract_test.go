package scripted

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

const shop = `{"slots":[
	{"name":"email","type":"email"},{"name":"phone","type":"phone"},
	{"name":"count","type":"number","near":["loaves"],"question":"How many loaves?","min":1,"max":500},
	{"name":"guests","type":"number","near":["guest*","people"],"question":"How many guests?"},
	{"name":"day","type":"date","question":"Which day?"},{"name":"at","type":"time","question":"When?"},
	{"name":"zip","type":"postcode","question":"Your postcode?"},
	{"name":"bread","type":"choice","choices":["rye","wheat","dark rye"],"synonyms":{"wheat":["white"]},"question":"Which bread?"},
	{"name":"address","type":"text","question":"Your address?","near":["deliver to"]},
	{"name":"order_no","type":"text","pattern":"\\b(B-\\d+)\\b","question":"The order's number?"},
	{"name":"who","type":"name","question":"Your name?"},{"name":"sliced","type":"yes_no","question":"Sliced?"}],
	"rules":[{"name":"hours","when":{"any":["hours","open"]},"say":"From 7 to 18."},{"name":"order","ask":["count","day"],"say":"ok"}]}`

func find(t testing.TB, region, pending, text string, known values) *reading {
	t.Helper()
	p, problems := compile(json.RawMessage(shop))
	if problems != nil {
		t.Fatal(problems)
	}
	r := &reading{p: p, region: region, today: time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC), pending: p.slot(pending), text: text, known: known}
	r.read()
	return r
}

func TestSlots(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ region, pending, text, want string }{
		{"", "", "write to Jo.Doe+x@mail.example.co.uk, please", "email=Jo.Doe+x@mail.example.co.uk"},
		{"", "", "Пётр@пример.рф.", "email=Пётр@пример.рф"},
		{"", "", "a@b, @c.de, no mail", ""},
		{"DE", "", "ruf an: 0176 / 1234 5678", "phone=+4917612345678"},
		{"US", "", "(415) 555-2671", "phone=+14155552671"},
		{"US", "", "call 415.555.2671 or +44 20 7946 0958", "phone=+442079460958"},
		{"GB", "", "020 7946 0958", "phone=+442079460958"},
		{"", "", "+49 30 1234567 today", "day=2026-05-04 phone=+49301234567"},
		{"", "", "030 1234567", ""},
		{"US", "", "order 2026-05-09 for $1,200.50", "day=2026-05-09"},
		{"US", "", "card 4111 1111 1111 1111", ""},
		{"DE", "", "12 loaves, 030 1234567", "count=12 phone=+49301234567"},
		{"DE", "count", "24 0301234567", "count=24 phone=+49301234567"},
		{"", "", "40 loaves for 120 people", "count=40 guests=120"},
		{"", "", "guests: 7", "guests=7"},
		{"", "", "30 and 60", ""},
		{"", "count", "two dozen", "count=24"},
		{"", "count", "1,000 no, 200", "count=200"},
		{"", "count", "900", ""},
		{"", "count", "no, 24 instead of 12", "count=24"},
		{"", "count", "not 12, 24", "count=24"},
		{"", "", "one of us", ""},
		{"", "", "on Friday", "day=2026-05-08"},
		{"", "", "firday, not tuesday", "day=2026-05-08"},
		{"", "", "the day after tomorrow at 10:30", "at=10:30 day=2026-05-06"},
		{"", "", "5th of June at 3pm", "at=15:00 day=2026-06-05"},
		{"", "", "May 3", "day=2027-05-03"},
		{"US", "", "6/7/26", "day=2026-06-07"},
		{"GB", "", "6/7/26", "day=2026-07-06"},
		{"DE", "", "am 31.2. oder 1.3.", "day=2027-03-01"},
		{"", "at", "at 9", "at=09:00"},
		{"", "at", "10.30", "at=10:30"},
		{"", "", "at noon", "at=12:00"},
		{"GB", "", "SW1A 1AA", "zip=SW1A 1AA"},
		{"DE", "", "PLZ 10115", "zip=10115"},
		{"DE", "zip", "10115 Berlin", "zip=10115"},
		{"", "", "dark rye please", "bread=dark rye"},
		{"", "", "white, no: rye", "bread=rye"},
		{"", "", "whaet bread", "bread=wheat"},
		{"", "", "rye instead of white", "bread=rye"},
		{"", "", "the address is 5 Mill Lane.", "address=5 Mill Lane"},
		{"", "address", "5 Mill Lane", "address=5 Mill Lane"},
		{"", "address", "what are your hours", ""},
		{"", "address", "do you deliver?", ""},
		{"", "", "it was b-17", "order_no=b-17"},
		{"", "", "hello, my name is Ann Lee and I need bread", "who=Ann Lee"},
		{"", "who", "I'm Ann", "who=Ann"},
		{"", "who", "Ann Lee", "who=Ann Lee"},
		{"", "who", "yes", ""},
		{"", "who", "I have no idea what you want from me now", ""},
		{"", "sliced", "sure", "sliced=true"},
		{"", "sliced", "no thanks", "sliced=false"},
		{"", "sliced", "perhaps", ""},
		{"", "", "are you open on Friday? 3 loaves please", "count=3"},
	} {
		got := find(t, c.region, c.pending, c.text, values{}).found
		var all []string
		for _, name := range slices.Sorted(maps.Keys(got)) {
			all = append(all, fmt.Sprintf("%s=%v", name, got[name]))
		}
		if s := strings.Join(all, " "); s != c.want {
			t.Errorf("%q (region %q, asked %q): got %q, want %q", c.text, c.region, c.pending, s, c.want)
		}
	}
}

func TestWithoutToday(t *testing.T) {
	t.Parallel()
	c := calendar{lex: &english, vocab: vocabulary{}}
	for text, want := range map[string]string{"next friday": "Friday", "5 May": "5 May", "5 May 2027": "2027-05-05", "tomorow": "tomorrow", "30 Feb": ""} {
		got := ""
		if s := c.find(text); len(s) > 0 {
			got = s[0].value.(string)
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func equalDay(t *testing.T, got time.Time, want string) {
	t.Helper()
	if got.Format(time.DateOnly) != want || got.Hour() != 0 {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestToday(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 5, 4, 23, 30, 0, 0, time.FixedZone("here", -5*60*60))
	equalDay(t, calendarDay(late), "2026-05-04")
	equalDay(t, calendarDay(late.UTC()), "2026-05-05")
	equalDay(t, calendarDay(time.Time{}), "0001-01-01")
}

func FuzzSlots(f *testing.F) {
	for _, s := range []string{"12 loaves on 5/6 at 10.30, 030 1234567", "my name is", "İ'm Ann", "not", "1.2.3,4 dozen", "a@b.c d@e.fg", "’’", "\xff\xfe 5 May", "?!"} {
		f.Add(s, "DE", "address")
		f.Add(s, "us", "count")
	}
	f.Fuzz(func(t *testing.T, text, region, pending string) {
		r := find(t, region, pending, text, values{"count": json.Number("3")})
		for name, v := range r.found {
			if r.p.slot(name) == nil || v == nil {
				t.Fatalf("%q: %v", name, v)
			}
		}
		if len(r.left) != len(r.text) {
			t.Fatal("the rest has another length")
		}
		r.p.answer(text)
	})
}
