package dialogue

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/ent"
	"parley/ent/viewer"
	"parley/ent/workspace"
	"parley/eventlog"
	"parley/invalid"
)

// Maskable are the facts about a customer that a workspace can keep from models.
var Maskable = []string{"name", "email", "phone", "channel"}

// MaxEraseAfter is the longest time, in days, after which a workspace erases threads.
const MaxEraseAfter = 36_500

// PrivacyInput is what a workspace is to do with the data of people. Nil fields stay as they are.
type PrivacyInput struct {
	EraseThreadsAfterDays *int // 0: never
	HiddenFromModels      *[]string
}

// UpdatePrivacy changes what the viewer's workspace does with the data of people. The error is an *invalid.Error for bad input.
func (s *Service) UpdatePrivacy(ctx context.Context, in PrivacyInput) (ID, error) {
	var bad invalid.Error
	if days := in.EraseThreadsAfterDays; days != nil {
		bad.Check(*days >= 0 && *days <= MaxEraseAfter, "eraseThreadsAfterDays", "must be from 1 to %d, or null", MaxEraseAfter)
	}
	if in.HiddenFromModels != nil {
		for _, fact := range *in.HiddenFromModels {
			bad.Check(slices.Contains(Maskable, fact), "hiddenFromModels", "%q is none of %s", fact, strings.Join(Maskable, ", "))
		}
	}
	if err := bad.Err(); err != nil {
		return ID{}, err
	}
	v, _ := viewer.FromContext(ctx)
	done, err := eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		update := tx.Client().Workspace.Update().Where(workspace.ID(v.Workspace)).SetNillableEraseAfterDays(in.EraseThreadsAfterDays)
		if in.HiddenFromModels != nil {
			facts := slices.Clone(*in.HiddenFromModels)
			slices.Sort(facts)
			update.SetHiddenFromModels(strings.Join(slices.Compact(facts), ","))
		}
		if len(update.Mutation().Fields()) == 0 {
			return ID{v.Workspace}, nil
		}
		return ID{v.Workspace}, update.Exec(ctx)
	})
	s.masks.forget(v.Workspace)
	return done, err
}

// HiddenFromModels lists what a workspace keeps from models.
func HiddenFromModels(w *ent.Workspace) []string {
	return strings.FieldsFunc(w.HiddenFromModels, func(r rune) bool { return r == ',' })
}

// maskFor is how long a process goes by what it has read: other servers are not told of a change.
const maskFor = 2 * time.Second

// masks keep what workspaces hide from models at hand. The zero value is ready.
type masks struct {
	mu sync.Mutex // protects of
	of map[string]mask
}

type mask struct {
	hidden []string
	read   time.Time
}

func (m *masks) forget(workspaceID string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.of, workspaceID)
}

// hidden is what models are not told about customers of a workspace.
func (s *Service) hidden(ctx context.Context, workspaceID string) ([]string, error) {
	s.masks.mu.Lock()
	known, ok := s.masks.of[workspaceID]
	s.masks.mu.Unlock()
	if ok && time.Since(known.read) < maskFor {
		return known.hidden, nil
	}
	read := time.Now()
	w, err := s.log.Client().Workspace.Query().Where(workspace.ID(workspaceID)).Select(workspace.FieldHiddenFromModels).Only(ctx)
	if ent.IsNotFound(err) { // a dry run plays in a database without any
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s.masks.mu.Lock()
	defer s.masks.mu.Unlock()
	if s.masks.of == nil || len(s.masks.of) > 10_000 {
		s.masks.of = map[string]mask{}
	}
	s.masks.of[workspaceID] = mask{HiddenFromModels(w), read}
	return s.masks.of[workspaceID].hidden, nil
}
