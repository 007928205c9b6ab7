package scripted

import (
	"maps"
	"slices"
	"strings"
)

// A lexicon holds what depends on the language of the customer: the words that slots and built-in rules look for, and
// the sentences the provider says of its own.
type lexicon struct {
	yes, no, hello     []string
	weekdays, months   []string // from Monday and January; only whole words and, for months, their first three letters
	today, tomorrow    string
	afterTomorrow      string
	numbers            map[string]int
	dozen              string
	instead            []string // what stands before a value that is not meant
	named, iAm         []string // what stands before a name: always, and when a name was asked for
	thousands          string   // what divides them
	common             []string // words that are never a typing error
	human, message     []string
	buying, bye        []string
	refusal            []string
	greeting, help     string
	fallback, offer    string
	handover, failed   string
	passedOn, noted    string
	goodbye, noProblem string
	allRight, waiting  string
	tell               string // asks for a value; %s is its name
	between            string // %s and %s are the bounds
	atLeast, atMost    string
	unsuitable         map[string]string // why an answer does not fit, by type of slot
}

var lexicons = map[string]*lexicon{"en": &english, "de": &german}

func languages() string { return strings.Join(slices.Sorted(maps.Keys(lexicons)), ", ") }

var english = lexicon{
	yes: []string{"yes", "yeah", "yep", "yup", "ok", "okay", "sure", "correct", "right", "confirm", "confirmed", "exactly", "agreed",
		"fine", "perfect", "great", "please do", "go ahead", "sounds good", "do it"},
	no:       []string{"no", "nope", "nah", "not", "don't", "dont", "wrong", "incorrect", "cancel", "never mind"},
	hello:    []string{"hi", "hello", "hey", "good morning", "good afternoon", "good evening", "good day", "greetings"},
	weekdays: []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"},
	months: []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
		"november", "december"},
	today: "today", tomorrow: "tomorrow", afterTomorrow: "day after tomorrow",
	numbers: map[string]int{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
		"ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100},
	dozen:     "dozen",
	instead:   []string{"instead of", "rather than", "not"},
	named:     []string{"my name is", "my name's", "i am called", "name:"},
	iAm:       []string{"this is", "i am", "i'm", "it's", "it is"},
	thousands: ",",
	common: []string{"about", "after", "again", "before", "being", "could", "doing", "every", "first", "going", "have", "having",
		"here", "house", "just", "know", "later", "like", "might", "more", "much", "need", "never", "nothing", "other", "please", "really",
		"should", "some", "something", "soon", "still", "than", "that", "their", "them", "then", "there", "these", "they", "thing", "think",
		"this", "those", "through", "until", "very", "want", "were", "what", "when", "where", "whether", "which", "while", "whole", "with",
		"without", "world", "would", "write", "wrote", "your", "yours"},
	human: []string{"human", "operator", "manager", "person", "real person", "real human", "staff", "colleague", "representative",
		"someone real", "speak to someone", "talk to someone", "call me back", "complaint", "complain"},
	message: []string{"tell your boss", "tell the boss", "tell your manager", "tell the manager", "tell your colleague*",
		"tell the owner", "tell them", "pass this on", "pass it on", "pass on", "let them know", "let your", "leave a message"},
	buying: []string{"buy", "buying", "order", "purchase", "price", "prices", "cost", "costs", "quote", "how much", "book", "booking",
		"reserve", "interested", "subscribe"},
	bye: []string{"bye", "goodbye", "thanks", "thank you", "thx", "that's all", "that is all", "see you"},
	refusal: []string{"no thanks", "no thank you", "not interested", "no interest", "too expensive", "don't need", "do not need",
		"leave me alone", "stop writing"},
	greeting:  "Hello! I am an automatic assistant: I follow fixed rules and am not a language model.",
	help:      "How can I help?",
	fallback:  "I am sorry, I did not understand that.",
	offer:     "Shall I get a colleague to help you?",
	handover:  "I am passing you on to a colleague, who will answer here.",
	failed:    "I am sorry, that did not work just now.",
	passedOn:  "I will pass that on.",
	noted:     "Thank you, I have noted that.",
	goodbye:   "You are welcome. Goodbye!",
	noProblem: "No problem, thank you for telling me. Have a good day!",
	allRight:  "All right.",
	waiting:   "A colleague has to approve that first; I will come back to you.",
	tell:      "Please tell me: %s",
	between:   "It must be a number from %s to %s.",
	atLeast:   "It must be at least %s.",
	atMost:    "It must be at most %s.",
	unsuitable: map[string]string{
		"email":    "That does not look like an e-mail address.",
		"phone":    "That does not look like a complete phone number.",
		"number":   "I was looking for a number.",
		"date":     "I was looking for a day.",
		"time":     "I was looking for a time of day, such as 10:30.",
		"postcode": "That does not look like a postcode.",
		"choice":   "You can choose from: %s.",
		"yes_no":   "Please answer yes or no.",
		"text":     "That does not have the form I need.",
	},
}

