package scripted

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

var (
	isoForm      = regexp.MustCompile(`\b(\d{4})-(\d{1,2})-(\d{1,2})\b`)
	fullForm     = regexp.MustCompile(`\b(\d{1,2})([./])(\d{1,2})[./](\d{4}|\d{2})\b`)
	shortForm    = regexp.MustCompile(`\b(\d{1,2})(?:\.(\d{1,2})\.|/(\d{1,2})\b)`)
	dayMonthForm = regexp.MustCompile(`\b(\d{1,2})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(\p{L}{3,})\.?(?:,?\s+(\d{4})\b)?`)
	monthDayForm = regexp.MustCompile(`(\p{L}{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?\b(?:,?\s+(\d{4})\b)?`)
)

// calendarDay is the day of a moment on the calendar of its zone, and the zero time if the moment is unknown: a provider that
// always answers the same has no clock of its own.
func calendarDay(now time.Time) time.Time {
	if now.IsZero() {
		return time.Time{}
	}
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
}

// A calendar finds days in a text. Days become YYYY-MM-DD where the year is written or today is known; otherwise
// they stay as the customer wrote them.
type calendar struct {
	lex    *lexicon
	vocab  vocabulary
	today  time.Time
	region string
}

func (c calendar) find(text string) (all []span) {
	add := func(m []int, year, month, day string) {
		if len(all) > 0 {
			for _, s := range all {
				if m[0] < s.to && s.from < m[1] {
					return
				}
			}
		}
		if value, ok := c.day(year, month, day, text[m[0]:m[1]]); ok {
			all = append(all, span{from: m[0], to: m[1], value: value})
		}
	}
	for _, m := range isoForm.FindAllStringSubmatchIndex(text, -1) {
		add(m, group(text, m, 1), group(text, m, 2), group(text, m, 3))
	}
	for _, m := range fullForm.FindAllStringSubmatchIndex(text, -1) {
		day, month := c.order(group(text, m, 1), group(text, m, 3), group(text, m, 2))
		add(m, group(text, m, 4), month, day)
	}
	for _, m := range shortForm.FindAllStringSubmatchIndex(text, -1) {
		separator := "."
		if group(text, m, 3) != "" {
			separator = "/"
		}
		day, month := c.order(group(text, m, 1), group(text, m, 2)+group(text, m, 3), separator)
		add(m, "", month, day)
	}
	for _, m := range dayMonthForm.FindAllStringSubmatchIndex(text, -1) {
		add(m, group(text, m, 3), c.month(group(text, m, 2)), group(text, m, 1))
	}
	for _, m := range monthDayForm.FindAllStringSubmatchIndex(text, -1) {
		add(m, group(text, m, 3), c.month(group(text, m, 1)), group(text, m, 2))
	}
	return append(all, c.relative(text)...)
}

// order tells day from month: with slashes the United States put the month first.
func (c calendar) order(first, second, separator string) (day, month string) {
	if separator == "/" && strings.EqualFold(c.region, "US") {
		return second, first
	}
	return first, second
}

func (c calendar) month(word string) string {
	return strconv.Itoa(c.lex.monthOf(strings.ToLower(word)))
}

// day checks a day and writes it. Without a year it is the next such day from today on.
func (c calendar) day(year, month, day, typed string) (string, bool) {
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	y, _ := strconv.Atoi(year)
	switch {
	case m < 1 || m > 12 || d < 1 || d > 31:
		return "", false
	case len(year) == 2:
		y += 2000
	case year == "" && c.today.IsZero():
		return strings.TrimSpace(typed), exists(2024, m, d)
	case year == "":
		y = c.today.Year()
		if time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Before(c.today) {
			y++
		}
	}
	if !exists(y, m, d) {
		return "", false
	}
	return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), true
}

func exists(y, m, d int) bool {
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return y >= 1900 && y <= 9999 && t.Day() == d && int(t.Month()) == m
}

// relative finds weekdays, today and tomorrow.
func (c calendar) relative(text string) (all []span) {
	list := tokens(text)
	after := newPhrase(c.lex.afterTomorrow)
	for i := 0; i < len(list); i++ {
		t := list[i]
		if i > 0 && c.greets(list[i-1].word+" "+t.word) {
			continue // "guten Morgen" is no day
		}
		switch n := len(after.words); {
		case i+n <= len(list) && (vocabulary{}).at(plainWords(list[i:i+n]), after):
			all = append(all, span{from: t.from, to: list[i+n-1].to, value: c.in(2, c.lex.afterTomorrow)})
			i += n - 1
		case t.word == c.lex.today:
			all = append(all, span{from: t.from, to: t.to, value: c.in(0, t.word)})
		case c.vocab.same(t.word, c.lex.tomorrow):
			all = append(all, span{from: t.from, to: t.to, value: c.in(1, c.lex.tomorrow)})
		default:
			if d := c.lex.weekdayOf(t.word, c.vocab); d > 0 {
				ahead := (d - int(c.today.Weekday()) + 7) % 7
				all = append(all, span{from: t.from, to: t.to, value: c.in(ahead, title(c.lex.weekdays[d-1]))})
			}
		}
	}
	return all
}

func (c calendar) greets(words string) bool {
	for _, h := range c.lex.hello {
		if h == words {
			return true
		}
	}
	return false
}

func (c calendar) in(days int, typed string) string {
	if c.today.IsZero() {
		return typed
	}
	return c.today.AddDate(0, 0, days).Format(time.DateOnly)
}

func title(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
