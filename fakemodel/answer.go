package fakemodel

import (
	"encoding/json"
	"time"
)

// Answer is what the model says to one request, and what goes wrong on the way. The zero value is an empty answer that
// ended well.
type Answer struct {
	// Parts are what it says. In a stream each text is a chunk, and calls that follow one another are a chunk.
	Parts []Part
	// Finish is Gemini's word for the end; empty means STOP. The OpenAI-compatible side translates the words it has
	// words for, and sends others in lower case.
	Finish string
	// FinishMessage explains Finish, as for MALFORMED_FUNCTION_CALL. Gemini only.
	FinishMessage string
	// NoFinish leaves the end out: a stream then just stops, in good order.
	NoFinish bool
	// Usage is what is counted; nil counts a token for each four bytes.
	Usage *Usage
	// ModelVersion says which model answered; empty means the one the catalogue names.
	ModelVersion string
	// BlockReason blocks the prompt: Gemini answers without candidates, OpenAI with an error 400.
	BlockReason string
	// Continuation is a token by which Gemini asks for a second request; Finish should then be CONTINUATION.
	Continuation []byte

	// Refuse answers with an error instead of everything above.
	Refuse *Error
	// Delay is waited before the first header, ChunkDelay before each chunk but the first. Both end with the request.
	Delay, ChunkDelay time.Duration
	// Cut breaks the connection after so many chunks as After says; outside a stream in the middle of the body.
	Cut bool
	// Break sends an error after so many chunks as After says; outside a stream it is the same as Refuse.
	Break *Error
	// After belongs to Cut and Break.
	After int
}

// Part is one piece of an answer. Exactly one of Text, Call, Raw and Signature alone makes sense.
type Part struct {
	Text    string
	Thought bool // the text is the model's thinking
	Call    *Call
	// Signature is the thought signature. A model that signs makes one by itself for the first call of an answer and
	// for a last text, unless Unsigned.
	Signature []byte
	Unsigned  bool
	// SignatureAlone leaves out the empty text beside a signature.
	SignatureAlone bool
	// Raw is a whole part as Gemini would send it. The OpenAI-compatible side passes over it.
	Raw json.RawMessage
}

// Call is a wish to call a function. Args is JSON; empty means none are sent. An empty ID is made up by the server; "-" sends none.
type Call struct {
	ID, Name, Args string
}

// Usage counts tokens. Cached are part of Prompt. Thoughts are beside Candidates, as Gemini counts them; the
// OpenAI-compatible side adds both up.
type Usage struct {
	Prompt, Cached, Candidates, Thoughts int
}

// Text is an answer of texts, each a chunk of a stream.
func Text(chunks ...string) Answer {
	var a Answer
	for _, text := range chunks {
		a.Parts = append(a.Parts, Part{Text: text})
	}
	return a
}

// Calls is an answer that calls functions side by side.
func Calls(calls ...Call) Answer {
	var a Answer
	for i := range calls {
		a.Parts = append(a.Parts, Part{Call: &calls[i]})
	}
	return a
}

// ManyCalls is an answer that calls one function n times.
func ManyCalls(n int, name, args string) Answer {
	calls := make([]Call, n)
	for i := range calls {
		calls[i] = Call{Name: name, Args: args}
	}
	return Calls(calls...)
}

// Malformed is what Gemini says when its model wrote a call that cannot be read.
func Malformed() Answer {
	return Answer{Finish: "MALFORMED_FUNCTION_CALL", FinishMessage: "Malformed function call: print(default_api.f("}
}

// Repeat is the same answer n times.
func Repeat(n int, a Answer) []Answer {
	all := make([]Answer, n)
	for i := range all {
		all[i] = a
	}
	return all
}

// chunks groups the parts as a stream sends them: every text alone, calls that follow one another together.
func (a Answer) chunks() [][]Part {
	var all [][]Part
	for i, p := range a.Parts {
		if p.Call != nil && i > 0 && a.Parts[i-1].Call != nil {
			all[len(all)-1] = append(all[len(all)-1], p)
			continue
		}
		all = append(all, []Part{p})
	}
	return all
}

// hasCalls reports whether the answer calls a function.
func (a Answer) hasCalls() bool {
	for _, p := range a.Parts {
		if p.Call != nil {
			return true
		}
	}
	return false
}

// usage is what the answer to a prompt of so many bytes counts.
func (a Answer) usage(promptBytes int) Usage {
	if a.Usage != nil {
		return *a.Usage
	}
	u := Usage{Prompt: tokens(promptBytes)}
	for _, p := range a.Parts {
		n := tokens(len(p.Text))
		if p.Call != nil {
			n += tokens(len(p.Call.Name) + len(p.Call.Args))
		}
		if p.Thought {
			u.Thoughts += n
		} else {
			u.Candidates += n
		}
	}
	return u
}

func tokens(bytes int) int { return (bytes + 3) / 4 }
