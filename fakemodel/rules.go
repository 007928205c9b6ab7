package fakemodel

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Ask is a request to a model, the same for both APIs.
type Ask struct {
	API       string // "gemini" or "openai"
	Model     string // the one asked for
	System    string
	Messages  []Message
	Functions []string   // that may be called; none if calls are forbidden
	Declared  []Function // all that the request describes
	MustCall  bool
	MaxTokens int             // 0 if there is no limit
	Schema    json.RawMessage // JSON Schema that the text is held to; empty for free text
	Stream    bool
}

// Function is a function as the request declares it, whether it may be called or not. Schema is a JSON Schema, or Google's
// own form of one; empty means no arguments.
type Function struct {
	Name, Description string
	Schema            json.RawMessage
}

// Message is one piece of the history. Role is "user", "model" or "tool".
type Message struct {
	Role    string
	Text    string
	Calls   []Call
	Results []Result
}

// Result is what a function answered, as JSON or text.
type Result struct {
	ID, Name, Body string
}

// Rules is the model without a script. It decides by what was said last:
//
//   - Answers of functions: it quotes them, a line each: `NAME answered BODY`.
//   - Text with lines of the form `call NAME {json}`: it calls these functions side by side, and says its other lines
//     before. A line `then` begins what is called after the answers of those above. A function that it may not call, it names.
//   - Other text: it says `You said: TEXT`.
//
// Where the request holds answers to a JSON Schema, each text is an object of it, with what would be said in its first string.
// A request that demands a call gets one of the first function, without arguments. Answers that are longer than allowed,
// a token being four bytes, are cut short with MAX_TOKENS.
func Rules(ask Ask) Answer {
	last, results, step := present(ask.Messages)
	groups := callGroups(last)
	if step < len(groups) {
		return groupAnswer(ask, groups[step])
	}
	if ask.MustCall && len(ask.Functions) > 0 {
		return Calls(Call{Name: ask.Functions[0], Args: "{}"})
	}
	if len(results) > 0 {
		var lines []string
		for _, r := range results {
			lines = append(lines, r.Name+" answered "+r.Body)
		}
		return spoken(ask, strings.Join(lines, "\n"))
	}
	return spoken(ask, "You said: "+last)
}

// present is the turn that goes on: what the user said last, the answers of functions that came after everything else, and how
// many steps with calls were taken since.
func present(history []Message) (said string, results []Result, steps int) {
	var texts []string
	for i := len(history) - 1; i >= 0; i-- {
		switch m := history[i]; {
		case m.Role == "user":
			texts = append(texts, m.Text)
		case len(texts) > 0:
			slices.Reverse(texts)
			return strings.Join(texts, "\n"), results, steps
		case m.Role == "tool" && steps == 0:
			results = append(slices.Clone(m.Results), results...)
		case len(m.Calls) > 0:
			steps++
		}
	}
	slices.Reverse(texts)
	return strings.Join(texts, "\n"), results, steps
}

// group is what one step does.
type group struct {
	text  []string
	calls []Call
}

// callGroups reads the lines of a text. A text without a call has no groups.
func callGroups(text string) []group {
	groups := []group{{}}
	found := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		g := &groups[len(groups)-1]
		rest, isCall := strings.CutPrefix(line, "call ")
		name, args, _ := strings.Cut(strings.TrimSpace(rest), " ")
		args = strings.TrimSpace(args)
		switch {
		case isCall && (args == "" || isObject(args)):
			found = true
			g.calls = append(g.calls, Call{Name: name, Args: args})
		case line == "then":
			groups = append(groups, group{})
		case line != "":
			g.text = append(g.text, line)
		}
	}
	if !found {
		return nil
	}
	return slices.DeleteFunc(groups, func(g group) bool { return len(g.calls) == 0 })
}

func isObject(text string) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal([]byte(text), &object) == nil && object != nil
}

func groupAnswer(ask Ask, g group) Answer {
	var calls []Call
	for _, c := range g.calls {
		if slices.Contains(ask.Functions, c.Name) {
			calls = append(calls, c)
		} else {
			g.text = append(g.text, fmt.Sprintf("There is no function %q.", c.Name))
		}
	}
	a := Answer{}
	if len(g.text) > 0 {
		a = spoken(ask, strings.Join(g.text, "\n"))
	}
	if a.Finish == "" {
		a.Parts = append(a.Parts, Calls(calls...).Parts...)
	}
	return a
}

// spoken says a text in chunks of about eight words.
func spoken(ask Ask, text string) Answer {
	finish := ""
	if len(ask.Schema) > 0 {
		text = fitting(ask.Schema, text)
	}
	if limit := ask.MaxTokens * 4; limit > 0 && len(text) > limit {
		text, finish = strings.ToValidUTF8(text[:limit], ""), "MAX_TOKENS"
	}
	var chunks []string
	for words := strings.SplitAfter(text, " "); len(words) > 0; {
		n := min(8, len(words))
		chunks = append(chunks, strings.Join(words[:n], ""))
		words = words[n:]
	}
	a := Text(chunks...)
	a.Finish = finish
	return a
}
