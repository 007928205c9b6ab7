package dialogue

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"parley/ent"
	"parley/ent/id"
	"parley/ent/providercredential"
	"parley/ent/viewer"
	"parley/ent/workspace"
	"parley/eventlog"
	"parley/invalid"
	"parley/outbound"
	"parley/seal"
)

// CredentialInput describes a credential of the workspace for a model provider. Name and Kind are read when it is made,
// and cannot change. Nil means the default when it is made, and unchanged when it is updated.
type CredentialInput struct {
	// Name is what stands before the slash in an agent's models. A provider of the server with the same name is not used in
	// this workspace while the credential is enabled.
	Name string
	Kind providercredential.Kind
	// BaseURL is where the provider's API is; empty means the vendor's own. Who changes it gives the key again: it is not
	// sent to an address that it was not given for.
	BaseURL *string
	// Key is encrypted at rest and never returned. Kind OPENAI with a BaseURL needs none.
	Key *seal.Text
	// DefaultModel is for agents that name the provider alone.
	DefaultModel *string
	// Enabled is true by default. A credential that is not is as if it were not there.
	Enabled *bool
}

// MaxCredentials is how many credentials for model providers a workspace may have.
const MaxCredentials = 50

const (
	maxKey   = 4096 // bytes
	keyHint  = 4    // characters of a key that are shown
	longKeys = 12   // characters from which on they are
)

var (
	providerName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)
	headerText   = regexp.MustCompile(`^[\x21-\x7e]+$`)
)

// CreateCredential stores a credential. Name and Kind are required. Nobody is contacted; TestCredential does that. The
// error is an *invalid.Error for bad input.
func (s *Service) CreateCredential(ctx context.Context, in CredentialInput) (ID, error) {
	return s.writeCredential(ctx, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		v, _ := viewer.FromContext(ctx)
		if err := s.lockWorkspace(ctx, tx, v.Workspace); err != nil { // else two could pass the limit, or take one name
			return ID{}, err
		}
		others, err := tx.Client().ProviderCredential.Query().All(ctx)
		if err != nil {
			return ID{}, err
		}
		c := &ent.ProviderCredential{ID: id.New(id.Credential), WorkspaceID: v.Workspace, Name: in.Name, Kind: in.Kind, Enabled: true, Ciphertext: []byte{}}
		var bad invalid.Error
		bad.Check(providerName.MatchString(in.Name), "name", "must be 1 to 63 small letters, digits, points, underscores and hyphens, and begin with a letter or digit")
		bad.Check(providercredential.KindValidator(in.Kind) == nil, "kind", "must be OPENAI, GEMINI or GEMINI_LEGACY")
		for _, other := range others {
			bad.Check(other.Name != in.Name, "name", "the workspace has a model provider with the name %q", in.Name)
		}
		bad.Check(len(others) < MaxCredentials, "name", "the workspace has %d model providers; more are not allowed", len(others))
		if s.overlay(&bad, c, in); bad.Err() != nil {
			return ID{}, bad.Err()
		}
		return ID{c.ID}, tx.Client().ProviderCredential.Create().SetID(c.ID).SetName(c.Name).SetKind(c.Kind).SetBaseURL(c.BaseURL).
			SetCiphertext(c.Ciphertext).SetKeyHint(c.KeyHint).SetDefaultModel(c.DefaultModel).SetEnabled(c.Enabled).
			SetCreatedAt(tx.Now).SetUpdatedAt(tx.Now).Exec(ctx)
	})
}

// UpdateCredential changes what in names. Steps that begin afterwards see the change: at once in this process, within
// two seconds in others. The error is an *invalid.Error for bad input and ent's NotFoundError for an unknown id.
func (s *Service) UpdateCredential(ctx context.Context, credentialID string, in CredentialInput) (ID, error) {
	return s.writeCredential(ctx, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		v, _ := viewer.FromContext(ctx)
		if err := s.lockWorkspace(ctx, tx, v.Workspace); err != nil { // what is checked together is written together
			return ID{}, err
		}
		c, err := tx.Client().ProviderCredential.Query().Where(providercredential.ID(credentialID)).Only(ctx)
		if err != nil {
			return ID{}, err
		}
		var bad invalid.Error
		moves := in.BaseURL != nil && strings.TrimSpace(*in.BaseURL) != c.BaseURL
		bad.Check(!moves || in.Key != nil || len(c.Ciphertext) == 0, "key", "must be given again with a new baseUrl: the stored key is not sent to another address")
		if s.overlay(&bad, c, in); bad.Err() != nil {
			return ID{}, bad.Err()
		}
		return ID{c.ID}, tx.Client().ProviderCredential.Update().Where(providercredential.ID(c.ID)).SetBaseURL(c.BaseURL).
			SetCiphertext(c.Ciphertext).SetKeyHint(c.KeyHint).SetDefaultModel(c.DefaultModel).SetEnabled(c.Enabled).
			AddVersion(1).SetUpdatedAt(tx.Now).Exec(ctx)
	})
}

