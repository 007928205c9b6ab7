package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// asRegexp returns the expression of a text such as `/sold out/`.
func asRegexp(text string) (expression string, is bool) {
	if len(text) > 2 && text[0] == '/' && text[len(text)-1] == '/' {
		return text[1 : len(text)-1], true
	}
	return "", false
}

// checkPattern refuses an expression that cannot be read.
func checkPattern(text string) error {
	expression, is := asRegexp(text)
	if !is {
		return nil
	}
	if _, err := regexp.Compile("(?s)" + expression); err != nil {
		return fmt.Errorf("the regular expression cannot be read: %w", err)
	}
	return nil
}

// textFits says whether a text is what is wanted: any text for `...`, one in which the expression is found for
// `/expression/`, the very text otherwise. A backslash takes the meaning from what follows it.
func textFits(text, want string) bool {
	if want == anyLines {
		return true
	}
	if expression, is := asRegexp(want); is {
		re, err := regexp.Compile("(?s)" + expression)
		return err == nil && re.MatchString(text)
	}
	return trimLines(literal(text)) == trimLines(want)
}

// trimLines takes away the blanks at the ends of lines, where nobody sees them and editors remove them.
func trimLines(text string) string {
	return blanks.ReplaceAllString(strings.TrimRight(text, " \t"), "\n")
}

var blanks = regexp.MustCompile(`[ \t]+\n`)

// literal writes a text so that it stands for itself.
func literal(text string) string {
	if _, is := asRegexp(text); is || text == anyLines || strings.HasPrefix(text, `\`) {
		return `\` + text
	}
	return text
}

// fits says whether a JSON value is what is wanted. The text "..." stands for any value, "/expression/" for any text in
// which it is found. With some, an object may have members besides the wanted ones.
func fits(got, want any, some bool) bool {
	switch w := want.(type) {
	case string:
		if w == anyLines {
			return true
		}
		text, is := got.(string)
		return is && (text == w || textFits(text, w))
	case map[string]any:
		g, is := got.(map[string]any)
		if !is || len(g) < len(w) || !some && len(g) != len(w) {
			return false
		}
		for name, value := range w {
			if member, there := g[name]; !there || !fits(member, value, some) {
				return false
			}
		}
		return true
	case []any:
		g, is := got.([]any)
		if !is || len(g) != len(w) {
			return false
		}
		for i := range w {
			if !fits(g[i], w[i], some) {
				return false
			}
		}
		return true
	case json.Number:
		g, is := got.(json.Number)
		return is && sameNumber(g, w)
	}
	return got == want
}

func sameNumber(a, b json.Number) bool {
	x, err1 := a.Float64()
	y, err2 := b.Float64()
	return a == b || err1 == nil && err2 == nil && x == y
}

// project returns of a value what a pattern names, so that a difference shows what was meant.
func project(got, pattern any) any {
	g, is := got.(map[string]any)
	p, wants := pattern.(map[string]any)
	if !is || !wants {
		return got
	}
	kept := map[string]any{}
	for name, value := range p {
		if member, there := g[name]; there {
			kept[name] = project(member, value)
		}
	}
	return kept
}

var (
	idText   = regexp.MustCompile(`\b([a-z]{3})_[0-7][0-9a-hjkmnp-tv-z]{25}\b`)
	timeText = regexp.MustCompile(`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`)
	// idNames are the words for ids that a transcript may show.
	idNames = map[string]string{
		"agt": "agent", "cal": "call", "cus": "customer", "evt": "event", "fun": "function", "int": "integration", "key": "key",
		"msg": "message", "rem": "reminder", "stp": "step", "thr": "thread", "trn": "turn", "ver": "version",
	}
)

// names gives volatile things stable names: ids become $call1, $call2 in the order in which they are first seen, times
// become $time, and addresses $server and $receiver.
type names struct {
	known     map[string]string
	count     map[string]int
	addresses *strings.Replacer
}

func newNames(server, receiver string) *names {
	pairs := []string{}
	for address, name := range map[string]string{server: "$server", receiver: "$receiver"} {
		if host, _ := strings.CutPrefix(address, "http://"); host != "" {
			pairs = append(pairs, address, name, host, name)
		}
	}
	return &names{map[string]string{}, map[string]int{}, strings.NewReplacer(pairs...)}
}

func (n *names) text(text string) string {
	text = strings.ReplaceAll(n.addresses.Replace(text), "\r\n", "\n")
	text = timeText.ReplaceAllString(text, "$$time")
	return idText.ReplaceAllStringFunc(text, func(id string) string {
		if n.known[id] == "" {
			word := idNames[id[:3]]
			if word == "" {
				word = id[:3]
			}
			n.count[word]++
			n.known[id] = fmt.Sprintf("$%s%d", word, n.count[word])
		}
		return n.known[id]
	})
}

func (n *names) json(v any) any {
	switch v := v.(type) {
	case string:
		return n.text(v)
	case []any:
		for i := range v {
			v[i] = n.json(v[i])
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) { // in an order, so that ids are counted in one
			v[name] = n.json(v[name])
		}
	}
	return v
}
