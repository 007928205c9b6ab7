package graph

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	delivering "parley/delivery"
	"parley/ent"
	"parley/ent/agent"
	"parley/ent/agentversion"
	"parley/ent/apikey"
	"parley/ent/attempt"
	"parley/ent/auditentry"
	"parley/ent/call"
	"parley/ent/customer"
	"parley/ent/delivery"
	"parley/ent/event"
	"parley/ent/function"
	"parley/ent/id"
	"parley/ent/integration"
	"parley/ent/integrationhealth"
	"parley/ent/message"
	"parley/ent/modelprice"
	"parley/ent/ms"
	"parley/ent/note"
	"parley/ent/predicate"
	"parley/ent/providercredential"
	"parley/ent/raw"
	"parley/ent/reminder"
	"parley/ent/replay"
	"parley/ent/step"
	"parley/ent/thread"
	"parley/ent/turn"
	"parley/ent/viewer"
	"parley/ent/workspace"
	"parley/graph/gql"
	"parley/invalid"
)

// orNull turns "not found" into null, for fields that look something up.
func orNull[T any](row *T, err error) (*T, error) {
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return row, err
}

// whoAsks describes the viewer.
func (r *Resolver) whoAsks(ctx context.Context) (*gql.Viewer, error) {
	v, _ := viewer.FromContext(ctx)
	w, err := r.client.Workspace.Query().Where(workspace.ID(v.Workspace)).Only(ctx)
	if err != nil {
		return nil, err
	}
	out := &gql.Viewer{Role: v.Role, Name: v.Name, Workspace: w}
	if v.Key != "" {
		if out.APIKey, err = r.client.APIKey.Query().Where(apikey.ID(v.Key)).Only(ctx); err != nil {
			return nil, err
		}
	}
	if v.Thread != "" {
		out.Thread, err = orNull(r.client.Thread.Query().Where(thread.ID(v.Thread)).Only(ctx))
	}
	return out, err
}

// mayReadKey says whether the viewer may see more of a key than its name and role: an admin may, and the key itself.
func mayReadKey(ctx context.Context, key *ent.APIKey) bool {
	v, _ := viewer.FromContext(ctx)
	return v.Role == viewer.Admin || v.Key != "" && v.Key == key.ID
}

// readers say for each prefix of an id who may read such objects by `node`, and how they are found. The roles are those
// of the root field that lists them.
var readers = map[string]struct {
	roles []viewer.Role
	find  func(context.Context, *ent.Client, string) (ent.Noder, error)
}{
	id.Agent: {everyKey, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.Agent.Query().Where(agent.ID(id)).Only(ctx)
	}},
	id.Version: {everyKey, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.AgentVersion.Query().Where(agentversion.ID(id)).Only(ctx)
	}},
	id.Function: {integrators, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.Function.Query().Where(function.ID(id)).Only(ctx)
	}},
	id.Customer: {everyThread, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.Customer.Query().Where(customer.ID(id)).Only(ctx)
	}},
	id.Thread: {everyThread, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.Thread.Query().Where(thread.ID(id)).Only(ctx)
	}},
	id.Message: {everyThread, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.Message.Query().Where(message.ID(id)).Only(ctx)
	}},
	id.Turn: {everyThread, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.Turn.Query().Where(turn.ID(id)).Only(ctx)
	}},
	id.Call: {[]viewer.Role{viewer.Admin, viewer.Operator, viewer.Integrator}, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.Call.Query().Where(call.ID(id)).Only(ctx)
	}},
	id.Step: {[]viewer.Role{viewer.Admin, viewer.Operator, viewer.Integrator}, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.Step.Query().Where(step.ID(id)).Only(ctx)
	}},
	id.Reminder: {reminderReaders, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.Reminder.Query().Where(reminder.ID(id)).Only(ctx)
	}},
	id.Credential: {[]viewer.Role{viewer.Admin}, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.ProviderCredential.Query().Where(providercredential.ID(id)).Only(ctx)
	}},
	id.Audit: {[]viewer.Role{viewer.Admin}, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.AuditEntry.Query().Where(auditentry.ID(id)).Only(ctx)
	}},
	id.Price: {[]viewer.Role{viewer.Admin, viewer.Operator, viewer.Integrator}, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.ModelPrice.Query().Where(modelprice.ID(id)).Only(ctx)
	}},
	id.Note: {[]viewer.Role{viewer.Admin, viewer.Operator}, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.Note.Query().Where(note.ID(id)).Only(ctx)
	}},
	// Events without a body are no part of the API: they wake subscribers, and `events` leaves them out too.
	id.Event: {integrators, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.Event.Query().Where(event.ID(id), event.BodyNEQ("")).Only(ctx)
	}},
	id.Integration: {integrators, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.Integration.Query().Where(integration.ID(id)).Only(ctx)
	}},
	id.Delivery: {integrators, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.Delivery.Query().Where(delivery.ID(id)).Only(ctx)
	}},
	id.Replay: {integrators, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.Replay.Query().Where(replay.ID(id)).Only(ctx)
	}},
	id.Attempt: {integrators, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.Attempt.Query().Where(attempt.ID(id)).Only(ctx)
	}},
	id.APIKey: {[]viewer.Role{viewer.Admin}, func(ctx context.Context, c *ent.Client, id string) (ent.Noder, error) {
		return c.APIKey.Query().Where(apikey.ID(id)).Only(ctx)
	}},
}

