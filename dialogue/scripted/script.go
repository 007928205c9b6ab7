package scripted

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The written form of a script. Pointers are fields whose zero value means something.
type (
	source struct {
		Language string            `json:"language"`
		Greeting string            `json:"greeting"`
		Fallback string            `json:"fallback"`
		Offer    string            `json:"offer"`
		Handover string            `json:"handover"`
		Failed   string            `json:"failed"`
		Misses   *int              `json:"misses"`
		Yes      []string          `json:"yes"`
		No       []string          `json:"no"`
		Slots    []json.RawMessage `json:"slots"`
		Rules    []json.RawMessage `json:"rules"`
	}

	slotSource struct {
		Name     string              `json:"name"`
		Type     string              `json:"type"`
		Question string              `json:"question"`
		Choices  []string            `json:"choices"`
		Synonyms map[string][]string `json:"synonyms"`
		Near     []string            `json:"near"`
		Pattern  string              `json:"pattern"`
		Min      *float64            `json:"min"`
		Max      *float64            `json:"max"`
		Invalid  string              `json:"invalid"`
	}

	ruleSource struct {
		Name  string       `json:"name"`
		When  whenSource   `json:"when"`
		Intro string       `json:"intro"`
		Ask   []string     `json:"ask"`
		Say   string       `json:"say"`
		Call  *callSource  `json:"call"`
		Calls []callSource `json:"calls"`
		Clear []string     `json:"clear"`
		Stop  bool         `json:"stop"`

		// For tests of what stands above a provider.
		Again   bool         `json:"again"`
		Fail    *failSource  `json:"fail"`
		DelayMs int          `json:"delayMs"`
		Reason  string       `json:"reason"`
		Usage   *usageSource `json:"usage"`
	}

	whenSource struct {
		Any      []string                   `json:"any"`
		All      []string                   `json:"all"`
		None     []string                   `json:"none"`
		Pattern  string                     `json:"pattern"`
		MaxWords int                        `json:"maxWords"`
		Answer   string                     `json:"answer"`
		Filled   []string                   `json:"filled"`
		Missing  []string                   `json:"missing"`
		Given    []string                   `json:"given"`
		Changed  []string                   `json:"changed"`
		Is       map[string]json.RawMessage `json:"is"`
		First    *bool                      `json:"first"`
		After    string                     `json:"after"`
		Result   *resultSource              `json:"result"`
		Model    string                     `json:"model"`
	}

	resultSource struct {
		Function string                     `json:"function"`
		Failed   bool                       `json:"failed"`
		Match    map[string]json.RawMessage `json:"match"`
	}

	callSource struct {
		Function  string                     `json:"function"`
		Arguments map[string]json.RawMessage `json:"arguments"`
		Repeat    int                        `json:"repeat"`
	}

	failSource struct {
		Kind         string `json:"kind"`
		Status       int    `json:"status"`
		RetryAfterMs int    `json:"retryAfterMs"`
	}

	usageSource struct {
		Input  int64 `json:"input"`
		Output int64 `json:"output"`
	}
)

// strict decodes exactly one JSON value into v and refuses unknown fields. The path is put before the field's name.
func strict(path string, data []byte, v any) *Problem {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		return &Problem{path, "has text after the end of the JSON value"}
	}
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind):
		return &Problem{join(path, kind.Field), fmt.Sprintf("must not be a JSON %s", kind.Value)}
	case errors.As(err, &syntax):
		return &Problem{path, fmt.Sprintf("is not JSON: %v (byte %d)", syntax, syntax.Offset)}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &Problem{path, "is not JSON: it ends too early"}
	}
	return &Problem{path, strings.TrimPrefix(err.Error(), "json: ")}
}

func join(path, field string) string {
	if path == "" || field == "" {
		return path + field
	}
	return path + "." + field
}

// Problem is one broken rule of the format. Path reads like `rules[2].when.pattern`.
type Problem struct{ Path, Reason string }

// String joins path and reason to one sentence.
func (p Problem) String() string {
	if p.Path == "" {
		return "script " + p.Reason
	}
	return p.Path + " " + p.Reason
}

// ScriptError lists everything that is wrong with a script, in the order of the script. It is the only error of Validate.
type ScriptError struct{ Problems []Problem }

// Error implements error.
func (e *ScriptError) Error() string {
	all := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		all[i] = p.String()
	}
	return strings.Join(all, "; ")
}

// Validate checks a script when an agent is saved; nil and an empty script are valid and mean the built-in rules. The
// error is a *ScriptError. A valid script never makes Generate yield an error of kind Invalid.
func Validate(script json.RawMessage) error {
	if _, problems := compile(script); len(problems) > 0 {
		return &ScriptError{problems}
	}
	return nil
}

// blank says whether a request carries no script.
func blank(script json.RawMessage) bool {
	s := bytes.TrimSpace(script)
	return len(s) == 0 || bytes.Equal(s, []byte("null"))
}
