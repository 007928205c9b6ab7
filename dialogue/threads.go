package dialogue

import (
	"context"
	"fmt"
	"net/mail"

	"parley/ent"
	"parley/ent/agent"
	"parley/ent/customer"
	"parley/ent/raw"
	"parley/ent/thread"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/invalid"
)

// CustomerInput says who the customer of a thread is. With an ExternalID that is known, that customer is taken and
// what is given here is changed on it; nil fields stay as they are.
type CustomerInput struct {
	ExternalID, Name, Email, Phone *string
	Metadata                       *raw.JSON
}

// ThreadInput begins a thread. At most one of Customer and CustomerID is given; without either the customer is
// anonymous.
type ThreadInput struct {
	AgentID    string
	Customer   *CustomerInput
	CustomerID *string
	Channel    string
	ExternalID *string
	Metadata   *raw.JSON
	// Text is the customer's first message, if any.
	Text *string
}

// ThreadResult names the new thread, and its first message if there is one.
type ThreadResult struct {
	ThreadID  string  `json:"threadId"`
	MessageID *string `json:"messageId,omitempty"`
}

// CreateThread begins a thread with an agent, and stores the customer's first message if there is one. The error is a
// *ThreadExistsError when the workspace has a thread with the same ExternalID, and ErrAgentDeleted for a deleted agent.
func (s *Service) CreateThread(ctx context.Context, in ThreadInput) (ThreadResult, error) {
	if err := in.check(); err != nil {
		return ThreadResult{}, err
	}
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ThreadResult, error) {
		a, err := tx.Client().Agent.Query().Where(agent.ID(in.AgentID)).Only(ctx)
		if err != nil {
			return ThreadResult{}, err
		}
		if a.DeletedAt != nil {
			return ThreadResult{}, ErrAgentDeleted
		}
		if in.ExternalID != nil {
			other, err := tx.Client().Thread.Query().Where(thread.ExternalID(*in.ExternalID)).FirstID(ctx)
			if !ent.IsNotFound(err) {
				if err == nil {
					err = &ThreadExistsError{other}
				}
				return ThreadResult{}, err
			}
		}
		c, err := in.customer(ctx, tx, a)
		if err != nil {
			return ThreadResult{}, err
		}
		create := tx.Client().Thread.Create().SetAgentID(a.ID).SetCustomerID(c.ID).SetChannel(in.Channel).
			SetNillableExternalID(in.ExternalID).SetCreatedAt(tx.Now).SetUpdatedAt(tx.Now)
		if in.Metadata != nil {
			create.SetMetadata(kept(*in.Metadata))
		}
		t, err := tx.NewThread(ctx, a.WorkspaceID, pinnedTo(a, create))
		if err != nil {
			return ThreadResult{}, fmt.Errorf("make the thread: %w", err)
		}
		result := ThreadResult{ThreadID: t.Row.ID}
		if in.Text == nil {
			return result, nil
		}
		m, _, err := s.hear(own(ctx), tx, t, surroundings{revision: a.Revision, customer: c}, MessageInput{ThreadID: t.Row.ID, Text: *in.Text})
		if err != nil {
			return result, err
		}
		result.MessageID = &m.ID
		return result, nil
	})
}

func (in ThreadInput) check() error {
	var bad invalid.Error
	bad.Text("channel", in.Channel, 0, 64)
	if in.ExternalID != nil {
		bad.Text("externalId", *in.ExternalID, 1, maxName)
	}
	if in.Metadata != nil && !absent(*in.Metadata) {
		checkObject(&bad, "metadata", *in.Metadata, MaxMetadata)
	}
	if in.Text != nil {
		bad.Text("text", *in.Text, 1, MaxMessage)
	}
	if in.Customer != nil {
		bad.Check(in.CustomerID == nil, "customerId", "must not be given together with customer")
		in.Customer.check(&bad)
	}
	return bad.Err()
}

func (in CustomerInput) check(bad *invalid.Error) {
	if in.ExternalID != nil {
		bad.Text("customer.externalId", *in.ExternalID, 1, maxName)
	}
	if in.Name != nil {
		bad.Text("customer.name", *in.Name, 0, maxName)
	}
	if in.Phone != nil {
		bad.Text("customer.phone", *in.Phone, 0, 64)
	}
	if in.Email != nil && *in.Email != "" {
		bad.Text("customer.email", *in.Email, 1, 320)
		_, err := mail.ParseAddress(*in.Email)
		bad.Check(err == nil, "customer.email", "is no e-mail address")
	}
	if in.Metadata != nil && !absent(*in.Metadata) {
		checkObject(bad, "customer.metadata", *in.Metadata, MaxMetadata)
	}
}

// customer finds or makes the customer of a new thread.
func (in ThreadInput) customer(ctx context.Context, tx *eventlog.Tx, a *ent.Agent) (*ent.Customer, error) {
	if in.CustomerID != nil {
		return tx.Client().Customer.Query().Where(customer.ID(*in.CustomerID)).Only(ctx)
	}
	given := CustomerInput{}
	if in.Customer != nil {
		given = *in.Customer
	}
	if given.Phone != nil {
		phone := normalPhone(*given.Phone, a.Region)
		given.Phone = &phone
	}
	if given.ExternalID != nil {
		known, err := tx.Client().Customer.Query().Where(customer.ExternalID(*given.ExternalID)).Only(ctx)
		if err == nil {
			update := tx.Client().Customer.Update().Where(customer.ID(known.ID)).SetUpdatedAt(tx.Now)
			given.apply(update.Mutation())
			return known, update.Exec(ctx)
		}
		if !ent.IsNotFound(err) {
			return nil, fmt.Errorf("find the customer: %w", err)
		}
	}
	create := tx.Client().Customer.Create().SetNillableExternalID(given.ExternalID).SetCreatedAt(tx.Now).SetUpdatedAt(tx.Now)
	given.apply(create.Mutation())
	c, err := create.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("make the customer: %w", err)
	}
	return c, nil
}

func (in CustomerInput) apply(m *ent.CustomerMutation) {
	set(in.Name, m.SetName)
	set(in.Email, m.SetEmail)
	set(in.Phone, m.SetPhone)
	set(in.Metadata, func(metadata raw.JSON) { m.SetMetadata(kept(metadata)) })
}

// own returns a context for what the engine does by itself after a verb's caller was found to reach the thread: a
// thread token may say something, but not read functions or calls.
func own(ctx context.Context) context.Context {
	v, _ := viewer.FromContext(ctx)
	return viewer.WorkerContext(ctx, v.Workspace, "turn")
}
