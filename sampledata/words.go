package sampledata

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

var (
	firstNames = strings.Fields("Anna Boris Carla Dmitri Elena Farid Greta Hiro Inés Jonas Katya Liam Maria Nadia Omar Petra Quinn Rosa Sami Tove Uma Viktor Wanda Xenia Yusuf Zoe")
	lastNames  = strings.Fields("Abel Braun Costa Dvořák Eriksen Fischer García Horváth Ivanova Jansen Kowalski Lopez Müller Novak Okafor Petrov Rossi Sato Tanaka Ueda Weber Young")
	things     = strings.Fields("order parcel invoice booking room table bicycle lamp coat ticket subscription repair delivery refund contract phone laptop course class sofa")
	asks       = []string{
		"Hello, is the %s still available?", "Hi! When will my %s arrive?", "I would like to change my %s, please.", "How much is a %s for two people?",
		"My %s does not work since yesterday, what can I do?", "Could you send me the details about the %s?", "Is it possible to cancel the %s until Friday?",
		"Thanks. And what about a second %s?", "Great, then I take the %s.", "I am not sure yet, can you tell me more about the %s?", "ok", "yes please",
		"Guten Tag, ich habe eine Frage zu %s.", "¿Puedo pagar el %s con tarjeta?", "Когда будет готов %s?",
	}
	answers = []string{
		"Of course! Let me look up the %s for you. It takes a moment.", "The %s is available. Shall I reserve it for you, and under which name?",
		"I am sorry for the trouble with the %s. Could you tell me since when, and what you see exactly?", "Your %s leaves us tomorrow morning and should be with you by Thursday noon.",
		"A %s costs 49 euros, delivery included. For two there is a discount of ten percent.", "I have noted the change of your %s. Is there anything else that I can do for you?",
		"Yes, you can cancel the %s free of charge until the evening before.", "You will find all about the %s in the message that I have just sent. May I have your phone number for the courier?",
	}
	lines = []string{"Hello, I am a colleague. I take a look at your %s now.", "I have asked the warehouse about the %s; it will be there on Monday.", "Thank you for your patience. The %s is on its way."}
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// phrase fills one of the texts. Now and then it carries a number that stands nowhere else.
func phrase(r *rand.Rand, from []string) string {
	text := pick(r, from)
	if strings.Contains(text, "%s") {
		text = fmt.Sprintf(text, pick(r, things))
	}
	if r.IntN(12) == 0 {
		text += fmt.Sprintf(" The number is N-%08X.", r.Uint32())
	}
	return text
}
