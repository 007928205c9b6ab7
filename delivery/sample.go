package delivery

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/ent/id"
	"parley/ent/integration"
	"parley/ent/ms"
	"parley/ent/raw"
	"parley/eventlog"
	"parley/invalid"
)

// Types returns the event types that webhooks carry, in alphabetical order.
func Types() []string { return slices.Clone(eventlog.WebhookTypes) }

// sampleTime is the moment of every sample, so that samples are the same each time.
const sampleTime ms.Time = 1_767_225_600_000 // 2026-01-01T00:00:00Z

// Sample returns an example of the body of an event type, for documents and tests. It is marked as a test: its channel
// is "test", its metadata are {"test":true}, and its texts say so. The error is an *invalid.Error for an unknown type.
func Sample(eventType string) ([]byte, error) {
	b, err := sample(eventType)
	if err != nil {
		return nil, err
	}
	return render(b)
}

// TestIntegration sends one signed sample of an event type to an integration at once, and returns what came of it. The
// type is integration.ping when it is empty. It works for disabled integrations too, is not tried again, changes nothing
// and leaves no attempt; a repetition of the same clientMutationId returns the first outcome. The error is an *invalid.Error for an unknown type and ent's NotFoundError for an unknown id.
func (s *Service) TestIntegration(ctx context.Context, integrationID, eventType string) (Outcome, error) {
	if eventType == "" {
		eventType = eventlog.IntegrationPing
	}
	if o, seen, err := eventlog.Remembered[Outcome](ctx, s.log); seen || err != nil {
		return o, err
	}
	b, err := sample(eventType)
	if err != nil {
		return Outcome{}, err
	}
	client := s.log.Client()
	in, err := client.Integration.Query().Where(integration.ID(integrationID), integration.DeletedAtIsNil()).Only(ctx)
	if err != nil {
		return Outcome{}, err
	}
	signers, err := s.signers(ctx, client, []string{in.ID})
	if err != nil {
		return Outcome{}, err
	}
	b.ID, b.WorkspaceID, b.Timestamp = id.New(id.Event), in.WorkspaceID, ms.Of(s.o.Now())
	if about, ok := b.Data.(eventlog.IntegrationData); ok {
		about.IntegrationID, about.Name, about.URL = in.ID, in.Name, in.URL
		b.Data = about
	}
	body, err := render(b)
	if err != nil {
		return Outcome{}, err
	}
	o, err := s.send(ctx, parcel{url: in.URL, eventID: b.ID, attempt: 1, body: body, signing: signers[in.ID], test: true})
	if err != nil {
		return Outcome{}, fmt.Errorf("test %s: %w", in.ID, err)
	}
	return eventlog.WriteOnce(ctx, s.log, func(context.Context, *eventlog.Tx) (Outcome, error) { return o, nil })
}

const testText = "This is a test."

func sample(eventType string) (eventlog.Body, error) {
	sampleID := func(prefix string) string { return prefix + "_" + strings.Repeat("0", 22) + "test" }
	if !eventlog.ForWebhooks(eventType) {
		return eventlog.Body{}, invalid.One("eventType", "%.60q is no event type; they are %s", eventType, strings.Join(eventlog.WebhookTypes, ", "))
	}
	b := eventlog.Body{
		ID: sampleID(id.Event), Type: eventType, Version: eventlog.PayloadVersion, Timestamp: sampleTime, WorkspaceID: sampleID(id.Workspace),
	}
	if eventType == eventlog.IntegrationPing || eventType == eventlog.IntegrationDisabled || eventType == eventlog.IntegrationFailing {
		about := eventlog.IntegrationData{
			IntegrationID: sampleID(id.Integration), Name: "Test", URL: "https://example.com/webhooks", Reason: testText,
		}
		if eventType != eventlog.IntegrationPing {
			eventID, status := sampleID(id.Event), 503
			about.Failure = &eventlog.IntegrationFailure{
				Since: sampleTime.Add(-time.Hour), Failures: 7, EventID: &eventID, Status: &status, Error: "answered 503 Service Unavailable",
			}
		}
		b.Data = about
		return b, nil
	}
	threadID, externalID, sequence, at := sampleID(id.Thread), "test-1", int64(2), sampleTime
	b.ThreadID, b.Sequence = &threadID, &sequence
	d := eventlog.Dialogue{
		ThreadID: threadID, ExternalID: &externalID, CustomerID: sampleID(id.Customer), AgentID: sampleID(id.Agent),
		Channel: "test", Status: "OPEN", Tags: []string{}, MessageCount: 1, LastMessageAt: &at, Metadata: raw.JSON(`{"test":true}`),
	}
	b.Data = dataOf(eventType, d, sampleID)
	return b, nil
}

// dataOf completes the system fields to the data of a type, as the event would leave them.
func dataOf(eventType string, d eventlog.Dialogue, sampleID func(string) string) any {
	tag := func(name string) { d.Tags = append(d.Tags, name) }
	switch eventType {
	case eventlog.MessageCreated:
		return eventlog.MessageData{Dialogue: d, Message: eventlog.MessageBody{
			ID: sampleID(id.Message), Author: "CUSTOMER", AuthorName: "Test", Text: testText, CreatedAt: sampleTime,
		}}
	case eventlog.OperatorMessage:
		return eventlog.TextData{Dialogue: d, Text: testText}
	case eventlog.CallFailed:
		function, status := sampleID(id.Function), 503
		return eventlog.CallData{
			Dialogue: d, CallID: sampleID(id.Call), TurnID: sampleID(id.Turn), Function: "test", FunctionID: &function,
			Outcome: "FAILED", HTTPStatus: &status, Error: testText,
		}
	case eventlog.CallAwaitingApproval:
		return eventlog.ApprovalData{
			Dialogue: d, CallID: sampleID(id.Call), TurnID: sampleID(id.Turn), Function: "test",
			FunctionID: sampleID(id.Function), Arguments: raw.JSON(`{"test":true}`), ExpiresAt: sampleTime.Add(24 * time.Hour),
		}
	case eventlog.ThreadCreated:
		d.MessageCount, d.LastMessageAt = 0, nil
	case eventlog.DialogueSuccessful:
		d.Success = true
		tag("success")
	case eventlog.InterestShown:
		d.Interest = true
		tag("interest")
	case eventlog.OperatorTransferred:
		d.Operator, d.Status = true, "WAITING_FOR_OPERATOR"
		tag("operator")
	case eventlog.DialogueClosed:
		d.Closed, d.Status = true, "CLOSED"
		tag("close")
	case eventlog.ContactReceived:
		d.Contact = raw.JSON(`{"name":"Test","email":"test@example.com"}`)
		tag("get_contact")
	}
	return d
}

func render(b eventlog.Body) ([]byte, error) {
	text, err := raw.Of(b)
	if err != nil {
		return nil, fmt.Errorf("render a sample of %s: %w", b.Type, err)
	}
	return []byte(text), nil
}
