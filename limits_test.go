package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"parley/graph"
	"parley/graph/limit"
	"parley/rate"
)

// The tables of docs/limits.md have the limits that a server starts with.
func TestLimitsAreDescribed(t *testing.T) {
	t.Parallel()
	l := limit.Default()
	requests := table("limit", [][2]string{
		{"bytes of a body", grouped(l.Body)}, {"bytes of a document", grouped(l.Document)}, {"tokens (names, numbers, texts, signs)", grouped(l.Tokens)},
		{"depth of selections, fragments unfolded", grouped(l.Depth)}, {"aliases", grouped(l.Aliases)}, {"directives", grouped(l.Directives)},
		{"fragments", grouped(l.Fragments)}, {"selections, fragments unfolded", grouped(l.Selections)}, {"root fields", grouped(l.RootFields)},
		{"fields that share one place in the answer", grouped(l.ResponseKey)}, {"`__schema` and `__type`", grouped(l.Introspection)},
		{"nested values and types", grouped(l.Nesting)}, {"cost", grouped(l.Cost)}, {"errors that are told of one answer", grouped(l.Errors)},
	})
	rates, live := rate.Default(), graph.LiveLimits{}.WithDefaults()
	of := func(kind rate.Kind) string {
		return grouped(rates[kind].Fields) + " root fields, " + grouped(rates[kind].Cost) + " cost a minute"
	}
	callers := table("default | variables", [][2]string{
		{"an API key", of(rate.Key) + " | `PARLEY_KEY_RATE`, `PARLEY_KEY_COST`"},
		{"all tokens of a thread", of(rate.Thread) + " | `PARLEY_THREAD_RATE`, `PARLEY_THREAD_COST`"},
		{"an address without a key", of(rate.Address) + " | `PARLEY_ADDRESS_RATE`, `PARLEY_ADDRESS_COST`"},
		{"connections of a key, of a thread", grouped(live.KeyConnections) + ", " + grouped(live.ThreadConnections) + " at one server | `PARLEY_KEY_CONNECTIONS`, `PARLEY_THREAD_CONNECTIONS`"},
		{"messages over one WebSocket", grouped(live.KeyMessages) + " with a key, " + grouped(live.ThreadMessages) + " with a token, a minute | `PARLEY_KEY_MESSAGES`, `PARLEY_THREAD_MESSAGES`"},
		{"live operations on one WebSocket", "50 |"},
	})
	checkWritten(t, "docs/limits.md", map[string]string{"requests": requests, "callers": callers})
}

func table(head string, rows [][2]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| what | %s |\n| --- |%s\n", head, strings.Repeat(" --- |", 1+strings.Count(head, "|")))
	for _, row := range rows {
		fmt.Fprintf(&b, "| %s | %s |\n", row[0], row[1])
	}
	return b.String()
}

// grouped writes a number with a comma for each thousand.
func grouped(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return grouped(n/1000) + fmt.Sprintf(",%03d", n%1000)
}
