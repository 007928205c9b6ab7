package gemini

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"

	"google.golang.org/genai"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
)

// answer puts an answer together from its pieces.
type answer struct {
	provider, asked string // who asks, and for which model
	model, id       string // the model that answered, and the answer's own name
	status          *genai.ModelStatus

	parts    []model.Part
	text     strings.Builder // not signed, and not yet among the parts
	emitted  bool
	ids      map[string]bool // of calls
	calls    int
	nameless bool // a call has no name
	kept     int  // bytes of parts and text

	finish, note string // the API's word for the end, and what it adds
	usage        model.Usage
}

// complete says whether the model came to an end of its own.
func (a *answer) complete() bool { return a.finish != "" }

// take reads one piece, as the client gives it and as it came, and returns the text in it.
func (a *answer) take(res *genai.GenerateContentResponse, raw json.RawMessage) (delta string, failure *model.Error) {
	if u := res.UsageMetadata; u != nil { // of all so far
		a.usage = model.Usage{
			Input: int64(u.PromptTokenCount) + int64(u.ToolUsePromptTokenCount), Cached: int64(u.CachedContentTokenCount),
			Output: int64(u.CandidatesTokenCount) + int64(u.ThoughtsTokenCount), Thinking: int64(u.ThoughtsTokenCount),
		}
	}
	if f := res.PromptFeedback; f != nil && f.BlockReason != "" && f.BlockReason != genai.BlockedReasonUnspecified {
		why := "the request was blocked: " + remote.Clip(strings.TrimSpace(string(f.BlockReason)+" "+f.BlockReasonMessage), remote.MaxErrorText)
		return "", &model.Error{Kind: model.KindBlocked, Status: 200, Err: errors.New(why)}
	}
	a.model, a.id = cmp.Or(bare(res.ModelVersion), a.model), cmp.Or(a.id, res.ResponseID)
	if res.ModelStatus != nil {
		a.status = res.ModelStatus
	}
	if len(res.Candidates) == 0 || res.Candidates[0] == nil {
		return "", nil
	}
	said := res.Candidates[0] // one was asked for
	if said.Content != nil {
		wire := partsOf(raw)
		if len(wire) != len(said.Content.Parts) {
			return "", remote.Cut(errUnreadable)
		}
		for i, part := range said.Content.Parts {
			delta += a.add(part, wire[i])
		}
	}
	if said.FinishReason != "" {
		a.finish, a.note = string(said.FinishReason), said.FinishMessage
	}
	if a.kept > maxAnswer {
		return "", remote.Cut(errAnswer)
	}
	a.emitted = a.emitted || delta != ""
	return delta, nil
}

// partsOf returns the parts of a piece as they came.
func partsOf(raw json.RawMessage) []json.RawMessage {
	var piece struct {
		Candidates []struct {
			Content struct {
				Parts []json.RawMessage `json:"parts"`
			} `json:"content"`
		} `json:"candidates"`
	}
	if json.Unmarshal(raw, &piece) != nil || len(piece.Candidates) == 0 {
		return nil
	}
	return piece.Candidates[0].Content.Parts
}

// add takes in one part and returns its text. Signatures stay with the part that they came with: an empty text is kept
// for its signature, and texts are joined only where there is none. Thoughts are not for the customer, and not wanted back
// unless signed.
func (a *answer) add(part *genai.Part, wire json.RawMessage) (text string) {
	switch {
	case part == nil:
	case part.Thought:
		if len(part.ThoughtSignature) > 0 {
			a.keep(model.Part{Wire: wire})
		}
	case part.FunctionCall != nil:
		a.keep(a.call(wire))
	case part.Text == "" && hasOnly(wire, "text"):
	case hasOnly(wire, "text"):
		a.kept += len(part.Text)
		a.text.WriteString(part.Text)
		return part.Text
	default:
		a.keep(model.Part{Text: part.Text, Wire: wire})
		return part.Text
	}
	return ""
}

// keep appends a part that must stay as it is.
func (a *answer) keep(part model.Part) {
	if a.text.Len() > 0 {
		a.parts = append(a.parts, model.Part{Text: a.text.String()})
		a.text.Reset()
	}
	if part.Text != "" || part.Call != nil || len(part.Wire) > 0 {
		a.kept += len(part.Text) + len(part.Wire)
		a.parts = append(a.parts, part)
	}
}

// call reads a call with its arguments as they came. A call without an id of its own gets one of ours.
func (a *answer) call(wire json.RawMessage) model.Part {
	c := partOf(wire).Call
	a.calls++
	a.nameless = a.nameless || c.Name == ""
	made := &model.Call{ID: c.ID, Name: c.Name, Args: argumentsOf(c.Args)}
	for made.ID == "" || a.ids[made.ID] {
		made.ID = "call-" + rand.Text()[:16]
	}
	if a.ids == nil {
		a.ids = map[string]bool{}
	}
	a.ids[made.ID] = true
	return model.Part{Call: made, Wire: wire}
}

// hasOnly reports whether an object has members, and none of another name. An empty object has only what one likes.
func hasOnly(wire json.RawMessage, name string) bool {
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(wire, &fields) // the client has read it
	for key := range fields {
		if key != name {
			return false
		}
	}
	return true
}

// end makes the whole answer.
func (a *answer) end() *model.End {
	a.keep(model.Part{})
	reason := a.reason()
	end := &model.End{Reason: reason, Detail: strings.TrimSuffix(a.finish+": "+remote.Clip(a.note, 200), ": "), Usage: a.usage,
		Model: a.model, ResponseID: a.id, Warning: warning(a.asked, a.model, a.status),
		Message: model.Message{Role: model.Model, Provider: a.provider}}
	for _, part := range a.parts {
		if part.Call == nil || reason == model.Tools {
			end.Message.Parts = append(end.Message.Parts, part)
		}
	}
	return end
}

// reasons are the API's words for how an answer ended; those that are not here are Other. Where the API would not make
// the model's calls, the engine asks again, and at last without functions.
var reasons = map[genai.FinishReason]string{
	genai.FinishReasonStop:                   model.Stop,
	genai.FinishReasonMaxTokens:              model.Length,
	genai.FinishReasonMalformedFunctionCall:  model.MalformedCall,
	genai.FinishReasonUnexpectedToolCall:     model.MalformedCall,
	genai.FinishReasonTooManyToolCalls:       model.MalformedCall,
	genai.FinishReasonContinuation:           model.Cut, // the API waits to be asked for the rest
	genai.FinishReasonSafety:                 model.Blocked,
	genai.FinishReasonRecitation:             model.Blocked,
	genai.FinishReasonBlocklist:              model.Blocked,
	genai.FinishReasonProhibitedContent:      model.Blocked,
	genai.FinishReasonSPII:                   model.Blocked,
	genai.FinishReasonImageSafety:            model.Blocked,
	genai.FinishReasonImageProhibitedContent: model.Blocked,
	genai.FinishReasonImageRecitation:        model.Blocked,
}

// reason translates the API's word. Calls that can be read are calls whatever it says, unless the answer was blocked.
func (a *answer) reason() string {
	reason := cmp.Or(reasons[genai.FinishReason(a.finish)], model.Other)
	switch {
	case reason == model.Blocked:
		return reason
	case a.nameless:
		return model.MalformedCall
	case a.calls > 0:
		return model.Tools
	}
	return reason
}