// DeleteCredential deletes a credential with its key. Agents that name it go on with their next model, or with the
// server's provider of the same name; the turns of those that have neither end as FAILED and say so. The error is ent's
// NotFoundError for an unknown id.
func (s *Service) DeleteCredential(ctx context.Context, credentialID string) (ID, error) {
	return s.writeCredential(ctx, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		if _, err := tx.Client().ProviderCredential.Query().Where(providercredential.ID(credentialID)).Only(ctx); err != nil {
			return ID{}, err
		}
		_, err := tx.Client().ProviderCredential.Delete().Where(providercredential.ID(credentialID)).Exec(ctx)
		return ID{credentialID}, err
	})
}

func (s *Service) writeCredential(ctx context.Context, verb func(ctx context.Context, tx *eventlog.Tx) (ID, error)) (ID, error) {
	defer s.own.forget(ctx)
	return eventlog.WriteOnce(ctx, s.log, verb)
}

// overlay puts what the input names onto c, and records what is wrong with it.
func (s *Service) overlay(bad *invalid.Error, c *ent.ProviderCredential, in CredentialInput) {
	put(&c.Enabled, in.Enabled)
	put(&c.DefaultModel, in.DefaultModel)
	c.DefaultModel = strings.TrimSpace(c.DefaultModel)
	bad.Text("defaultModel", c.DefaultModel, 0, maxName)
	if in.BaseURL != nil {
		c.BaseURL = strings.TrimSpace(*in.BaseURL)
	}
	if c.BaseURL != "" {
		var refused *outbound.URLError
		if err := outbound.CheckURL(c.BaseURL, s.guard); errors.As(err, &refused) {
			bad.Add("baseUrl", "%s", refused.Reason)
		}
	}
	if in.Key != nil {
		s.putKey(bad, c, strings.TrimSpace(in.Key.Reveal()))
	}
	optional := c.Kind == providercredential.KindOPENAI && c.BaseURL != ""
	bad.Check(optional || len(c.Ciphertext) > 0, "key", "is required, but for kind OPENAI with a baseUrl")
	if bad.Err() != nil {
		return
	}
	p, err := s.own.fresh(c)
	switch {
	case errors.Is(err, ErrNoKind):
		bad.Add("kind", "%s: %s", c.Kind, ErrNoKind)
	case err != nil && in.Key == nil && in.BaseURL == nil: // a stored key that cannot be read must not keep it from being disabled
	case err != nil:
		key, _ := s.own.open(c)
		bad.Add("baseUrl", "cannot be used: %s", tellable(errors.Unwrap(err), key))
	default:
		closeProvider(p)
	}
}

// putKey encrypts a key into c; an empty one takes the key away.
func (s *Service) putKey(bad *invalid.Error, c *ent.ProviderCredential, key string) {
	c.Ciphertext, c.KeyHint = []byte{}, ""
	if key == "" {
		return
	}
	bad.Check(len(key) <= maxKey, "key", "must have at most %d characters", maxKey)
	bad.Check(headerText.MatchString(key), "key", "must have no blanks, and none but ASCII characters")
	c.Ciphertext = s.keys.Seal([]byte(key), c.WorkspaceID, c.ID)
	if len(key) >= longKeys {
		c.KeyHint = key[len(key)-keyHint:]
	}
}

// lockWorkspace makes verbs wait for each other that decide on all rows of a table in the workspace. SQLite has one
// writer anyway.
func (s *Service) lockWorkspace(ctx context.Context, tx *eventlog.Tx, workspaceID string) error {
	if !s.log.Postgres() {
		return nil
	}
	_, err := tx.Client().Workspace.Query().Where(workspace.ID(workspaceID)).ForUpdate().Only(ctx)
	if err != nil {
		return fmt.Errorf("lock the workspace: %w", err)
	}
	return nil
}
