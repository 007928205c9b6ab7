package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Wish is what a customer orders.
type Wish struct {
	Item     string `json:"item"`
	Postcode string `json:"postcode"`
	Address  string `json:"address"`
	Date     string `json:"date"`
	Slot     string `json:"slot"`
	Name     string `json:"name"`
	Phone    string `json:"phone,omitempty"`
	Email    string `json:"email,omitempty"`
	Card     string `json:"card,omitempty"` // what we write on the card
}

// pence by the name under which we sell it.
var prices = map[string]int{
	"lilies":        3200,
	"peonies":       4400,
	"red roses":     4200,
	"sunflowers":    2800,
	"tulips":        2400,
	"wild bouquet":  3500,
	"winter wreath": 3900,
}

// fieldError is a fault of the order that the customer can mend.
type fieldError struct{ field, text string }

func (e fieldError) Error() string { return e.text }

// malformedError says that a request holds no order at all.
type malformedError struct{ error }

// readOrder reads and checks a request. The order still lacks its key and number.
func readOrder(body []byte, now time.Time) (Order, error) {
	var wish Wish
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&wish); err != nil {
		return Order{}, malformedError{fmt.Errorf("this is no order: %w", err)}
	}
	wish, price, err := wish.settle(now)
	return Order{Created: now.UTC().Truncate(time.Millisecond), Price: price, Wish: wish}, err
}

// settle checks a wish and returns it as we write it down, with what it costs.
func (w Wish) settle(now time.Time) (settled Wish, price string, err error) {
	w.Item = strings.ToLower(strings.TrimSpace(w.Item))
	pence, sold := prices[w.Item]
	if !sold {
		all := slices.Sorted(maps.Keys(prices))
		return Wish{}, "", fieldError{"item", fmt.Sprintf("we do not have %q; we have %s", w.Item, strings.Join(all, ", "))}
	}
	offer, err := FindOffer(w.Postcode, w.Date, now)
	if err != nil {
		return Wish{}, "", err
	}
	w.Postcode, w.Date, w.Slot = offer.Postcode, offer.Date, strings.ToLower(strings.TrimSpace(w.Slot))
	switch {
	case !offer.has(w.Slot):
		return Wish{}, "", fieldError{"slot", fmt.Sprintf("on %s we come in the %s", offer.Day, offer.Summary)}
	case strings.TrimSpace(w.Address) == "":
		return Wish{}, "", fieldError{"address", "the address is missing"}
	case strings.TrimSpace(w.Name) == "":
		return Wish{}, "", fieldError{"name", "the name of who gets the flowers is missing"}
	case w.Phone == "" && w.Email == "":
		return Wish{}, "", fieldError{"phone", "we need a phone number or an e-mail address"}
	}
	if offer.Fee != "free" {
		pence += 450
	}
	return w, fmt.Sprintf("£%d.%02d", pence/100, pence%100), nil
}
