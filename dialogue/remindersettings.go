package dialogue

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"parley/ent"
	"parley/ent/raw"
	"parley/invalid"
)

// FollowUp is what an agent writes when the customer stays silent. Exactly one of Text and Instruction is set.
type FollowUp struct {
	// AfterMinutes counts from the agent's last message, 1 to 43,200 (30 days).
	AfterMinutes int `json:"afterMinutes"`
	// Text is sent as it is, at most 16,000 characters.
	Text string `json:"text,omitempty"`
	// Instruction is what the model is told, which then writes the message; at most 4,000 characters.
	Instruction string `json:"instruction,omitempty"`
	// CancelTags are tags of which any one cancels it, at most 20.
	CancelTags []string `json:"cancelTags"`
}

// QuietHours are a span of every day in the agent's time zone, from From up to To, both HH:MM. It may span midnight; the
// same From and To mean none.
type QuietHours struct{ From, To string }

const (
	maxFollowUps    = 5
	maxAfterMinutes = 30 * 24 * 60
	maxInstruction  = 4000
	maxCancelTags   = 20
)

var hourAndMinute = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// checkReminders records what is wrong with the settings for reminders.
func (in AgentInput) checkReminders(bad *invalid.Error) {
	if in.TimeZone != nil {
		_, err := time.LoadLocation(*in.TimeZone)
		bad.Check(err == nil && *in.TimeZone != "Local" && len(*in.TimeZone) <= maxTag, "timeZone",
			"%q is no IANA time zone such as Europe/Berlin", *in.TimeZone)
	}
	if in.QuietHours != nil {
		for field, value := range map[string]string{"quietHours.from": in.QuietHours.From, "quietHours.to": in.QuietHours.To} {
			bad.Check(hourAndMinute.MatchString(value), field, "must be HH:MM, from 00:00 to 23:59")
		}
	}
	if in.FollowUps == nil {
		return
	}
	bad.Check(len(*in.FollowUps) <= maxFollowUps, "followUps", "has %d entries; at most %d are allowed", len(*in.FollowUps), maxFollowUps)
	for i, f := range *in.FollowUps {
		field := "followUps." + strconv.Itoa(i) + "."
		checkRange(bad, field+"afterMinutes", &f.AfterMinutes, 1, maxAfterMinutes)
		checkWords(bad, field, f.Text, f.Instruction)
		checkCancelTags(bad, field, f.CancelTags)
	}
}

// checkWords records a reminder that has not exactly one of text and instruction. Field is the path to both.
func checkWords(bad *invalid.Error, field, text, instruction string) {
	switch {
	case (text == "") == (instruction == ""):
		bad.Add(field+"text", "give exactly one of text and instruction")
	case text != "":
		bad.Text(field+"text", text, 1, MaxMessage)
	default:
		bad.Text(field+"instruction", instruction, 1, maxInstruction)
	}
}

func checkCancelTags(bad *invalid.Error, field string, tags []string) {
	bad.Check(len(tags) <= maxCancelTags, field+"cancelTags", "has %d entries; at most %d are allowed", len(tags), maxCancelTags)
	for i, tag := range tags {
		checkTag(bad, field+"cancelTags."+strconv.Itoa(i), tag)
	}
}

// applyReminders sets on the mutation what the input names of the settings for reminders.
func (in AgentInput) applyReminders(m *ent.AgentMutation) {
	set(in.TimeZone, m.SetTimeZone)
	set(in.FollowUps, func(all []FollowUp) { m.SetFollowUps(encodeFollowUps(all)) })
	set(in.QuietHours, func(q QuietHours) {
		if q.From == q.To {
			q = QuietHours{}
		}
		m.SetQuietFrom(q.From)
		m.SetQuietTo(q.To)
	})
}

// encodeFollowUps returns the list as it is stored: nothing if it is empty.
func encodeFollowUps(all []FollowUp) raw.JSON {
	if len(all) == 0 {
		return ""
	}
	all = slices.Clone(all)
	for i := range all {
		all[i].CancelTags = append([]string{}, all[i].CancelTags...)
	}
	text, err := raw.Of(all)
	if err != nil {
		panic(fmt.Sprintf("dialogue: follow-ups of plain texts cannot be encoded: %v", err))
	}
	return text
}

// FollowUpsOf returns the follow-ups of an agent in their order; none is an empty list.
func FollowUpsOf(a *ent.Agent) ([]FollowUp, error) {
	all := []FollowUp{}
	if absent(a.FollowUps) {
		return all, nil
	}
	if err := a.FollowUps.Decode(&all); err != nil {
		return nil, fmt.Errorf("read the follow-ups of %s: %w", a.ID, err)
	}
	return all, nil
}

// zoneOf returns the agent's time zone. One that this system does not know any more counts as UTC.
func zoneOf(a *ent.Agent) *time.Location {
	if zone, err := time.LoadLocation(a.TimeZone); err == nil {
		return zone
	}
	return time.UTC
}

// clock writes a moment as people in its zone read it, with the zone's name.
func clock(at time.Time) string {
	return at.Format("Monday, 2006-01-02 15:04") + " (" + at.Location().String() + ")"
}
