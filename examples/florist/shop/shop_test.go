package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A Thursday, before the van leaves.
var thursday = time.Date(2026, time.December, 3, 10, 0, 0, 0, time.UTC)

func at(now time.Time) func() time.Time { return func() time.Time { return now } }

func TestParseDay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"today":          "2026-12-03",
		"Tomorrow":       "2026-12-04",
		"saturday":       "2026-12-05",
		"next Sat":       "2026-12-05",
		"on thursday":    "2026-12-10",
		"24 December":    "2026-12-24",
		"December 24th,": "2026-12-24",
		"2nd jan":        "2027-01-02",
		"2026-12-24":     "2026-12-24",
	} {
		if day, err := ParseDay(text, thursday); err != nil || day.Format(time.DateOnly) != want {
			t.Errorf("ParseDay(%q) = %v, %v; want %s", text, day, err, want)
		}
	}
	for _, text := range []string{"", "soon", "31 february", "24", "the 24 december"} {
		if day, err := ParseDay(text, thursday); err == nil {
			t.Errorf("ParseDay(%q) = %v; want an error", text, day)
		}
	}
}

func TestSlots(t *testing.T) {
	t.Parallel()
	late := thursday.Add(5 * time.Hour)
	for _, test := range []struct {
		name, query string
		now         time.Time
		status      int
		want        string // part of the answer
	}{
		{"near", "postcode=bs1+4dj&date=tomorrow", thursday, 200, `"postcode":"BS1 4DJ","date":"2026-12-04","day":"Friday 4 December","fee":"free"`},
		{"far", "postcode=BS65QA&date=saturday", thursday, 200, `"fee":"£4.50","slots":["morning","afternoon","evening"],"summary":"morning, afternoon or evening"`},
		{"sunday", "postcode=BS6+5QA&date=sunday", thursday, 200, `"slots":["morning"]`},
		{"today", "postcode=BS6+5QA&date=today", thursday, 200, `"slots":["evening"]`},
		{"too late", "postcode=BS6+5QA&date=today", late, 422, `van has left`},
		{"too far", "postcode=BA1+1AA&date=today", thursday, 422, `only to BS1 up to BS9`},
		{"next district", "postcode=BS10+7AA&date=today", thursday, 422, `only to BS1 up to BS9`},
		{"over", "postcode=BS6+5QA&date=2026-12-01", thursday, 422, `is over`},
		{"years ahead", "postcode=BS6+5QA&date=2028-12-01", thursday, 422, `days ahead`},
		{"no day", "postcode=BS6+5QA&date=whenever", thursday, 422, `is no day`},
		{"missing", "postcode=BS6+5QA", thursday, 400, `"field":"date"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			recorder := httptest.NewRecorder()
			request := httptest.NewRequest(http.MethodGet, "/slots?"+test.query, nil)
			NewHandler(nil, at(test.now)).ServeHTTP(recorder, request)
			if recorder.Code != test.status || !strings.Contains(recorder.Body.String(), test.want) {
				t.Errorf("%d %s\nwant %d %s", recorder.Code, recorder.Body, test.status, test.want)
			}
		})
	}
}

const goodOrder = `{"item":"Tulips","postcode":"BS6 5QA","address":"3 Chandos Road","date":"saturday","slot":"morning","name":"Ruth","phone":"+441174960123"}`

func post(t *testing.T, handler http.Handler, key, body string) (status int, answer map[string]string) {
	t.Helper()
	request := httptest.NewRequest(http.MethodPost, "/orders", strings.NewReader(body))
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		t.Fatalf("answer %q: %v", recorder.Body, err)
	}
	return recorder.Code, answer
}

func TestOrders(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "orders.jsonl")
	book, err := OpenBook(path)
	if err != nil {
		t.Fatal(err)
	}
	handler := NewHandler(book, at(thursday))

	status, first := post(t, handler, "k1", goodOrder)
	if status != 201 || first["number"] != "W-1001" || first["price"] != "£28.50" || first["summary"] != "tulips for Ruth on Saturday 5 December, in the morning" {
		t.Errorf("first order: %d %v", status, first)
	}
	if status, again := post(t, handler, "k1", goodOrder); status != 201 || again["number"] != "W-1001" {
		t.Errorf("the same key made another order: %d %v", status, again)
	}
	if status, other := post(t, handler, "k1", strings.Replace(goodOrder, "Ruth", "Ann", 1)); status != 409 {
		t.Errorf("a used key took another order: %d %v", status, other)
	}
	for _, number := range []string{"W-1002", "W-1003"} { // without a key each is new
		if status, other := post(t, handler, "", goodOrder); status != 201 || other["number"] != number {
			t.Errorf("order without key: %d %v", status, other)
		}
	}

	// After a crash in the middle of a line: the torn one was confirmed to nobody.
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(whole, `{"number":"W-10`...), 0o600); err != nil {
		t.Fatal(err)
	}
	if book, err = OpenBook(path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	monthLater := NewHandler(book, at(thursday.AddDate(0, 1, 0)))
	if status, again := post(t, monthLater, "k1", goodOrder); status != 201 || again["number"] != "W-1001" {
		t.Errorf("after a restart the key made another order: %d %v", status, again)
	}
	if status, next := post(t, monthLater, "k2", goodOrder); status != 201 || next["number"] != "W-1004" {
		t.Errorf("the order after the restart: %d %v", status, next)
	}
	if lines, err := os.ReadFile(path); err != nil || strings.Count(string(lines), "\n") != 4 {
		t.Errorf("file: %v\n%s", err, lines)
	}
}

func TestOrderFaults(t *testing.T) {
	t.Parallel()
	book, err := OpenBook(filepath.Join(t.TempDir(), "orders.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	handler := NewHandler(book, at(thursday))
	for _, test := range []struct {
		old, changed string
		status       int
		field        string
	}{
		{`"item"`, `"flower"`, 400, ""},
		{goodOrder, `tulips, please`, 400, ""},
		{`Tulips`, `orchids`, 422, "item"},
		{`BS6 5QA`, `EH1 1AA`, 422, "postcode"},
		{`morning`, `midnight`, 422, "slot"},
		{`3 Chandos Road`, ` `, 422, "address"},
		{`Ruth`, ``, 422, "name"},
		{`+441174960123`, ``, 422, "phone"},
	} {
		body := strings.Replace(goodOrder, test.old, test.changed, 1)
		if status, answer := post(t, handler, "k", body); status != test.status || answer["field"] != test.field || answer["error"] == "" {
			t.Errorf("%s: %d %v; want %d, field %q", body, status, answer, test.status, test.field)
		}
	}
	if status, answer := post(t, handler, "k", goodOrder); status != 201 || answer["number"] != "W-1001" {
		t.Errorf("refused orders left something behind: %d %v", status, answer)
	}
}