var german = lexicon{
	yes: []string{"ja", "jo", "jawohl", "ok", "okay", "gern", "gerne", "klar", "richtig", "genau", "stimmt", "passt", "einverstanden",
		"perfekt", "bitte"},
	no:       []string{"nein", "nee", "nö", "nicht", "falsch", "abbrechen"},
	hello:    []string{"hallo", "hi", "hey", "guten morgen", "guten tag", "guten abend", "moin", "servus", "grüß gott"},
	weekdays: []string{"montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"},
	months: []string{"januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober",
		"november", "dezember"},
	today: "heute", tomorrow: "morgen", afterTomorrow: "übermorgen",
	numbers: map[string]int{"eins": 1, "ein": 1, "eine": 1, "einen": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6,
		"sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwölf": 12, "fünfzehn": 15, "zwanzig": 20, "dreißig": 30,
		"vierzig": 40, "fünfzig": 50, "hundert": 100},
	dozen:     "dutzend",
	instead:   []string{"statt", "anstatt", "anstelle von", "nicht"},
	named:     []string{"mein name ist", "ich heiße", "ich heisse", "name:"},
	iAm:       []string{"hier ist", "ich bin"},
	thousands: ".",
	common: []string{"aber", "alle", "andere", "auch", "dann", "denn", "dies", "diese", "dieser", "doch", "eine", "einen", "einer",
		"etwas", "haben", "habe", "hier", "ihre", "ihren", "immer", "jetzt", "kann", "können", "machen", "mehr", "meine", "möchte", "nach",
		"noch", "oder", "schon", "sehr", "sein", "sind", "viel", "wann", "warum", "welche", "wenn", "werden", "wieder", "wird", "wollen",
		"würde", "über"},
	human: []string{"mensch", "menschen", "mitarbeiter", "mitarbeiterin", "person", "chef", "chefin", "kollege", "kollegin",
		"beschwerde", "rufen sie mich an", "zurückrufen"},
	message: []string{"sagen sie ihrem", "sagen sie ihrer", "sag deinem", "richten sie", "ausrichten", "weitergeben", "weiterleiten"},
	buying: []string{"kaufen", "bestellen", "bestellung", "preis", "preise", "kostet", "kosten", "angebot", "was kostet", "buchen",
		"reservieren", "interesse", "interessiere"},
	bye: []string{"tschüss", "tschüs", "auf wiedersehen", "danke", "dankeschön", "vielen dank", "das war alles", "das ist alles"},
	refusal: []string{"nein danke", "kein interesse", "kein bedarf", "zu teuer", "brauche ich nicht", "brauche nichts",
		"lassen sie mich in ruhe"},
	greeting:  "Guten Tag! Ich bin ein automatischer Assistent: Ich folge festen Regeln und bin kein Sprachmodell.",
	help:      "Wie kann ich helfen?",
	fallback:  "Das habe ich leider nicht verstanden.",
	offer:     "Soll ich jemanden aus dem Team dazuholen?",
	handover:  "Ich gebe an jemanden aus dem Team weiter; Sie bekommen hier eine Antwort.",
	failed:    "Das hat gerade leider nicht geklappt.",
	passedOn:  "Das gebe ich weiter.",
	noted:     "Danke, das habe ich notiert.",
	goodbye:   "Gern geschehen. Auf Wiedersehen!",
	noProblem: "Kein Problem, danke für die Rückmeldung. Einen schönen Tag noch!",
	allRight:  "Gut.",
	waiting:   "Das muss erst jemand aus dem Team freigeben; ich melde mich dann.",
	tell:      "Bitte nennen Sie: %s",
	between:   "Bitte eine Zahl von %s bis %s.",
	atLeast:   "Bitte mindestens %s.",
	atMost:    "Bitte höchstens %s.",
	unsuitable: map[string]string{
		"email":    "Das sieht nicht nach einer E-Mail-Adresse aus.",
		"phone":    "Das sieht nicht nach einer vollständigen Telefonnummer aus.",
		"number":   "Ich brauche hier eine Zahl.",
		"date":     "Ich brauche hier einen Tag.",
		"time":     "Ich brauche hier eine Uhrzeit, etwa 10:30.",
		"postcode": "Das sieht nicht nach einer Postleitzahl aus.",
		"choice":   "Zur Auswahl stehen: %s.",
		"yes_no":   "Bitte antworten Sie mit Ja oder Nein.",
		"text":     "Das hat nicht die Form, die ich brauche.",
	},
}

// monthOf gives 1 to 12 for a month's name or its first three letters, else 0.
func (l *lexicon) monthOf(word string) int {
	for i, m := range l.months {
		if word == m || len([]rune(word)) == 3 && strings.HasPrefix(m, word) {
			return i + 1
		}
	}
	return 0
}

// weekdayOf gives 1 (Monday) to 7 for a weekday's name, small typing errors allowed, else 0. A plural names no day.
func (l *lexicon) weekdayOf(word string, v vocabulary) int {
	for i, d := range l.weekdays {
		if word == d || word != d+"s" && v.same(word, d) {
			return i + 1
		}
	}
	return 0
}
