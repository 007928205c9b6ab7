package dialogue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"parley/ent"
	"parley/ent/call"
	"parley/outbound"
)

const (
	// MaxAnswer is how much of an answer is read, in bytes.
	MaxAnswer = 64 << 10
	// ModelReads is how much of an answer the model sees, in characters.
	ModelReads = 8000
	// ModelReadsFailed is the same of a failed one.
	ModelReadsFailed = 1000
)

// success is what the model sees of a call that brought an answer.
type success struct {
	Status    int   `json:"status"`
	Body      any   `json:"body"`
	Truncated bool  `json:"truncated"`
	Ms        int64 `json:"ms"`
}

// read turns an HTTP answer into what the model is told. A status of 2xx with JSON or plain text is a success, and so
// is an empty answer to anything but a GET; all else failed, with a sentence that says how. Members of the names in hidden are
// replaced; see hiddenMembers.
func read(f *ent.Function, res *outbound.Response, took time.Duration, hidden hiddenMembers) outcome {
	bad := func(format string, args ...any) outcome {
		why := fmt.Sprintf(format, args...)
		excerpt, cut := shorten(string(res.Body), ModelReadsFailed)
		b := failure{Error: why, Status: res.Status, Truncated: cut || res.Truncated, Ms: took.Milliseconds()}
		switch {
		case !b.Truncated && json.Valid(res.Body): // what went wrong, as fields that can be read
			b.Body = json.RawMessage(hidden.compact(res.Body))
		case strings.TrimSpace(excerpt) != "" && len(hidden) == 0: // in a text nothing can be hidden
			b.Body = excerpt
		}
		return outcome{state: call.StateFAILED, body: b, status: res.Status, err: why, truncated: b.Truncated}
	}
	effect := ""
	if f.Method != http.MethodGet {
		effect = "; the request may have taken effect: do not simply repeat it"
	}
	body := bytes.TrimSpace(res.Body)
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	html := kind == "text/html" || (len(body) > 0 && body[0] == '<')
	switch {
	case 300 <= res.Status && res.Status < 400:
		return bad("the endpoint redirects (HTTP %d), and redirects are not followed", res.Status)
	case res.Status < 200 || res.Status >= 400:
		return bad("the endpoint answered with the error HTTP %d", res.Status)
	case len(body) == 0 && f.Method == http.MethodGet && res.Status != http.StatusNoContent:
		return bad("the endpoint sent an empty answer")
	case len(body) == 0:
		return good(res, took, nil, false)
	case res.Truncated:
		return bad("the answer is longer than %d bytes%s", MaxAnswer, effect)
	case !json.Valid(body) && html:
		return bad("the endpoint answered with a page for people (HTML) instead of JSON%s", effect)
	case !json.Valid(body) && (kind != "text/plain" || !utf8.Valid(body)):
		return bad("the endpoint answered with something that is not JSON%s", effect)
	case !json.Valid(body):
		text, cut := shorten(hidden.text(string(body)), ModelReads)
		return good(res, took, text, cut)
	}
	part, err := point(body, f.AnswerPointer, hidden)
	if err != nil {
		return bad("%v%s", err, effect)
	}
	text := string(compact(part))
	if excerpt, cut := shorten(text, ModelReads); cut {
		return good(res, took, excerpt, true)
	}
	return good(res, took, json.RawMessage(text), false)
}

func good(res *outbound.Response, took time.Duration, body any, cut bool) outcome {
	return outcome{state: call.StateANSWERED, status: res.Status, truncated: cut, body: success{res.Status, body, cut, took.Milliseconds()}}
}

// shorten cuts a text to its first n characters, and reports whether it did.
func shorten(text string, n int) (string, bool) {
	text = clean(text)
	if utf8.RuneCountInString(text) <= n {
		return text, false
	}
	return string([]rune(text)[:n]), true
}

// point returns the part of a JSON text that an RFC 6901 pointer means, with members hidden: also one that it leads to or through.
func point(text []byte, pointer string, hidden hiddenMembers) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	value = hidden.in(value)
	if pointer == "" {
		return value, nil
	}
	for token := range strings.SplitSeq(pointer[1:], "/") {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch v := value.(type) {
		case map[string]any:
			member, ok := v[token]
			if !ok {
				return nil, fmt.Errorf("the answer has nothing at %s", pointer)
			}
			value = member
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return nil, fmt.Errorf("the answer has nothing at %s", pointer)
			}
			value = v[i]
		default:
			if value == hiddenValue && len(hidden) > 0 {
				return value, nil // with all that is below it
			}
			return nil, fmt.Errorf("the answer has nothing at %s", pointer)
		}
	}
	return value, nil
}

// hostOf returns the host of a URL template: placeholders never stand in it.
func hostOf(template string) string { return addressOf(template).Host }

// serverOf returns scheme and host of a URL template.
func serverOf(template string) string {
	u := addressOf(template)
	return strings.ToLower(u.Scheme + "://" + u.Host)
}

func addressOf(template string) url.URL {
	base, _, _ := strings.Cut(template, "?")
	u, err := url.Parse(inURL.ReplaceAllLiteralString(base, "x"))
	if err != nil {
		return url.URL{}
	}
	return *u
}
