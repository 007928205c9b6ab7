package dialogue

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/mail"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"parley/ent/customer"
	"parley/ent/raw"
	"parley/eventlog"
)

// contact is what a customer gave: email, phone, name, and whatever else the function asks for.
type contact map[string]any

// newContact cleans what get_contact was called with. It reports false without an e-mail address or phone number.
func newContact(given map[string]any, region string) (contact, bool) {
	c := contact{}
	for field, value := range given {
		if text, isText := value.(string); isText {
			value = strings.TrimSpace(text)
		}
		if value != nil && value != "" {
			c[field] = value
		}
	}
	if c["phone"] != nil {
		c["phone"] = normalPhone(plain(c["phone"]), region)
	}
	return c, c["phone"] != nil || c["email"] != nil
}

// contactFromText reads what a person typed as a contact.
func contactFromText(text, region string) (contact, bool) {
	text = strings.TrimSpace(text)
	given := map[string]any{}
	if strings.HasPrefix(text, "{") {
		if json.Unmarshal([]byte(text), &given) != nil {
			return nil, false
		}
		return newContact(given, region)
	}
	if address, err := mail.ParseAddress(text); err == nil {
		given["email"] = address.Address
		if address.Name != "" {
			given["name"] = address.Name
		}
	} else if _, err := phonenumbers.Parse(text, region); err == nil {
		given["phone"] = text
	}
	return newContact(given, region)
}

// normalPhone returns a phone number in the form +4930123456 if it can be read as one, and otherwise as it was given.
// Region is where a number without a country code belongs.
func normalPhone(text, region string) string {
	text = strings.TrimSpace(text)
	number, err := phonenumbers.Parse(text, region)
	if err != nil || !phonenumbers.IsPossibleNumber(number) {
		return text
	}
	return phonenumbers.Format(number, phonenumbers.E164)
}

// takeContact stores a contact on the thread and its customer, over what was known before, and sets the tag. It emits
// contact.received, and reports true, only if something in it is new.
func takeContact(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, given contact, setBy string) (bool, error) {
	known := contact{}
	if err := t.Row.Contact.Decode(&known); err != nil {
		return false, fmt.Errorf("read the contact of %s: %w", t.Row.ID, err)
	}
	merged := maps.Clone(known)
	if merged == nil {
		merged = contact{}
	}
	maps.Copy(merged, given)
	changed := len(merged) != len(known)
	for field, value := range given {
		changed = changed || !strings.EqualFold(plain(known[field]), plain(value))
	}
	if _, err := raise(ctx, tx, t, TagGetContact, "", setBy); err != nil || !changed {
		return false, err
	}
	stored, err := raw.Of(merged)
	if err != nil {
		return false, err
	}
	if err := t.SetContact(ctx, stored, plain(given["email"]), plain(given["phone"])); err != nil {
		return false, fmt.Errorf("store the contact: %w", err)
	}
	if name := []rune(plain(given["name"])); len(name) > 0 {
		err := tx.Client().Customer.Update().Where(customer.ID(t.Row.CustomerID), customer.Name("")).
			SetName(string(name[:min(len(name), maxName)])).Exec(ctx)
		if err != nil {
			return false, fmt.Errorf("store the customer's name: %w", err)
		}
	}
	return true, t.Emit(eventlog.ContactReceived, eventlog.Data{Contact: stored}, t.Dialogue())
}
