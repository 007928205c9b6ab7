package dialogue

import (
	"testing"
	"time"
	_ "time/tzdata" // the cases need Berlin, whatever the system knows
)

func TestNextAllowed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, zone, at, from, to, want string }{
		{"none", "Europe/Berlin", "2026-11-24T23:00:00+01:00", "", "", "2026-11-24T23:00:00+01:00"},
		{"the same", "Europe/Berlin", "2026-11-24T23:00:00+01:00", "08:00", "08:00", "2026-11-24T23:00:00+01:00"},
		{"outside", "Europe/Berlin", "2026-11-24T21:59:59+01:00", "22:00", "08:00", "2026-11-24T21:59:59+01:00"},
		{"first minute", "Europe/Berlin", "2026-11-24T22:00:00+01:00", "22:00", "08:00", "2026-11-25T08:00:00+01:00"},
		{"after midnight", "Europe/Berlin", "2026-11-25T03:10:20+01:00", "22:00", "08:00", "2026-11-25T08:00:00+01:00"},
		{"last minute", "Europe/Berlin", "2026-11-25T07:59:59+01:00", "22:00", "08:00", "2026-11-25T08:00:00+01:00"},
		{"the end", "Europe/Berlin", "2026-11-25T08:00:00+01:00", "22:00", "08:00", "2026-11-25T08:00:00+01:00"},
		{"within a day", "Europe/Berlin", "2026-11-24T12:30:00+01:00", "12:00", "13:15", "2026-11-24T13:15:00+01:00"},
		{"until midnight", "Europe/Berlin", "2026-11-24T23:30:00+01:00", "22:00", "00:00", "2026-11-25T00:00:00+01:00"},
		{"another zone", "America/New_York", "2026-11-25T04:00:00+01:00", "22:00", "08:00", "2026-11-25T08:00:00-05:00"},
		{"half an hour off", "Asia/Kolkata", "2026-11-24T22:00:00+05:30", "21:15", "06:45", "2026-11-25T06:45:00+05:30"},
		{"spring night", "Europe/Berlin", "2026-03-28T23:00:00+01:00", "22:00", "08:00", "2026-03-29T08:00:00+02:00"},
		{"an end that spring skips", "Europe/Berlin", "2026-03-29T01:30:00+01:00", "22:00", "02:30", "2026-03-29T03:00:00+02:00"},
		{"autumn night", "Europe/Berlin", "2026-10-24T23:00:00+02:00", "22:00", "08:00", "2026-10-25T08:00:00+01:00"},
		{"first of two hours", "Europe/Berlin", "2026-10-25T02:10:00+02:00", "22:00", "02:30", "2026-10-25T02:30:00+02:00"},
		{"second of two hours", "Europe/Berlin", "2026-10-25T02:10:00+01:00", "22:00", "02:30", "2026-10-25T02:30:00+01:00"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := nextAllowed(at, zone, c.from, c.to).In(zone).Format(time.RFC3339); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
