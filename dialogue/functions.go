package dialogue

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"parley/ent"
	"parley/ent/function"
	"parley/ent/id"
	"parley/ent/raw"
	"parley/ent/secret"
	"parley/eventlog"
	"parley/invalid"
	"parley/seal"
)

// Header is a header that an HTTP function sends. The value of a secret one is encrypted at rest and never returned.
type Header struct {
	Name  string
	Value seal.Text
	// Secret with an empty Value, in an update, keeps the value that is stored.
	Secret bool
}

// FunctionInput describes a function. AgentID and Kind are read when it is made, and cannot change. Nil means the
// default when a function is made, and unchanged when it is updated. docs/http-functions.md explains the fields.
type FunctionInput struct {
	AgentID           string
	Kind              function.Kind
	Name, Description *string
	// Tag is what a TAG function raises; the function's name by default.
	Tag           *string
	Method, URL   *string
	Body          *string
	AnswerPointer *string
	Parameters    *raw.JSON
	// Headers replace all headers.
	Headers   *[]Header
	TimeoutMs *int
	// Idempotent says that the endpoint may be called again with the same Idempotency-Key. Default: GET only.
	Idempotent    *bool
	NeedsApproval *bool
	Enabled       *bool
}

// MaxFunctions is how many functions an agent may have: more than models can choose from.
const MaxFunctions = 128

// CreateFunction adds a function to an agent. Name is required, and for HTTP functions the URL.
func (s *Service) CreateFunction(ctx context.Context, in FunctionInput) (ID, error) {
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		a, err := lockAgent(ctx, tx, in.AgentID)
		if err != nil {
			return ID{}, err
		}
		f := &ent.Function{
			ID: id.New(id.Function), WorkspaceID: a.WorkspaceID, AgentID: a.ID, Kind: in.Kind, Enabled: true,
			TimeoutMs: function.DefaultTimeoutMs,
		}
		if in.Kind == function.KindHTTP {
			f.Method = http.MethodGet
			if in.Method == nil && in.Body != nil && *in.Body != "" {
				f.Method = http.MethodPost
			}
		}
		in.overlay(f)
		if in.Idempotent == nil {
			f.Idempotent = f.Method == http.MethodGet
		}
		if f.Kind == function.KindTAG && f.Tag == "" {
			f.Tag = f.Name
		}
		if err := s.checkFunction(ctx, tx, f, in.Headers, nil); err != nil {
			return ID{}, err
		}
		create := tx.Client().Function.Create().SetID(f.ID).SetAgentID(f.AgentID).SetKind(f.Kind).SetCreatedAt(tx.Now)
		store(f, tx, create.Mutation())
		if err := create.Exec(ctx); err != nil {
			return ID{}, fmt.Errorf("make the function: %w", err)
		}
		return ID{f.ID}, s.keepSecrets(ctx, tx, f, in.Headers)
	})
}

// UpdateFunction changes what in names. Calls that are under way keep what they began with.
func (s *Service) UpdateFunction(ctx context.Context, functionID string, in FunctionInput) (ID, error) {
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		f, err := lockFunction(ctx, tx, functionID)
		if err != nil {
			return ID{}, err
		}
		before, from := slices.Clone(f.SecretHeaders), serverOf(f.URL)
		in.overlay(f)
		if serverOf(f.URL) != from {
			if err := checkLeaving(f, in.Headers); err != nil {
				return ID{}, err
			}
		}
		if err := s.checkFunction(ctx, tx, f, in.Headers, before); err != nil {
			return ID{}, err
		}
		update := tx.Client().Function.Update().Where(function.ID(f.ID))
		store(f, tx, update.Mutation())
		if err := update.Exec(ctx); err != nil {
			return ID{}, fmt.Errorf("update the function: %w", err)
		}
		return ID{f.ID}, s.keepSecrets(ctx, tx, f, in.Headers)
	})
}

// DeleteFunction takes a function away, with its secrets unless a version of the agent may still call it. Calls that
// were made stay; those not yet sent fail.
func (s *Service) DeleteFunction(ctx context.Context, functionID string) (ID, error) {
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		f, err := lockFunction(ctx, tx, functionID)
		if err != nil {
			return ID{}, err
		}
		if err := forgetSecrets(ctx, tx, f, nil); err != nil {
			return ID{}, err
		}
		_, err = tx.Client().Function.Delete().Where(function.ID(functionID)).Exec(ctx)
		return ID{functionID}, err
	})
}

