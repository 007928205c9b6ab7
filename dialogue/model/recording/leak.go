package recording

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// leak says where a secret still stands in a recording, in a form that scrubbing does not find: in other case, behind
// escapes, within longer base64, or cut over the pieces of a stream. The error never repeats it. It is nil if there is none.
func (s *scrubber) leak(r *Recording) error {
	for i, x := range r.Exchanges {
		answer := bytes.Join(x.Chunks, nil)
		for _, place := range []struct {
			name  string
			texts []string
		}{
			{"the address", []string{x.Target}},
			{"the body of the request", append(strung(x.Body), string(x.Body))},
			{"the answer", append(strung(answer), string(answer))},
		} {
			for _, text := range place.texts {
				if s.in(text) {
					return fmt.Errorf("a secret still stands in %s of exchange %d, written in a way that cannot be scrubbed", place.name, i+1)
				}
			}
		}
	}
	if s.in(r.String()) { // and whatever else the file holds
		return fmt.Errorf("a secret still stands in the recording")
	}
	return nil
}

func (s *scrubber) in(text string) bool {
	texts := []string{strings.ToLower(text)}
	if plain, err := url.PathUnescape(text); err == nil {
		texts = append(texts, strings.ToLower(plain))
	}
	for _, secret := range s.secrets {
		for _, t := range texts {
			if strings.Contains(t, strings.ToLower(secret)) {
				return true
			}
		}
		// Within longer base64 a secret has three forms, by the place at which it begins; their edges depend on what is around.
		for shift := range 3 {
			encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + secret))
			core := encoded[(shift*8+5)/6 : len(encoded)-1]
			if strings.Contains(text, core) || strings.Contains(text, strings.NewReplacer("+", "-", "/", "_").Replace(core)) {
				return true
			}
		}
	}
	return false
}

// strung are the texts of a JSON body, or of the events of a stream, without escapes. Texts that stand in the same place of
// one event after another are joined, as they are by who reads the stream.
func strung(body []byte) []string {
	joined := map[string]*strings.Builder{}
	collect := func(text []byte) {
		var v any
		if json.Unmarshal(text, &v) != nil {
			return
		}
		events, ok := v.([]any)
		if !ok {
			events = []any{v}
		}
		for _, event := range events {
			collectTexts(joined, "", event)
		}
	}
	if json.Valid(body) {
		collect(body)
	} else {
		for line := range bytes.Lines(body) {
			line = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(line), []byte("data:")))
			collect(line)
		}
	}
	var texts []string
	for _, text := range joined {
		texts = append(texts, text.String())
	}
	return texts
}

func collectTexts(into map[string]*strings.Builder, path string, v any) {
	switch v := v.(type) {
	case string:
		if into[path] == nil {
			into[path] = &strings.Builder{}
		}
		into[path].WriteString(v)
	case []any:
		for i, element := range v {
			collectTexts(into, fmt.Sprintf("%s[%d]", path, i), element)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			collectTexts(into, path+"/"+name, v[name])
			collectTexts(into, "names", name)
		}
	}
}
