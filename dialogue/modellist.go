package dialogue

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"parley/dialogue/model"
	"parley/ent"
)

// ListState says what is known of a provider's models.
type ListState string

// The states of a list.
const (
	Listed      ListState = "LISTED"
	Unlisted    ListState = "UNLISTED" // the provider has no list; agents may name its models all the same
	Unreachable ListState = "UNREACHABLE"
	Disabled    ListState = "DISABLED" // the credential is; it is not asked
)

// OfferedProvider is a provider as the agents of a workspace can use it.
type OfferedProvider struct {
	Name       string
	Credential *ent.ProviderCredential // of the workspace; nil for a provider of the server
	State      ListState               // empty unless lists were asked for
	Error      string                  // why it is Unreachable, for an admin
	Models     []model.Info            // at most 1,000
}

const (
	listWithin  = 3 * time.Second  // a provider that takes longer counts as unreachable
	keepList    = 5 * time.Minute  // a list that was read
	keepFailure = 30 * time.Second // one that could not be
	maxLists    = 1000             // that a process keeps
	maxListed   = 1000             // models of a provider
	maxDescribe = 2000             // characters of a description
)

// DefaultModel is what agents use that choose none: a provider's name, or `provider/model`.
func (s *Service) DefaultModel() string { return s.o.DefaultModel }

// OfferedProviders returns the providers that agents of the viewer's workspace can use, by name: its own, and those of
// the server that none of its own stands for; and its own that are disabled. With lists it says what models they have,
// read side by side within three seconds and kept for five minutes. A provider that fails fails alone. The error is the
// database's, or that of ctx.
func (s *Service) OfferedProviders(ctx context.Context, lists bool) ([]OfferedProvider, error) {
	own, err := s.own.of(ctx)
	if err != nil {
		return nil, err
	}
	var all []OfferedProvider
	replaced := map[string]bool{}
	for _, c := range own {
		replaced[c.Name] = replaced[c.Name] || c.Enabled
		all = append(all, OfferedProvider{Name: c.Name, Credential: c})
	}
	for _, name := range slices.Sorted(maps.Keys(s.o.Providers)) {
		if !replaced[name] {
			all = append(all, OfferedProvider{Name: name})
		}
	}
	slices.SortStableFunc(all, func(a, b OfferedProvider) int { return compareIDs(a.Name, b.Name) })
	if !lists {
		return all, nil
	}
	var g errgroup.Group
	for i := range all {
		g.Go(func() error {
			s.list(ctx, &all[i])
			return nil
		})
	}
	_ = g.Wait()
	return all, ctx.Err()
}

// list fills in what models a provider has.
func (s *Service) list(ctx context.Context, p *OfferedProvider) {
	c, provider, id := p.Credential, s.o.Providers[p.Name], p.Name
	if c != nil {
		if !c.Enabled {
			p.State = Disabled
			return
		}
		made, release, err := s.own.use(c)
		if err != nil {
			p.State, p.Error = Unreachable, "the credential cannot be used: give its key again"
			return
		}
		defer release()
		provider, id = made, fmt.Sprintf("%s %d", c.ID, c.Version)
	}
	lister, ok := provider.(model.Lister)
	if !ok {
		p.State = Unlisted
		return
	}
	infos, err := s.lists.get(ctx, id, lister)
	var failure *model.Error
	switch {
	case err == nil:
		p.State, p.Models = Listed, infos
	case errors.As(err, &failure) && failure.Kind == model.Retired:
		p.State = Unlisted
	case c == nil: // what the server's own provider says is not for every workspace
		p.State, p.Error = Unreachable, sentence(err)
	default:
		key, _ := s.own.open(c)
		p.State, p.Error = Unreachable, tellable(err, key)
	}
}

// modelLists are the lists of models that were read lately.
type modelLists struct {
	mu    sync.Mutex // protects known
	known map[string]*modelList
}

// modelList is one list. Whoever has put into reading may read and set the other fields.
type modelList struct {
	reading chan struct{}
	infos   []model.Info
	err     error
	until   time.Time
}

func newModelLists() *modelLists { return &modelLists{known: map[string]*modelList{}} }

// get returns a list that is known by id, or reads it; others that want it meanwhile wait for that.
func (l *modelLists) get(ctx context.Context, id string, lister model.Lister) ([]model.Info, error) {
	l.mu.Lock()
	list := l.known[id]
	if list == nil {
		if len(l.known) >= maxLists {
			clear(l.known)
		}
		list = &modelList{reading: make(chan struct{}, 1)}
		l.known[id] = list
	}
	l.mu.Unlock()
	select {
	case list.reading <- struct{}{}:
		defer func() { <-list.reading }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if time.Now().Before(list.until) {
		return list.infos, list.err
	}
	infos, err := readList(ctx, lister)
	if ctx.Err() != nil { // whoever asked has gone; nothing is known
		return nil, ctx.Err()
	}
	list.infos, list.err, list.until = infos, err, time.Now().Add(keepList)
	if err != nil {
		list.until = time.Now().Add(keepFailure)
	}
	return infos, err
}

// readList asks a provider for its models, and keeps of them what an agent can name.
func readList(ctx context.Context, lister model.Lister) (kept []model.Info, err error) {
	defer recoverProvider(&err)
	ctx, cancel := context.WithTimeout(ctx, listWithin)
	defer cancel()
	infos, err := lister.Models(ctx)
	if err != nil {
		return nil, err
	}
	for _, info := range infos {
		if info.Name == "" || utf8.RuneCountInString(info.Name) > maxName || len(kept) == maxListed {
			continue
		}
		info.Name, info.DisplayName, info.Replacement = clean(info.Name), clipped(clean(info.DisplayName), maxName), clipped(clean(info.Replacement), maxName)
		info.Description = clipped(clean(info.Description), maxDescribe)
		kept = append(kept, info)
	}
	return kept, nil
}
