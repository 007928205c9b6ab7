package main

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

func decode(t *testing.T, text string) (value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}

func TestContains(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		got, want string
		fits      bool
	}{
		{`{"a": 1, "b": {"c": "x", "d": null}}`, `{"b": {"c": "x"}}`, true},
		{`{"a": 1}`, `{}`, true},
		{`{"a": 1}`, `{"a": 2}`, false},
		{`{"a": 1}`, `{"b": null}`, true}, // absent is null
		{`{"a": 1}`, `{"b": false}`, false},
		{`null`, `{}`, false},
		{`null`, `null`, true},
		{`"x"`, `{"a": 1}`, false},
		{`["a", {"b": 1, "c": 2}]`, `["a", {"b": 1}]`, true},
		{`["a", "b"]`, `["a"]`, false},
		{`"a"`, `["a"]`, false},
		{`"W-1001"`, `"~^W-\\d+$"`, true},
		{`"X-1001"`, `"~^W-\\d+$"`, false},
		{`42`, `"~^4"`, true},
		{`null`, `"~."`, false},
		{`"a"`, `"~("`, false}, // no expression fits nothing
		{`"~a"`, `"~a"`, true},
		{`true`, `true`, true},
		{`"true"`, `true`, false},
	} {
		if fits := contains(decode(t, test.got), decode(t, test.want)); fits != test.fits {
			t.Errorf("contains(%s, %s) = %v", test.got, test.want, fits)
		}
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	number := func(n int) *int { return &n }
	for _, test := range []struct {
		times *int
		got   int
		want  string
	}{
		{nil, 0, "expected at least one"},
		{nil, 3, ""},
		{number(0), 0, ""},
		{number(0), 1, "expected 0, got 1"},
		{number(2), 1, "expected 2, got 1"},
		{number(2), 2, ""},
	} {
		if text := count(test.times, test.got); text != test.want {
			t.Errorf("count(%v, %d) = %q, want %q", test.times, test.got, text, test.want)
		}
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	if text := difference([]string{"a", "b"}, []string{"b", "c"}); text != "c is missing, a is too much" {
		t.Error(text)
	}
	if text := difference([]string{"a", "b"}, []string{"b", "a"}); text != "" {
		t.Error(text)
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	i := Integration{EventTypes: []string{"contact.received", "operator.*"}}
	for eventType, want := range map[string]bool{
		"contact.received": true, "operator.message": true, "contact.receivedx": false, "operators": false, "dialogue.closed": false,
	} {
		if i.wants(eventType) != want {
			t.Errorf("wants(%q) = %v", eventType, !want)
		}
	}
	if all := (Integration{EventTypes: []string{"*"}}); !all.wants("dialogue.closed") {
		t.Error("* does not want everything")
	}
}

// Days of a recording must lie ahead, whatever the day of the run.
func TestDays(t *testing.T) {
	t.Parallel()
	for offset := range 14 {
		now := time.Date(2026, time.December, 20+offset, 23, 59, 0, 0, time.UTC)
		text := days(now).Replace("{{workday_date}}|{{workday2_date}}|{{sunday_date}}|{{workday}}|{{sunday}}")
		workdays := []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday"}
		var found []time.Time
		for ahead := 2; ahead < 12; ahead++ {
			found = append(found, now.AddDate(0, 0, ahead))
		}
		first := slices.IndexFunc(found, func(d time.Time) bool { return slices.Contains(workdays, d.Weekday().String()) })
		second := first + 1 + slices.IndexFunc(found[first+1:], func(d time.Time) bool { return slices.Contains(workdays, d.Weekday().String()) })
		sunday := slices.IndexFunc(found, func(d time.Time) bool { return d.Weekday() == time.Sunday })
		want := found[first].Format("2 January") + "|" + found[second].Format("2 January") + "|" + found[sunday].Format("2 January") +
			"|" + found[first].Weekday().String() + "|Sunday"
		if text != want {
			t.Errorf("on %s: %s, want %s", now.Format(time.DateOnly), text, want)
		}
	}
}