// overlay puts what the input names onto f. Headers are split in plain ones and names of secret ones.
func (in FunctionInput) overlay(f *ent.Function) {
	put(&f.Name, in.Name)
	put(&f.Description, in.Description)
	put(&f.Tag, in.Tag)
	put(&f.Method, in.Method)
	put(&f.URL, in.URL)
	put(&f.Body, in.Body)
	put(&f.AnswerPointer, in.AnswerPointer)
	put(&f.TimeoutMs, in.TimeoutMs)
	put(&f.Idempotent, in.Idempotent)
	put(&f.NeedsApproval, in.NeedsApproval)
	put(&f.Enabled, in.Enabled)
	if in.Parameters != nil {
		f.Parameters = kept(*in.Parameters)
	}
	if in.Headers == nil {
		return
	}
	f.Headers, f.SecretHeaders = map[string]string{}, []string{}
	for _, h := range *in.Headers {
		if name := http.CanonicalHeaderKey(h.Name); h.Secret {
			f.SecretHeaders = append(f.SecretHeaders, name)
		} else {
			f.Headers[name] = h.Value.Reveal()
		}
	}
}

func put[T any](to *T, value *T) {
	if value != nil {
		*to = *value
	}
}

// store sets every field that may change on the mutation.
func store(f *ent.Function, tx *eventlog.Tx, m *ent.FunctionMutation) {
	m.SetName(f.Name)
	m.SetDescription(f.Description)
	m.SetTag(f.Tag)
	m.SetParameters(f.Parameters)
	m.SetMethod(f.Method)
	m.SetURL(f.URL)
	m.SetHeaders(f.Headers)
	m.SetSecretHeaders(f.SecretHeaders)
	m.SetBody(f.Body)
	m.SetTimeoutMs(f.TimeoutMs)
	m.SetIdempotent(f.Idempotent)
	m.SetNeedsApproval(f.NeedsApproval)
	m.SetAnswerPointer(f.AnswerPointer)
	m.SetEnabled(f.Enabled)
	m.SetUpdatedAt(tx.Now)
}

// keepSecrets makes the stored secrets of f those of the headers; nil headers leave them as they are.
func (s *Service) keepSecrets(ctx context.Context, tx *eventlog.Tx, f *ent.Function, headers *[]Header) error {
	if headers == nil {
		return nil
	}
	stays := []string{}
	for _, h := range *headers {
		if h.Secret && h.Value.IsEmpty() {
			stays = append(stays, http.CanonicalHeaderKey(h.Name))
		}
	}
	if err := forgetSecrets(ctx, tx, f, stays); err != nil {
		return err
	}
	for _, h := range *headers {
		if !h.Secret || h.Value.IsEmpty() {
			continue
		}
		_, err := tx.Client().Secret.Delete().Where(secret.OwnerID(f.ID), secret.Name(http.CanonicalHeaderKey(h.Name))).Exec(ctx)
		if err != nil {
			return fmt.Errorf("replace the secret of header %s: %w", h.Name, err)
		}
		rowID := id.New(id.Secret)
		err = tx.Client().Secret.Create().SetID(rowID).SetWorkspaceID(f.WorkspaceID).SetOwnerID(f.ID).
			SetKind(secret.KindHEADER).SetName(http.CanonicalHeaderKey(h.Name)).SetCreatedAt(tx.Now).
			SetCiphertext(s.keys.Seal([]byte(h.Value.Reveal()), f.WorkspaceID, rowID)).Exec(ctx)
		if err != nil {
			return fmt.Errorf("keep the secret of header %s: %w", h.Name, err)
		}
	}
	return nil
}

// lockFunction reads a function of a living agent under the agent's lock.
func lockFunction(ctx context.Context, tx *eventlog.Tx, functionID string) (*ent.Function, error) {
	f, err := tx.Client().Function.Query().Where(function.ID(functionID)).Only(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := lockAgent(ctx, tx, f.AgentID); err != nil {
		return nil, err
	}
	return tx.Client().Function.Query().Where(function.ID(functionID)).Only(ctx) // as it is under the lock
}

// forgetSecrets deletes the secrets of f but those of the named headers, and none that a version of the agent may need.
func forgetSecrets(ctx context.Context, tx *eventlog.Tx, f *ent.Function, but []string) error {
	needed, err := hasVersions(ctx, tx, f.AgentID)
	if err != nil || needed {
		return err
	}
	if _, err := tx.Client().Secret.Delete().Where(secret.OwnerID(f.ID), secret.NameNotIn(but...)).Exec(ctx); err != nil {
		return fmt.Errorf("delete secrets of the function: %w", err)
	}
	return nil
}

// nameTaken records the name of f if another function of the agent has it, and one function too many.
func nameTaken(ctx context.Context, tx *eventlog.Tx, bad *invalid.Error, f *ent.Function) error {
	others, err := tx.Client().Function.Query().Where(function.AgentID(f.AgentID), function.IDNEQ(f.ID)).
		Select(function.FieldName).All(ctx)
	if err != nil {
		return fmt.Errorf("read the agent's functions: %w", err)
	}
	bad.Check(len(others) < MaxFunctions, "agentId", "the agent has %d functions; more are not allowed", len(others))
	taken := slices.ContainsFunc(others, func(o *ent.Function) bool { return o.Name == f.Name })
	bad.Check(!taken, "name", "the agent has a function with the name %q", f.Name)
	return nil
}
