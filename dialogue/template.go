package dialogue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"parley/ent"

	"golang.org/x/net/http/httpguts"
)

// In an address {name} is enough, as in OpenAPI; {{name}} means the same everywhere.
var (
	inURL  = regexp.MustCompile(`\{\{\s*[^{}\s]+\s*\}\}|\{[^{}\s]+\}`)
	inText = regexp.MustCompile(`\{\{\s*([^{}\s]+)\s*\}\}`)
)

func urlNames(template string) []string  { return namesIn(inURL, template) }
func textNames(template string) []string { return namesIn(inText, template) }

func namesIn(pattern *regexp.Regexp, template string) []string {
	var names []string
	for _, placeholder := range pattern.FindAllString(template, -1) {
		if name := nameIn(placeholder); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// nameIn returns the name in a placeholder.
func nameIn(placeholder string) string { return strings.Trim(placeholder, "{} \t\r\n") }

// values are what a call fills templates with: the model's arguments and the facts of the dialogue.
type values struct{ arguments, facts map[string]any }

func (v values) get(name string) any {
	if isFact(name) {
		return v.facts[name]
	}
	return v.arguments[name]
}

// fillURL puts values into the path and the query of a URL template, each escaped for its place. What is left of the
// arguments is added to the query when rest is set. The error is a sentence for the model.
func fillURL(template string, v values, rest map[string]any) (string, error) {
	path, query, hasQuery := strings.Cut(template, "?")
	var problem error
	fill := func(escape func(string) string) func(string) string {
		return func(placeholder string) string {
			name := nameIn(placeholder)
			text := plain(v.get(name))
			if text == "" || text == "." || text == ".." {
				problem = fmt.Errorf("%s must not be %q: it is part of the address", name, text)
			}
			return escape(text)
		}
	}
	path = inURL.ReplaceAllStringFunc(path, fill(url.PathEscape))
	if problem != nil {
		return "", problem
	}
	var pairs []string
	if hasQuery {
		for part := range strings.SplitSeq(query, "&") {
			if filled, ok := fillPair(part, v); ok {
				pairs = append(pairs, filled)
			}
		}
	}
	pairs = append(pairs, pairsOf(rest)...)
	if len(pairs) == 0 {
		return path, nil
	}
	return path + "?" + strings.Join(pairs, "&"), nil
}

// pairsOf writes values as name=value, in order of their names.
func pairsOf(rest map[string]any) (pairs []string) {
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		for _, text := range listed(rest[name]) {
			pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(text))
		}
	}
	return pairs
}

// fillPair fills one name=value of a query. It is left out when every value it asks for is missing.
func fillPair(part string, v values) (string, bool) {
	names := namesIn(inURL, part)
	absent := len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return v.get(name) != nil })
	return inURL.ReplaceAllStringFunc(part, func(placeholder string) string {
		return url.QueryEscape(plain(v.get(nameIn(placeholder))))
	}), !absent
}

// fillBody puts values into a body template. In JSON a placeholder inside a string is escaped for it, and one outside
// becomes a whole value (null when missing); in a form it is escaped as a form value.
func fillBody(template string, form bool, v values) []byte {
	var out bytes.Buffer
	inString, end := false, 0
	for _, m := range inText.FindAllStringSubmatchIndex(template, -1) {
		before := template[end:m[0]]
		out.WriteString(before)
		inString = quoted(before, inString)
		end = m[1]
		value := v.get(template[m[2]:m[3]])
		switch {
		case form:
			out.WriteString(url.QueryEscape(plain(value)))
		case inString:
			text := compact(plain(value))
			out.Write(text[1 : len(text)-1])
		default:
			out.Write(compact(value))
		}
	}
	out.WriteString(template[end:])
	return out.Bytes()
}

// fillHeader puts values into the value of a header. The error is a sentence for the model: a header has one line, and no
// escaping could keep a line break in it from becoming another header.
func fillHeader(name, template string, v values) (string, error) {
	filled := inText.ReplaceAllStringFunc(template, func(placeholder string) string { return plain(v.get(nameIn(placeholder))) })
	if !httpguts.ValidHeaderFieldValue(filled) {
		return "", fmt.Errorf("the header %s cannot hold line breaks or other control characters", name)
	}
	return filled, nil
}

// quoted says whether a JSON text that began inside a string, or not, ends inside one.
func quoted(text string, inString bool) bool {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && inString:
			i++
		case text[i] == '"':
			inString = !inString
		}
	}
	return inString
}

// checkBodyTemplate says whether the body of f becomes JSON, or is a form.
func checkBodyTemplate(f *ent.Function) error {
	if form, err := bodyForm(f); err != nil || form {
		return nil //nolint:nilerr // a wrong type is told once, for the headers
	}
	for _, m := range inText.FindAllStringIndex(f.Body, -1) {
		if before := f.Body[:m[0]]; (len(before)-len(strings.TrimRight(before, `\`)))%2 == 1 {
			return errors.New("has a backslash before a placeholder, which would escape the value's first character")
		}
	}
	if !json.Valid(fillBody(f.Body, false, values{})) {
		return errors.New("is no JSON once its placeholders are filled; send other forms with the header Content-Type: application/x-www-form-urlencoded")
	}
	return nil
}

// bodyForm says whether the header Content-Type of f asks for a form. Without the header the body is JSON.
func bodyForm(f *ent.Function) (bool, error) {
	given := f.Headers["Content-Type"]
	if given == "" {
		return false, nil
	}
	kind, _, err := mime.ParseMediaType(given)
	switch {
	case err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json")):
		return false, nil
	case err == nil && kind == "application/x-www-form-urlencoded":
		return true, nil
	}
	return false, fmt.Errorf("Content-Type must be JSON or application/x-www-form-urlencoded, not %q", given)
}

// hasBody says whether requests of a method carry the arguments in the body.
func hasBody(method string) bool { return method != http.MethodGet && method != http.MethodDelete }

// plain is a value as text: strings as they are, nothing for null, all else as JSON.
func plain(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return string(compact(value))
}

// listed is a value for a query: an array becomes several texts.
func listed(value any) []string {
	list, ok := value.([]any)
	if !ok {
		return []string{plain(value)}
	}
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = plain(v)
	}
	return texts
}

// compact encodes a value that came from JSON.
func compact(value any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return []byte("null")
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
