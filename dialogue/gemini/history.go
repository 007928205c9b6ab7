package gemini

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"regexp"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
)

// content is one turn of the history on the wire. Its parts are as they came, or of our making.
type content struct {
	Role  string            `json:"role"`
	Parts []json.RawMessage `json:"parts"`

	answers bool // it holds the answers of functions, and must hold nothing else
}

const (
	roleUser  = "user"
	roleModel = "model"
)

// What is said in the customer's place where the API wants a word of the user and there is none.
const (
	opening = "[system] The dialogue begins here."
	goOn    = "[system] Go on."
)

// standIn is what Google documents for calls that never had a signature, as those of other models.
const standIn = "skip_thought_signature_validator"

// contents writes the history as the API accepts it: roles take turns, but for the customer's words after answers of
// functions; it begins and ends with the user; a content with calls is followed by one that answers all of them, in their
// order; and in the current turn the first call of each step is signed.
func (p *Provider) contents(messages []model.Message) ([]content, error) {
	var all []content
	add := func(role string, parts ...json.RawMessage) {
		if last := len(all) - 1; last >= 0 && all[last].Role == role && !all[last].answers {
			all[last].Parts = append(all[last].Parts, parts...)
		} else if len(parts) > 0 {
			all = append(all, content{Role: role, Parts: parts})
		}
	}
	for i, m := range messages {
		switch m.Role {
		case model.User:
			for _, part := range m.Parts {
				if part.Text != "" {
					add(roleUser, textPart(part.Text))
				}
			}
		case model.Model:
			parts, calls, err := p.spoken(m, i)
			if err != nil {
				return nil, err
			}
			if len(parts) == 0 {
				continue // nothing that can be told
			}
			if len(all) == 0 {
				add(roleUser, textPart(opening))
			}
			add(roleModel, parts...)
			if len(calls) > 0 {
				answers, err := answersTo(calls, remote.ResultsAfter(messages, i))
				if err != nil {
					return nil, err
				}
				all = append(all, content{Role: roleUser, Parts: answers, answers: true})
			}
		}
	}
	switch last := len(all) - 1; {
	case last < 0:
		add(roleUser, textPart(opening))
	case all[last].Role == roleModel:
		add(roleUser, textPart(goOn))
	}
	sign(all)
	return all, nil
}

func textPart(text string) json.RawMessage {
	raw, _ := json.Marshal(map[string]string{"text": text}) // a map of strings
	return raw
}

// sentCall is a call with the id it goes out under, which may be none.
type sentCall struct {
	*model.Call
	sent string
}

// spoken writes one message of the agent; nothing if there is neither text nor a call in it. What this provider said
// goes out as it came, with its signatures.
func (p *Provider) spoken(m model.Message, at int) (parts []json.RawMessage, calls []sentCall, err error) {
	said := false
	for n, part := range m.Parts {
		wire := bytes.TrimSpace(part.Wire)
		if m.Provider != p.o.Name || !isObject(wire) {
			wire = nil
		}
		said = said || part.Text != "" || part.Call != nil
		switch {
		case part.Call != nil && wire != nil:
			calls = append(calls, sentCall{part.Call, partOf(wire).Call.ID})
		case part.Call != nil:
			c := sentCall{part.Call, callID(part.Call, at, n)}
			if wire, err = json.Marshal(map[string]any{"functionCall": functionCall{c.sent, c.Name, argumentsOf(c.Args)}}); err != nil {
				return nil, nil, fmt.Errorf("write the call of %s: %w", c.Name, err)
			}
			calls = append(calls, c)
		case wire == nil && part.Text != "":
			wire = textPart(part.Text)
		}
		if wire != nil {
			parts = append(parts, wire)
		}
	}
	if !said {
		return nil, nil, nil
	}
	return parts, calls, nil
}

// functionCall is a call on the wire.
type functionCall struct {
	ID   string          `json:"id,omitempty"`
	Name string          `json:"name"`
	Args json.RawMessage `json:"args,omitempty"`
}

// wirePart is as much of a part on the wire as is looked at.
type wirePart struct {
	Call      *functionCall `json:"functionCall"`
	Signature string        `json:"thoughtSignature"`
}

// partOf reads a part; what has no call reads as one without a name.
func partOf(wire json.RawMessage) wirePart {
	var part wirePart
	if json.Unmarshal(wire, &part) != nil || part.Call == nil {
		part.Call = &functionCall{}
	}
	return part
}

func argumentsOf(args json.RawMessage) json.RawMessage {
	if !isObject(args) {
		return json.RawMessage(`{}`)
	}
	return args
}

var plainID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// callID is the id of a call that another provider made: its own if that is plain, else one made of it.
func callID(c *model.Call, at, n int) string {
	if plainID.MatchString(c.ID) {
		return c.ID
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %s %s", at, n, c.ID, c.Name))
	return "call-" + base32.StdEncoding.EncodeToString(sum[:])[:16]
}

// sign gives the first call of each step of the current turn the stand-in for a signature if it has none. The turn begins
// with the last words of the user; calls before it are not checked.
func sign(all []content) {
	current := len(all) - 1
	for current > 0 && (all[current].Role == roleModel || all[current].answers) {
		current--
	}
	for _, c := range all[current:] {
		if c.Role != roleModel {
			continue
		}
		for i, raw := range c.Parts {
			part := partOf(raw)
			if part.Call.Name == "" {
				continue
			}
			if part.Signature == "" {
				fields := map[string]json.RawMessage{}
				_ = json.Unmarshal(raw, &fields) // partOf has read it
				fields["thoughtSignature"] = json.RawMessage(`"` + standIn + `"`)
				c.Parts[i], _ = json.Marshal(fields) // of what was JSON before
			}
			break
		}
	}
}
