package main

import (
	"fmt"
	"strings"
	"time"
)

// prices in euros of what the garage does. Each service has a bay of its own.
var prices = map[string]int{
	"brake check":  45,
	"full service": 240,
	"nct check":    60,
	"oil change":   95,
	"tyre change":  70,
}

// openOn lists the times of a day at which work begins; none on Sundays.
func openOn(day time.Time) []string {
	switch day.Weekday() {
	case time.Sunday:
		return nil
	case time.Saturday:
		return []string{"08:30", "10:30"}
	default:
		return []string{"08:30", "10:30", "13:30", "15:30"}
	}
}

// readDay takes 2026-12-24, "24 December", tomorrow or a weekday, and only days that lie ahead.
func readDay(text string, now time.Time) (time.Time, error) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	word := strings.ToLower(strings.TrimSpace(text))
	for ahead := range 365 {
		day := today.AddDate(0, 0, ahead)
		soon := ahead == 1 && word == "tomorrow" || ahead > 0 && ahead <= 7 && word == strings.ToLower(day.Weekday().String())
		if !soon && word != day.Format(time.DateOnly) && word != strings.ToLower(day.Format("2 January")) {
			continue
		}
		if ahead == 0 {
			return day, fault{"date", "today is full; tomorrow is possible"}
		}
		return day, nil
	}
	return today, fault{"date", fmt.Sprintf("%q is no day of the coming year", text)}
}

// fault is something that the caller can mend.
type fault struct{ field, text string }

func (f fault) Error() string { return f.text }