var (
	integrators = []viewer.Role{viewer.Admin, viewer.Integrator}
	everyKey    = []viewer.Role{viewer.Admin, viewer.Operator, viewer.Integrator, viewer.App}
	everyThread = []viewer.Role{viewer.Admin, viewer.Operator, viewer.App, viewer.ThreadToken}
)

// node finds an object by its id. What the viewer may not read is null, as what does not exist is.
func (r *Resolver) node(ctx context.Context, nodeID string) (ent.Noder, error) {
	prefix, ok := id.Prefix(nodeID)
	reader, known := readers[prefix]
	if !ok || !known || !hasRole(ctx, reader.roles...) {
		return nil, nil
	}
	row, err := reader.find(ctx, r.client, nodeID)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return row, err
}

// maxNodes bounds `nodes`.
const maxNodes = 100

func (r *Resolver) nodes(ctx context.Context, ids []string) ([]ent.Noder, error) {
	if len(ids) > maxNodes {
		return nil, invalid.One("ids", "has %d ids; at most %d are allowed", len(ids), maxNodes)
	}
	rows := make([]ent.Noder, len(ids))
	for i, nodeID := range ids {
		row, err := r.node(ctx, nodeID)
		if err != nil {
			return nil, err
		}
		rows[i] = row
	}
	return rows, nil
}

// asksFor says whether the present field is asked for something below it, given as the names of fields. Fields that are
// asked for several times, under other names, count together.
func asksFor(ctx context.Context, path ...string) bool {
	return hasField(graphql.GetOperationContext(ctx), graphql.CollectFieldsCtx(ctx, nil), path)
}

func hasField(op *graphql.OperationContext, fields []graphql.CollectedField, path []string) bool {
	return slices.ContainsFunc(fields, func(f graphql.CollectedField) bool {
		return f.Name == path[0] && (len(path) == 1 || hasField(op, graphql.CollectFields(op, f.Selections, nil), path[1:]))
	})
}

// stored is a message that a mutation has stored. Who asks for its id alone, as most do, is not made to wait for its row to be read.
func (r *Resolver) stored(ctx context.Context, messageID string) (*ent.Message, error) {
	op := graphql.GetOperationContext(ctx)
	more := slices.ContainsFunc(graphql.CollectFieldsCtx(ctx, nil), func(f graphql.CollectedField) bool {
		return f.Name == "message" && slices.ContainsFunc(graphql.CollectFields(op, f.Selections, nil), func(of graphql.CollectedField) bool {
			return of.Name != "id" && of.Name != "__typename"
		})
	})
	if !more {
		return &ent.Message{ID: messageID}, nil
	}
	return r.client.Message.Query().Where(message.ID(messageID)).Only(ctx)
}

func oneThread(threadID, externalID *string) (predicate.Thread, error) {
	switch {
	case threadID != nil && externalID == nil:
		return thread.ID(*threadID), nil
	case threadID == nil && externalID != nil:
		return thread.ExternalID(*externalID), nil
	}
	return nil, invalid.One("id", "give exactly one of id and externalId")
}

// workspaceOf is the viewer's workspace. Conditions on other tables than the one that is read name it themselves: the
// rules of ent/schema do not reach into them.
func workspaceOf(ctx context.Context) string {
	v, _ := viewer.FromContext(ctx)
	return v.Workspace
}

// healthOf returns the health of an integration's endpoint, which knows the integration.
func (r *Resolver) healthOf(ctx context.Context, in *ent.Integration) (*ent.IntegrationHealth, error) {
	health := in.Edges.Health
	if health == nil {
		var err error
		if health, err = r.client.IntegrationHealth.Query().Where(integrationhealth.IntegrationID(in.ID)).Only(ctx); err != nil {
			return nil, err
		}
	}
	known := *health
	known.Edges.Integration = in
	return &known, nil
}

// statusOf is for a health that knows its integration (healthOf).
func statusOf(health *ent.IntegrationHealth) gql.IntegrationStatus {
	return gql.IntegrationStatus(delivering.StatusOf(health.Edges.Integration, health, ms.Now()))
}

func nextProbe(health *ent.IntegrationHealth) *ms.Time { return delivering.NextProbe(health) }

func testPayload(clientMutationID *string, got delivering.Outcome) *gql.TestIntegrationPayload {
	out := &gql.TestIntegrationPayload{
		ClientMutationID: clientMutationID, Outcome: got.Result, Error: got.Error, Answer: got.Answer,
		RemoteAddress: got.RemoteAddress, DNSUs: us(got.Phases.DNS), ConnectUs: us(got.Phases.Connect), TLSUs: us(got.Phases.TLS),
		FirstByteUs: us(got.Phases.FirstByte), TotalUs: us(got.Phases.Total), Body: raw.JSON(got.Body),
	}
	if got.Status != 0 {
		out.Status = &got.Status
	}
	return out
}

func us(d time.Duration) int { return int(d.Microseconds()) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// byName are tags in order, in a list of their own: a thread that is reached on two ways has its tags asked for on both at once.
func byName(tags []*ent.ThreadTag) []*ent.ThreadTag {
	tags = slices.Clone(tags)
	slices.SortFunc(tags, func(a, b *ent.ThreadTag) int { return strings.Compare(a.Name, b.Name) })
	return tags
}
