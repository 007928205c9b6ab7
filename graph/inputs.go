package graph

import (
	"time"

	"parley/delivery"
	"parley/dialogue"
	"parley/ent"
	"parley/graph/gql"
	"parley/outbound"
	"parley/seal"
)

func newAgent(in gql.CreateAgentInput) dialogue.AgentInput {
	return dialogue.AgentInput{
		Name: &in.Name, Instructions: in.Instructions, Models: listOf(in.Models), Script: in.Script, Region: in.Region,
		Public: in.Public, OnBusy: in.OnBusy, QuietMs: in.QuietMs, MaxWaitMs: in.MaxWaitMs, MaxCalls: in.MaxCalls,
		MaxSteps: in.MaxSteps, MaxTurnTokens: in.MaxTurnTokens, MaxTurnSeconds: in.MaxTurnSeconds,
		DailyTokens: int64Of(in.DailyTokens), FallbackText: in.FallbackText, TagFunctions: in.TagFunctions,
		AnswerSchema: in.AnswerSchema, TimeZone: in.TimeZone, FollowUps: followUpsIn(in.FollowUps), QuietHours: quietHoursIn(in.QuietHours),
		AllowedSites: listOf(in.AllowedSites), Chat: chatIn(in.Chat),
	}
}

func changedAgent(in gql.UpdateAgentInput) dialogue.AgentInput {
	return dialogue.AgentInput{
		Name: in.Name, Instructions: in.Instructions, Models: listOf(in.Models), Script: in.Script, Region: in.Region,
		Public: in.Public, OnBusy: in.OnBusy, QuietMs: in.QuietMs, MaxWaitMs: in.MaxWaitMs, MaxCalls: in.MaxCalls,
		MaxSteps: in.MaxSteps, MaxTurnTokens: in.MaxTurnTokens, MaxTurnSeconds: in.MaxTurnSeconds,
		DailyTokens: int64Of(in.DailyTokens), FallbackText: in.FallbackText,
		AnswerSchema: schemaOf(in.AnswerSchema), TimeZone: in.TimeZone, FollowUps: followUpsIn(in.FollowUps), QuietHours: quietHoursIn(in.QuietHours),
		AllowedSites: listOf(in.AllowedSites), Chat: chatIn(in.Chat),
	}
}

func newFunction(in gql.CreateFunctionInput) dialogue.FunctionInput {
	return dialogue.FunctionInput{
		AgentID: in.AgentID, Kind: in.Kind, Name: &in.Name, Description: in.Description, Tag: in.Tag,
		Parameters: in.Parameters, Method: in.Method, URL: in.URL, Headers: headersIn(in.Headers), Body: in.Body,
		TimeoutMs: in.TimeoutMs, Idempotent: in.Idempotent, NeedsApproval: in.NeedsApproval,
		AnswerPointer: in.AnswerPointer, Enabled: in.Enabled,
	}
}

func changedFunction(in gql.UpdateFunctionInput) dialogue.FunctionInput {
	return dialogue.FunctionInput{
		Name: in.Name, Description: in.Description, Tag: in.Tag, Parameters: in.Parameters, Method: in.Method,
		URL: in.URL, Headers: headersIn(in.Headers), Body: in.Body, TimeoutMs: in.TimeoutMs, Idempotent: in.Idempotent,
		NeedsApproval: in.NeedsApproval, AnswerPointer: in.AnswerPointer, Enabled: in.Enabled,
	}
}

func headersIn(in []*gql.FunctionHeaderInput) *[]dialogue.Header {
	if in == nil {
		return nil
	}
	headers := make([]dialogue.Header, len(in))
	for i, h := range in {
		headers[i] = dialogue.Header{Name: h.Name, Value: seal.Hide(h.Value), Secret: h.Secret}
	}
	return &headers
}

// headersOf lists a function's headers; the values of secret ones stay out.
func headersOf(f *ent.Function) []*gql.FunctionHeader {
	headers := []*gql.FunctionHeader{}
	for _, name := range sortedKeys(f.Headers) {
		value := f.Headers[name]
		headers = append(headers, &gql.FunctionHeader{Name: name, Value: &value})
	}
	for _, name := range f.SecretHeaders {
		headers = append(headers, &gql.FunctionHeader{Name: name, Secret: true})
	}
	return headers
}

func newThread(in gql.CreateThreadInput) dialogue.ThreadInput {
	out := dialogue.ThreadInput{
		AgentID: in.AgentID, CustomerID: in.CustomerID, Channel: textOf(in.Channel), ExternalID: in.ExternalID,
		Metadata: in.Metadata, Text: in.Text,
	}
	out.Customer = newCustomer(in.Customer)
	return out
}

func newCustomer(c *gql.CustomerInput) *dialogue.CustomerInput {
	if c == nil {
		return nil
	}
	return &dialogue.CustomerInput{ExternalID: c.ExternalID, Name: c.Name, Email: c.Email, Phone: c.Phone, Metadata: c.Metadata}
}

func newMessage(in gql.SendMessageInput) dialogue.MessageInput {
	return dialogue.MessageInput{ThreadID: in.ThreadID, Text: in.Text, ClientMessageID: in.ClientMessageID}
}

func newIntegration(in gql.CreateIntegrationInput) delivery.Input {
	out := delivery.Input{
		Name: in.Name, URL: in.URL, EventTypes: in.EventTypes, AgentIDs: in.AgentIds, Channels: in.Channels,
		Asymmetric: in.Asymmetric != nil && *in.Asymmetric,
	}
	if in.Ordering != nil {
		out.Ordering = *in.Ordering
	}
	out.RatePerSecond = *rateOf(in.RatePerSecond)
	return out
}

func changedIntegration(in gql.UpdateIntegrationInput) delivery.Update {
	out := delivery.Update{
		Name: in.Name, URL: in.URL, EventTypes: in.EventTypes, AgentIDs: in.AgentIds, Channels: in.Channels,
		Ordering: in.Ordering, State: in.State, Asymmetric: in.Asymmetric,
	}
	if n, given := in.RatePerSecond.ValueOK(); given {
		out.RatePerSecond = rateOf(n)
	}
	return out
}

// rateOf is what the verbs take for no limit where the client says null, and what they refuse where it says 0.
func rateOf(n *int) *int {
	switch {
	case n == nil:
		return new(0)
	case *n == 0:
		return new(-1)
	}
	return n
}

// overlapOf is how long the old secret goes on signing. Hours that a duration cannot hold stay out of range.
func overlapOf(hours *int) time.Duration {
	if hours == nil {
		return 24 * time.Hour
	}
	return time.Duration(min(max(*hours, -1), mostHours)) * time.Hour
}

// mostHours is more than any duration may have that is given in hours.
const mostHours = 1_000_000

// shownOnce is a secret in the answer that made it; a repeated answer has none.
func shownOnce(secret string) *string {
	if secret == "" {
		return nil
	}
	return &secret
}

// secretOnce is shownOnce for a webhook secret.
func secretOnce(s outbound.Secret) *string {
	if s.IsZero() {
		return nil
	}
	text := s.Reveal()
	return &text
}

// listOf tells a list that was not given from one that was given empty.
func listOf(in []string) *[]string {
	if in == nil {
		return nil
	}
	return &in
}

func int64Of(n *int) *int64 {
	if n == nil {
		return nil
	}
	wide := int64(*n)
	return &wide
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
