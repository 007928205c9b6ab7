package scripted

import (
	"encoding/json"
	"math"
	"net/mail"
	"regexp"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// A span is a value found in a text and where it stands.
type span struct {
	from, to int
	value    any
	spelled  bool // a number written as a word: counts only where a number is expected
}

var (
	emailForm = regexp.MustCompile(`[\p{L}\p{N}][\p{L}\p{N}._%+'\-]*@[\p{L}\p{N}](?:[\p{L}\p{N}\-]*[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}\-]*[\p{L}\p{N}])?)+`)
	phoneForm = regexp.MustCompile(`[+(]{0,2}\d[\d \t\x{a0}().\-/]{4,28}\d`)
	timeForm  = regexp.MustCompile(`(?i)\b([01]?\d|2[0-3])(?::([0-5]\d)(?::[0-5]\d)?\s*([ap]\.?m\b)?|\s*([ap]\.?m\b|o'?clock\b|uhr\b(?:\s+([0-5]\d)\b)?))`)
	noonForm  = regexp.MustCompile(`(?i)\b(noon|midday)\b`)
	digitForm = regexp.MustCompile(`\d+(?:[.,]\d+)*`)
)

// emails finds addresses in any script.
func emails(text string) (all []span) {
	for _, at := range emailForm.FindAllStringIndex(text, -1) {
		found := text[at[0]:at[1]]
		if _, err := mail.ParseAddress(found); err == nil {
			all = append(all, span{from: at[0], to: at[1], value: found})
		}
	}
	return all
}

// phones finds numbers in any form of the region, or with a country code, and writes them as E.164. Loose accepts
// numbers that have the right length but were never given out.
func phones(text, region string, loose bool) (all []span) {
	if region = strings.ToUpper(region); region == "" {
		region = "ZZ"
	}
	found := phoneForm.FindAllStringIndex(text, -1)
	for _, at := range found[max(0, len(found)-maxPhones):] {
		if at[0] > 0 && strings.ContainsRune("#_@", rune(text[at[0]-1])) {
			continue
		}
		for _, part := range groups(text, at[0], at[1]) {
			if n := len(strings.Map(digitOnly, text[part[0]:part[1]])); n < 6 || n > 16 {
				continue
			}
			number, err := phonenumbers.Parse(text[part[0]:part[1]], region)
			if err == nil && (phonenumbers.IsValidNumber(number) || loose && phonenumbers.IsPossibleNumber(number)) {
				all = append(all, span{from: part[0], to: part[1], value: phonenumbers.Format(number, phonenumbers.E164)})
				break
			}
		}
	}
	return all
}

// maxPhones is how many candidates of one message are tried; the last ones count.
const maxPhones = 8

// groups gives the parts of a range that may be a number, best first: from a group on that begins like one, then all
// of it, then without its last groups.
func groups(text string, from, to int) (out [][2]int) {
	for i := from; i < to && len(out) < 6; i++ {
		if (i == from || text[i-1] == ' ') && strings.IndexByte("+0(", text[i]) >= 0 {
			out = append(out, [2]int{i, to})
		}
	}
	out = append(out, [2]int{from, to})
	for i := from; i < to && len(out) < 12; i++ {
		if text[i] == ' ' {
			out = append(out, [2]int{i + 1, to})
		}
	}
	for i := to - 1; i > from && len(out) < 18; i-- {
		if text[i] == ' ' {
			out = append(out, [2]int{from, i})
		}
	}
	return out
}

// times finds times of day and writes them as 15:04. Bare accepts "at 10" and "10.30" too.
func times(text string, bare bool) (all []span) {
	for _, m := range timeForm.FindAllStringSubmatchIndex(text, -1) {
		hour, minute := group(text, m, 1), group(text, m, 2)+group(text, m, 5)
		half := strings.ToLower(group(text, m, 3) + group(text, m, 4))
		if s, ok := clock(hour, minute, half); ok {
			all = append(all, span{from: m[0], to: m[1], value: s})
		}
	}
	for _, m := range noonForm.FindAllStringIndex(text, -1) {
		all = append(all, span{from: m[0], to: m[1], value: "12:00"})
	}
	if bare && len(all) == 0 {
		for _, m := range bareTime.FindAllStringSubmatchIndex(text, -1) {
			if s, ok := clock(group(text, m, 1), group(text, m, 2), ""); ok {
				all = append(all, span{from: m[0], to: m[1], value: s})
			}
		}
	}
	return all
}

var bareTime = regexp.MustCompile(`\b(\d{1,2})(?:[.h]([0-5]\d))?\b`)

func clock(hour, minute, half string) (string, bool) {
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	switch {
	case strings.HasPrefix(half, "p") && h < 12:
		h += 12
	case strings.HasPrefix(half, "a") && h == 12:
		h = 0
	}
	if h > 23 || m > 59 {
		return "", false
	}
	return pad(h) + ":" + pad(m), true
}

func pad(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// group is one group of a submatch, empty if it took no part.
func group(text string, m []int, n int) string {
	if m[2*n] < 0 {
		return ""
	}
	return text[m[2*n]:m[2*n+1]]
}

// Postcodes by region; others are four to six digits.
var (
	postcodeForms = map[string]*regexp.Regexp{
		"GB": regexp.MustCompile(`(?i)\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b`),
		"CA": regexp.MustCompile(`(?i)\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b`),
		"NL": regexp.MustCompile(`(?i)\b\d{4} ?[A-Z]{2}\b`),
		"IE": regexp.MustCompile(`(?i)\b[A-Z]\d[\dW] ?[A-Z\d]{4}\b`),
		"US": regexp.MustCompile(`\b\d{5}(?:-\d{4})?\b`),
		"PL": regexp.MustCompile(`\b\d{2}-\d{3}\b`),
	}
	postcodeForm = regexp.MustCompile(`\b\d{4,6}\b`)
)

func postcodes(text, region string) (all []span) {
	form := postcodeForms[strings.ToUpper(region)]
	if form == nil {
		form = postcodeForm
	}
	for _, at := range form.FindAllStringIndex(text, -1) {
		found := strings.ToUpper(text[at[0]:at[1]])
		all = append(all, span{from: at[0], to: at[1], value: found, spelled: strings.IndexFunc(found, isUpper) < 0})
	}
	return all
}

func isUpper(r rune) bool { return r >= 'A' && r <= 'Z' }

// findNumbers finds numbers in digits and in words.
func (l *lexicon) findNumbers(text string) (all []span) {
	list := tokens(text)
	for i, t := range list {
		n, spelled := 0.0, false
		if known, ok := l.numbers[t.word]; ok {
			n, spelled = float64(known), true
		} else if t.word == l.dozen && (i == 0 || !l.countable(list[i-1].word)) {
			n, spelled = 12, true
		} else if at := digitForm.FindStringIndex(t.word); at == nil || at[0] != 0 || ordinal(t.word[at[1]:]) {
			continue
		} else if i > 0 && joined(text[list[i-1].to:t.from]) && digitForm.MatchString(list[i-1].word) {
			continue // the decimals of the number before
		} else {
			raw := digitForm.FindString(text[t.from:])
			t.to = max(t.to, t.from+len(raw))
			var ok bool
			if n, ok = l.number(raw); !ok {
				continue
			}
			if t.from > 0 && text[t.from-1] == '-' && (t.from == 1 || text[t.from-2] == ' ') {
				n = -n
			}
		}
		if i+1 < len(list) && list[i+1].word == l.dozen {
			n, t.to = n*12, list[i+1].to
		}
		all = append(all, span{from: t.from, to: t.to, value: json.Number(strconv.FormatFloat(n, 'f', -1, 64)), spelled: spelled})
	}
	return all
}

func (l *lexicon) countable(word string) bool {
	return l.numbers[word] > 0 || word != "" && word[0] >= '0' && word[0] <= '9'
}

func joined(between string) bool { return between == "." || between == "," }

func ordinal(rest string) bool {
	return rest == "st" || rest == "nd" || rest == "rd" || rest == "th"
}

// number reads digits with the language's signs for thousands and decimals.
func (l *lexicon) number(raw string) (float64, bool) {
	if len(raw) > 18 {
		return 0, false
	}
	if i := strings.LastIndexAny(raw, ".,"); i >= 0 {
		decimals, sign := raw[i+1:], raw[i:i+1]
		thousands := sign == l.thousands && len(decimals) == 3 || strings.Count(raw, sign) > 1
		whole := strings.NewReplacer(".", "", ",", "").Replace(raw[:i])
		if raw = whole + decimals; !thousands {
			raw = whole + "." + decimals
		}
	}
	f, err := strconv.ParseFloat(raw, 64)
	return f, err == nil && !math.IsInf(f, 0)
}
