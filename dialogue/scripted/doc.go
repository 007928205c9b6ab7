// Package scripted is a model provider without a model: ordered rules, slots found in the customer's words, and real
// function calls. It is deterministic, keeps nothing between two requests and uses no network, so a fresh server
// answers without a key and a test gets the same dialogue every time. It understands nothing beyond its rules and
// says so: openly in the greeting of the built-in rules, and with "I did not understand" instead of a guess.
//
//	if err := scripted.Validate(script); err != nil {
//		return err // a *ScriptError naming each rule and field
//	}
//	for event, err := range scripted.New().Generate(ctx, model.Request{Script: script, Messages: history}) {
//		…
//	}
//
// All state is read back from Request.Messages. Each answer carries in Part.Wire which rule made it and what it asked;
// where that is missing (another model spoke), the texts are compared with the script's templates. Slots are extracted
// again from the customer's messages in every step, and the latest mention wins. Texts of role User that begin with
// "[operator", "[system" or "[note" are remarks, not the customer's words.
//
// The format is described in docs/scripted.md. The order of a step is: an accepted offer of an operator; the first
// rule that matches; a rule that acted on a slot the customer has changed since; a plain rendering of fresh results; the
// form that is being filled; the fallback.
package scripted
