package dialogue

import (
	"regexp"

	"parley/ent/raw"
	"parley/eventlog"
)

// The tags that mean something to the engine. Every other tag is a plain mark.
const (
	TagSuccess            = "success"
	TagGetContact         = "get_contact"
	TagInterest           = "interest"
	TagOperator           = "operator"
	TagMessageForOperator = "message_for_operator"
	TagClose              = "close"
	TagIsBot              = "is_bot"
	// TagScheduler is on a thread as long as a scheduled reminder is pending.
	TagScheduler = "scheduler"
)

// maxTag is the longest name of a tag, in characters.
const maxTag = 64

// tagName is what tags may be called: letters of any script, digits and a few signs that need no escaping anywhere.
var tagName = regexp.MustCompile(`^[\p{L}\p{N}_][\p{L}\p{N}_.:-]*$`)

// builtin describes one of the eight functions every agent begins with. Users may rewrite the description.
type builtin struct {
	tag, description string
	parameters       raw.JSON
}

const withReason = `{"type":"object","properties":{"reason":{"type":"string","description":"Why, in one sentence, for the people who work here."}}}`

// withMessage is for tags that silence the agent: what it wants to say must come along.
const withMessage = `{"type":"object","properties":{` +
	`"reason":{"type":"string","description":"Why, in one sentence, for the people who work here."},` +
	`"message":{"type":"string","description":"What the customer is told now. Leave it out if you write it beside this call."}}}`

var builtins = []builtin{
	{TagSuccess, "Call this once the goal of the dialogue is reached, for instance an order was placed or a problem solved.", withReason},
	{TagGetContact, "Call this whenever the customer gives a phone number or an e-mail address, or corrects one.",
		`{"type":"object","properties":{` +
			`"name":{"type":"string","description":"The customer's name."},` +
			`"email":{"type":"string","description":"E-mail address as the customer wrote it."},` +
			`"phone":{"type":"string","description":"Phone number as the customer wrote it."}},` +
			`"anyOf":[{"required":["phone"]},{"required":["email"]}]}`},
	{TagInterest, "Call this when the customer shows interest in what is offered: asks for a price, a date, a demonstration.", withReason},
	{TagOperator, "Call this when a person is needed: the customer asks for one, is upset, or you cannot help. You are silent from then on.", withMessage},
	{TagMessageForOperator, "Call this to let the people who work here know something important while you go on with the dialogue.",
		`{"type":"object","properties":{"text":{"type":"string","minLength":1,"description":"What they must know."}},"required":["text"]}`},
	{TagClose, "Call this when the dialogue is over: all is said, and the customer needs nothing more.", withMessage},
	{TagIsBot, "Call this when the other side is a machine, for instance an auto-reply or another assistant. You are silent from then on.", withReason},
	{TagScheduler, "Call this when the customer asks to be written to later, or agrees to it. You write then by yourself. Give exactly one of at and in_minutes.",
		`{"type":"object","properties":{` +
			`"at":{"type":"string","description":"When, in your time zone as 2026-11-25T10:00, or with an offset as 2026-11-25T10:00:00+01:00."},` +
			`"in_minutes":{"type":"integer","description":"In how many minutes from now, instead of at."},` +
			`"about":{"type":"string","description":"What you will write about, with all that you must know then."}},` +
			`"required":["about"]}`},
}

// eventOf returns the type of the webhook event that a tag fires when it goes from absent to present; "" for none.
// get_contact and message_for_operator fire on each call instead.
func eventOf(tag string) string {
	switch tag {
	case TagSuccess:
		return eventlog.DialogueSuccessful
	case TagInterest:
		return eventlog.InterestShown
	case TagOperator:
		return eventlog.OperatorTransferred
	case TagClose:
		return eventlog.DialogueClosed
	}
	return ""
}
