package fakemodel

import (
	"cmp"
	"fmt"
	"strings"
)

// openAIAnswer writes one answer as chat completions do.
type openAIAnswer struct {
	Answer
	server    *Server
	dialect   Dialect
	model, id string
	use       Usage
	withUsage bool // asked for, in a stream
}

func (o openAIAnswer) envelope(object string) map[string]any {
	return map[string]any{"id": o.id, "object": object, "created": 1764000000, "model": o.model}
}

// finish is the finish_reason, nil for none.
func (o openAIAnswer) finish() any {
	words := map[string]string{"STOP": "stop", "MAX_TOKENS": "length", "SAFETY": "content_filter", "PROHIBITED_CONTENT": "content_filter"}
	word := cmp.Or(o.Finish, "STOP")
	switch {
	case o.NoFinish || o.dialect.NoFinish:
		return nil
	case word == "STOP" && o.hasCalls() && !o.dialect.StopCalls:
		return "tool_calls"
	}
	return cmp.Or(words[word], strings.ToLower(word))
}

func (o openAIAnswer) counts() map[string]any {
	completion := o.use.Candidates + o.use.Thoughts
	return map[string]any{
		"prompt_tokens": o.use.Prompt, "completion_tokens": completion, "total_tokens": o.use.Prompt + completion,
		"prompt_tokens_details":     map[string]any{"cached_tokens": o.use.Cached},
		"completion_tokens_details": map[string]any{"reasoning_tokens": o.use.Thoughts},
	}
}

// call writes a call with the arguments given.
func (o openAIAnswer) call(c Call, arguments string) map[string]any {
	out := map[string]any{"type": "function", "function": map[string]any{"name": c.Name, "arguments": arguments}}
	if c.ID != "-" && !o.dialect.NoCallIDs {
		out["id"] = cmp.Or(c.ID, fmt.Sprintf("call_%d", o.server.number()))
	}
	return out
}

func (o openAIAnswer) whole() any {
	message := map[string]any{"role": "assistant", "content": nil}
	var text, thought strings.Builder
	var calls []any
	for _, p := range o.Parts {
		switch {
		case p.Call != nil:
			calls = append(calls, o.call(*p.Call, p.Call.Args))
		case p.Thought:
			thought.WriteString(p.Text)
		default:
			text.WriteString(p.Text)
		}
	}
	if text.Len() > 0 || len(calls) == 0 {
		message["content"] = text.String()
	}
	if thought.Len() > 0 {
		message["reasoning_content"] = thought.String()
	}
	if calls != nil {
		message["tool_calls"] = calls
	}
	out := o.envelope("chat.completion")
	out["choices"] = []any{map[string]any{"index": 0, "message": message, "finish_reason": o.finish()}}
	if !o.dialect.NoUsage {
		out["usage"] = o.counts()
	}
	return out
}

// elements are the chunks of a stream: the role, the deltas, the end, and the usage if it was asked for.
func (o openAIAnswer) elements() []any {
	deltas := []map[string]any{{"role": "assistant", "content": ""}}
	index := 0
	for _, chunk := range o.chunks() {
		p := chunk[0]
		switch {
		case p.Call != nil:
			deltas = append(deltas, o.callDeltas(chunk, index)...)
			index += len(chunk)
		case p.Thought:
			deltas = append(deltas, map[string]any{"reasoning_content": p.Text})
		case p.Text != "":
			deltas = append(deltas, map[string]any{"content": p.Text})
		}
	}
	var all []any
	add := func(delta map[string]any, finish any) {
		if o.dialect.RoleEach {
			delta["role"] = "assistant"
		}
		out := o.envelope("chat.completion.chunk")
		out["choices"] = []any{map[string]any{"index": 0, "delta": delta, "finish_reason": finish}}
		if o.withUsage {
			out["usage"] = nil
		}
		all = append(all, out)
	}
	for _, delta := range deltas {
		add(delta, nil)
	}
	if finish := o.finish(); finish != nil {
		add(map[string]any{}, finish)
	}
	if o.withUsage {
		out := o.envelope("chat.completion.chunk")
		out["choices"], out["usage"] = []any{}, o.counts()
		all = append(all, out)
	}
	return all
}

// callDeltas are the deltas of calls side by side: one for each call, or its pieces one after another or by turns.
func (o openAIAnswer) callDeltas(chunk []Part, from int) []map[string]any {
	pieces := max(1, o.dialect.Pieces)
	if o.dialect.NoIndex {
		pieces = 1 // without an index later pieces could not be told apart
	}
	rows := make([][]map[string]any, len(chunk))
	for i, p := range chunk {
		args := []rune(p.Call.Args) // a piece never ends within a character
		for n := range pieces {
			piece := string(args[len(args)*n/pieces : len(args)*(n+1)/pieces])
			call := map[string]any{"function": map[string]any{"arguments": piece}}
			if n == 0 {
				call = o.call(*p.Call, piece)
			}
			if !o.dialect.NoIndex {
				call["index"] = from + i
			}
			rows[i] = append(rows[i], map[string]any{"tool_calls": []any{call}})
		}
	}
	var all []map[string]any
	if !o.dialect.Interleave {
		for _, row := range rows {
			all = append(all, row...)
		}
		return all
	}
	for n := range pieces {
		for _, row := range rows {
			all = append(all, row[n])
		}
	}
	return all
}
