package main

import (
	"strings"
	"time"
)

// days returns what replaces {{workday}}, {{workday2}} and {{sunday}} in dialogues: recordings stay good for ever only
// if their days lie ahead. Workdays are Monday to Friday, all lie two days ahead or more, and the second is later than
// the first. With _date at the end of the name comes the date, such as 24 December, instead of the weekday.
func days(now time.Time) *strings.Replacer {
	var pairs []string
	name := func(name string, day time.Time) {
		pairs = append(pairs, "{{"+name+"}}", day.Weekday().String(), "{{"+name+"_date}}", day.Format("2 January"))
	}
	workday := ahead(now.AddDate(0, 0, 2), isWorkday)
	name("workday", workday)
	name("workday2", ahead(workday.AddDate(0, 0, 1), isWorkday))
	name("sunday", ahead(now.AddDate(0, 0, 2), func(d time.Weekday) bool { return d == time.Sunday }))
	return strings.NewReplacer(pairs...)
}

// ahead is the first day from a day on that fits.
func ahead(day time.Time, fits func(time.Weekday) bool) time.Time {
	for !fits(day.Weekday()) {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

func isWorkday(d time.Weekday) bool { return d != time.Saturday && d != time.Sunday }
