package main

import (
	"fmt"
	"strings"
	"time"
)

// errDay is what a customer's agent reads when a day made no sense.
type errDay string

func (e errDay) Error() string {
	return fmt.Sprintf("%q is no day we understand; say today, tomorrow, a weekday, 24 December or 2026-12-24", string(e))
}

// ParseDay reads a day as people write it: "today", "tomorrow", a weekday (the next one, today excluded), "24 December",
// "December 24th" or 2026-12-24. The answer is midnight of that day in today's place.
func ParseDay(text string, today time.Time) (time.Time, error) {
	today = time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, today.Location())
	words := strings.Fields(strings.ToLower(strings.NewReplacer(",", " ", ".", " ").Replace(text)))
	words = strings.Fields(strings.TrimPrefix(strings.TrimPrefix(strings.Join(words, " "), "next "), "on "))
	switch len(words) {
	case 1:
		if day, ok := oneWord(words[0], today); ok {
			return day, nil
		}
	case 2:
		for _, pair := range [][2]string{{words[0], words[1]}, {words[1], words[0]}} {
			if day, ok := dayAndMonth(pair[0], pair[1], today); ok {
				return day, nil
			}
		}
	}
	return time.Time{}, errDay(text)
}

func oneWord(word string, today time.Time) (time.Time, bool) {
	switch word {
	case "today":
		return today, true
	case "tomorrow":
		return today.AddDate(0, 0, 1), true
	}
	for ahead := 1; ahead <= 7; ahead++ {
		day := today.AddDate(0, 0, ahead)
		if name := strings.ToLower(day.Weekday().String()); word == name || word == name[:3] {
			return day, true
		}
	}
	day, err := time.ParseInLocation(time.DateOnly, word, today.Location())
	return day, err == nil
}

// dayAndMonth reads "24th" and "dec" as the next such day, which may be next year.
func dayAndMonth(day, month string, today time.Time) (time.Time, bool) {
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		day = strings.TrimSuffix(day, suffix)
	}
	for _, layout := range []string{"2 January 2006", "2 Jan 2006"} {
		for _, year := range []int{today.Year(), today.Year() + 1} {
			date, err := time.ParseInLocation(layout, fmt.Sprintf("%s %s %d", day, month, year), today.Location())
			if err == nil && !date.Before(today) {
				return date, true
			}
		}
	}
	return time.Time{}, false
}
