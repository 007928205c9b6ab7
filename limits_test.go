package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/delivery"
	"parley/dialogue"
	"parley/ent/agent"
	"parley/eventlog"
	"parley/graph"
	"parley/graph/limit"
	"parley/graph/socket"
	"parley/rate"
	"parley/retention"
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
		{"until its body is there, on every path", inWords(bodyWithin)}, {"until a query or mutation has ended", inWords(graph.DefaultTimeout)},
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
		{"live operations on one WebSocket", grouped(graph.MaxOperations) + " |"},
		{"a message over a WebSocket", fmt.Sprintf("%s in %s frames, within %s |", bytesOf(l.Body), grouped(socket.MaxFrames), inWords(socket.MessageTimeout))},
		{"until `connection_init` is there", inWords(socket.InitTimeout) + " |"},
	})
	checkWritten(t, "docs/limits.md", map[string]string{
		"requests": requests, "callers": callers, "sizes": sizesTable(), "turns": turnsTable(), "webhooks": webhooksTable(), "kept": keptTable(),
	})
}

func sizesTable() string {
	characters := func(n int) string { return grouped(n) + " characters" }
	return table("limit", [][2]string{
		{"message", characters(dialogue.MaxMessage)},
		{"instructions of an agent", characters(dialogue.MaxInstructions)},
		{"models, functions of an agent", grouped(dialogue.MaxModels) + ", " + grouped(dialogue.MaxFunctions)},
		{"`answerSchema` of an agent", fmt.Sprintf("%s, nested %d deep", bytesOf(dialogue.MaxAnswerSchema), dialogue.MaxNesting)},
		{"`parameters` of a function", bytesOf(dialogue.MaxParameters)},
		{"name of a function", characters(dialogue.MaxFunctionName) + " of `a-z A-Z 0-9 _ -`, no digit or `-` first"},
		{"answer of an HTTP function", fmt.Sprintf("%s, of which the model sees %s", bytesOf(dialogue.MaxAnswer), characters(dialogue.ModelReads))},
		{"`metadata` of a thread or a customer", bytesOf(dialogue.MaxMetadata)},
		{"integrations of a workspace", grouped(delivery.MaxIntegrations)},
		{"webhook body", bytesOf(eventlog.MaxBody) + "; longer ones are cut and say `truncated`"},
		{"a page of a list", grouped(graph.MaxPage)},
	})
}

func turnsTable() string {
	const last, fallback = "one last step without functions, reason LIMIT", "the fallback text, reason LIMIT"
	row := func(usual, most any, then string) string { return fmt.Sprintf("%v | %v | %s", usual, most, then) }
	ms := func(n int) string { return inWords(time.Duration(n) * time.Millisecond) }
	seconds := func(n int) string { return grouped(n) + " s" }
	return table("default | at most | then", [][2]string{
		{"calls (`maxCalls`)", row(agent.DefaultMaxCalls, dialogue.MaxCalls, last)},
		{"steps (`maxSteps`)", row(agent.DefaultMaxSteps, dialogue.MaxSteps, "the same")},
		{"tokens (`maxTurnTokens`)", row(grouped(agent.DefaultMaxTurnTokens), grouped(dialogue.MaxTurnTokens), "the same")},
		{"time (`maxTurnSeconds`)", row(seconds(agent.DefaultMaxTurnSeconds), seconds(dialogue.MaxTurnSeconds), fallback)},
		{"tokens a day (`dailyTokens`)", row("none", "", fallback)},
		{"quiet time (`quietMs`)", row(ms(agent.DefaultQuietMs), ms(dialogue.MaxQuietMs), "the turn begins")},
		{"quiet time of messages in a row (`maxWaitMs`)", row(ms(agent.DefaultMaxWaitMs), ms(dialogue.MaxWaitMs), "the same")},
		{"wait for an approval", row(inWords(dialogue.DefaultApprovalFor), "", "the call is refused")},
	})
}

func webhooksTable() string {
	o := delivery.Options{}.WithDefaults()
	whole := time.Duration(0)
	for _, wait := range o.Schedule {
		whole += wait
	}
	return table("limit", [][2]string{
		{"answer within", inWords(o.Timeout)},
		{"tries", fmt.Sprintf("%d over about %s (`PARLEY_WEBHOOK_RETRIES`)", len(o.Schedule), inWords(whole.Round(24*time.Hour)))},
		{"at once to one endpoint, from one server", grouped(o.PerIntegration)},
		{"attempts a second (`ratePerSecond`)", "none, or 1 to " + grouped(delivery.MaxRate)},
		{"held for a disabled integration", grouped(o.HeldMost) + " deliveries, " + inWords(o.HeldFor)},
		{"an endpoint without a success is disabled after", inWords(delivery.HopelessAfter)},
	})
}

func keptTable() string {
	return table("kept for | variable", [][2]string{
		{"events", inWords(retention.DefaultKeep) + " | `PARLEY_KEEP_EVENTS`"},
		{"deliveries that have ended, with their attempts", inWords(retention.DefaultKeep) + " | `PARLEY_KEEP_DELIVERIES`"},
		{"audit log", inWords(retention.DefaultKeepAudit) + " | `PARLEY_KEEP_AUDIT`"},
	})
}

// bytesOf writes a size in bytes in KiB.
func bytesOf(n int) string { return fmt.Sprintf("%d KiB", n>>10) }

// inWords writes a time in its greatest unit that hides nothing.
func inWords(d time.Duration) string {
	switch {
	case d%(24*time.Hour) == 0 && d > 24*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	default:
		return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + " s"
	}
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
