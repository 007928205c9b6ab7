package dialogue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/providercredential"
	"parley/ent/viewer"
	"parley/seal"
)

// Credential is what a provider of a workspace is made from.
type Credential struct {
	// ID is the provider's name towards the engine, which it writes to Message.Provider: what one credential's vendor
	// said is never replayed byte for byte to another's, even if both go by the same name.
	ID      string
	Kind    providercredential.Kind
	BaseURL string    // empty means the vendor's own
	Key     seal.Text // may be empty; never to be told or logged
	Model   string    // for requests that name none; empty leaves the choice to the provider
}

// String hides the key.
func (c Credential) String() string { return c.ID + " (" + c.Kind.String() + ")" }

// GoString hides the key.
func (c Credential) GoString() string { return c.String() }

// LogValue hides the key from logs.
func (c Credential) LogValue() slog.Value { return slog.StringValue(c.String()) }

// ErrNoKind is returned by Options.Make for a kind of which this build has no provider.
var ErrNoKind = errors.New("this build has no provider of that kind")

const (
	// credentialsFor is how long the credentials of a workspace are believed without a look at the database. A change is in
	// force on every replica after so long; on the one that made it, at once.
	credentialsFor = 2 * time.Second
	// providerIdle is how long a provider is kept that nobody uses.
	providerIdle = 10 * time.Minute
	// maxOwnProviders is how many providers of workspaces a process keeps besides those in use, maxKnownWorkspaces of how
	// many workspaces it remembers the credentials.
	maxOwnProviders    = 500
	maxKnownWorkspaces = 5000

	maxModelAnswer  = 64 << 20 // bytes of an answer, with all that is wrapped around its pieces
	maxModelFailure = 64 << 10 // bytes of an answer that is none
)

// ownProviders are the providers that workspaces have by credentials of their own, made when they are first used.
type ownProviders struct {
	client *ent.Client
	keys   *seal.Keys
	make   func(Credential, *http.Client) (model.Provider, error)
	http   *http.Client

	mu      sync.Mutex // protects the fields below
	known   map[string]knownCredentials
	forgets int                     // counts calls of forget: what was read before one is not remembered after it
	made    map[string]*ownProvider // by id of the credential
}

// knownCredentials are the credentials of a workspace as they were at a moment, by name.
type knownCredentials struct {
	at  time.Time
	all []*ent.ProviderCredential
}

// ownProvider is the provider of one version of a credential. Its fields are under the mutex of its ownProviders.
type ownProvider struct {
	provider  model.Provider
	err       error // why there is none
	workspace string
	version   int64
	users     int
	used      time.Time // last
	dropped   bool      // closed when its last user has gone
}

// of returns the credentials of the workspace of ctx by name, disabled ones too. Nobody may change them.
func (o *ownProviders) of(ctx context.Context) ([]*ent.ProviderCredential, error) {
	v, _ := viewer.FromContext(ctx)
	o.mu.Lock()
	known, forgets := o.known[v.Workspace], o.forgets
	o.mu.Unlock()
	if time.Since(known.at) < credentialsFor {
		return known.all, nil
	}
	known.at = time.Now() // before the look, which may see what was there when it began
	var err error
	known.all, err = o.client.ProviderCredential.Query().Order(providercredential.ByName()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the workspace's model providers: %w", err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.forgets != forgets {
		return known.all, nil
	}
	if len(o.known) >= maxKnownWorkspaces {
		clear(o.known)
	}
	o.known[v.Workspace] = known
	for id, p := range o.made {
		usable := func(c *ent.ProviderCredential) bool { return c.ID == id && c.Enabled }
		if p.workspace == v.Workspace && !slices.ContainsFunc(known.all, usable) {
			o.drop(id, p)
		}
	}
	return known.all, nil
}

// named returns the enabled credential of the workspace of ctx with a name; nil for none.
func (o *ownProviders) named(ctx context.Context, name string) (*ent.ProviderCredential, error) {
	all, err := o.of(ctx)
	for _, c := range all {
		if c.Name == name && c.Enabled {
			return c, nil
		}
	}
	return nil, err
}

// forget makes the next use of the workspace of ctx look at the database.
func (o *ownProviders) forget(ctx context.Context) {
	v, _ := viewer.FromContext(ctx)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.forgets++
	delete(o.known, v.Workspace)
}

// use returns the provider of a credential, and what to call when it is no longer used. The provider of a version that
// is older than one already in use is that one.
func (o *ownProviders) use(c *ent.ProviderCredential) (model.Provider, func(), error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p := o.made[c.ID]
	if p != nil && p.version < c.Version {
		o.drop(c.ID, p)
		p = nil
	}
	if p == nil {
		o.makeRoom()
		p = &ownProvider{workspace: c.WorkspaceID, version: c.Version}
		p.provider, p.err = o.fresh(c)
		o.made[c.ID] = p
	}
	p.used = time.Now()
	if p.err != nil {
		return nil, nil, p.err
	}
	p.users++
	return p.provider, sync.OnceFunc(func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		p.users--
		if p.used = time.Now(); p.dropped && p.users == 0 {
			closeProvider(p.provider)
		}
	}), nil
}

// fresh makes a provider of a credential. It contacts nobody.
func (o *ownProviders) fresh(c *ent.ProviderCredential) (model.Provider, error) {
	key, err := o.open(c)
	if err != nil {
		return nil, fmt.Errorf("read the key of %s: %w", c.ID, err)
	}
	p, err := o.make(Credential{ID: c.ID, Kind: c.Kind, BaseURL: c.BaseURL, Key: seal.Hide(key), Model: c.DefaultModel}, o.http)
	if err != nil {
		return nil, fmt.Errorf("make the provider of %s: %w", c.ID, err)
	}
	return p, nil
}

// open decrypts the key of a credential.
func (o *ownProviders) open(c *ent.ProviderCredential) (string, error) {
	if len(c.Ciphertext) == 0 {
		return "", nil
	}
	key, err := o.keys.Open(c.Ciphertext, c.WorkspaceID, c.ID)
	return string(key), err
}

// drop takes a provider out of use; mu is held.
func (o *ownProviders) drop(credentialID string, p *ownProvider) {
	delete(o.made, credentialID)
	p.dropped = true
	if p.users == 0 {
		closeProvider(p.provider)
	}
}

// makeRoom drops the provider that was not used for longest, if there are many; mu is held.
func (o *ownProviders) makeRoom() {
	if len(o.made) < maxOwnProviders {
		return
	}
	oldest := ""
	for id, p := range o.made {
		if p.users == 0 && (oldest == "" || p.used.Before(o.made[oldest].used)) {
			oldest = id
		}
	}
	if oldest != "" {
		o.drop(oldest, o.made[oldest])
	}
}

// closeIdle drops the providers that nobody has used for a time.
func (o *ownProviders) closeIdle(unused time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for id, p := range o.made {
		if p.users == 0 && time.Since(p.used) >= unused {
			o.drop(id, p)
		}
	}
}

// closeProvider frees what a provider holds, if it is one that holds something.
func closeProvider(p model.Provider) {
	switch c := p.(type) {
	case interface{ Close() }:
		c.Close()
	case interface{ Close() error }:
		_ = c.Close() // nothing is left to be done
	}
}
