package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

const (
	firstDistrict, lastDistrict = 1, 9 // we drive to BS1 up to BS9
	furthestDay                 = 60   // nobody knows what will be in bloom later
	lastOrderToday              = 14   // the van is loaded at two
)

var postcodePattern = regexp.MustCompile(`^BS(\d{1,2}) ?(\d[A-Z]{2})$`)

// Offer is what the shop can do at a place on a day.
type Offer struct {
	Postcode string   `json:"postcode"`
	Date     string   `json:"date"`
	Day      string   `json:"day"` // the date as people say it
	Fee      string   `json:"fee"`
	Slots    []string `json:"slots"`
	Summary  string   `json:"summary"` // the slots in one phrase
}

// FindOffer says when flowers can be brought to the postcode on the day, or in one sentence why they cannot.
func FindOffer(postcode, date string, now time.Time) (Offer, error) {
	postcode, district, err := readPostcode(postcode)
	if err != nil {
		return Offer{}, err
	}
	day, err := ParseDay(date, now)
	if err != nil {
		return Offer{}, fieldError{"date", err.Error()}
	}
	slots := slotsOn(day, now)
	switch {
	case day.Before(now.AddDate(0, 0, -1)):
		return Offer{}, fieldError{"date", day.Format("2 January 2006") + " is over"}
	case day.After(now.AddDate(0, 0, furthestDay)):
		return Offer{}, fieldError{"date", fmt.Sprintf("we take orders up to %d days ahead", furthestDay)}
	case len(slots) == 0:
		return Offer{}, fieldError{"date", "today's van has left already; tomorrow is possible"}
	}
	fee := "£4.50"
	if district <= 3 {
		fee = "free" // a walk from the shop
	}
	return Offer{
		Postcode: postcode,
		Date:     day.Format(time.DateOnly),
		Day:      day.Format("Monday 2 January"),
		Fee:      fee,
		Slots:    slots,
		Summary:  phrase(slots),
	}, nil
}

// readPostcode returns the postcode as it is written on letters, and its district's number.
func readPostcode(text string) (postcode string, district int, err error) {
	found := postcodePattern.FindStringSubmatch(strings.ToUpper(strings.Join(strings.Fields(text), " ")))
	if found != nil {
		if _, err := fmt.Sscan(found[1], &district); err != nil {
			return "", 0, err
		}
	}
	if district < firstDistrict || district > lastDistrict {
		return "", 0, fieldError{"postcode", fmt.Sprintf("we do not deliver to %s, only to BS%d up to BS%d",
			strings.ToUpper(text), firstDistrict, lastDistrict)}
	}
	return fmt.Sprintf("BS%d %s", district, found[2]), district, nil
}

func slotsOn(day, now time.Time) []string {
	switch {
	case now.Format(time.DateOnly) == day.Format(time.DateOnly):
		if now.Hour() >= lastOrderToday {
			return nil
		}
		return []string{"evening"}
	case day.Weekday() == time.Sunday:
		return []string{"morning"}
	default:
		return []string{"morning", "afternoon", "evening"}
	}
}

// phrase joins words as one says them: "morning, afternoon or evening".
func phrase(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func (o Offer) has(slot string) bool { return slices.Contains(o.Slots, slot) }
