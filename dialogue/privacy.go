package dialogue

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"parley/ent"
	"parley/ent/viewer"
	"parley/ent/workspace"
	"parley/eventlog"
	"parley/invalid"
)

// Maskable are the facts about a customer that a workspace can keep from models.
var Maskable = []string{"name", "email", "phone", "channel"}

// answersPrefix begins the name of a member that is hidden in answers of functions.
const answersPrefix = "answers."

// isAnswerMember says whether that is such a name. There are no commas in it, by which they are stored. As a regular expression it
// would keep more than a megabyte, since the letters of all scripts stand in it for each of the 64 places.
func isAnswerMember(fact string) bool {
	name, ok := strings.CutPrefix(fact, answersPrefix)
	n := utf8.RuneCountInString(name)
	return ok && n >= 1 && n <= 64 && !strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !strings.ContainsRune("_ .:$@-", r)
	})
}

// maxHidden is how many facts and members a workspace may hide.
const maxHidden = 100

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
		bad.Check(len(*in.HiddenFromModels) <= maxHidden, "hiddenFromModels", "has %d entries; at most %d are allowed", len(*in.HiddenFromModels), maxHidden)
		for _, fact := range *in.HiddenFromModels {
			bad.Check(slices.Contains(Maskable, fact) || isAnswerMember(fact), "hiddenFromModels",
				"%.60q is none of %s, and no name of a member of answers such as answers.iban", fact, strings.Join(Maskable, ", "))
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

// hiddenMembers are the names of members, in lower case, that models are not shown in answers of functions.
type hiddenMembers map[string]bool

// hiddenInAnswers is what models are not shown in what functions answer to a workspace.
func (s *Service) hiddenInAnswers(ctx context.Context, workspaceID string) (hiddenMembers, error) {
	all, err := s.hidden(ctx, workspaceID)
	var members hiddenMembers
	for _, one := range all {
		if name, ok := strings.CutPrefix(one, answersPrefix); ok {
			if members == nil {
				members = hiddenMembers{}
			}
			members[strings.ToLower(name)] = true
		}
	}
	return members, err
}

// hiddenValue stands where a member is hidden, so that a model knows that there is one.
const hiddenValue = "[hidden]"

// in replaces members of those names in a decoded JSON value, at any depth.
func (h hiddenMembers) in(value any) any {
	if len(h) == 0 {
		return value
	}
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			if h[strings.ToLower(name)] {
				v[name] = hiddenValue
			} else {
				v[name] = h.in(member)
			}
		}
	case []any:
		for i, element := range v {
			v[i] = h.in(element)
		}
	}
	return value
}

// text returns a text that is no JSON as a whole, if no members can stand in it: lines of JSON may be sent as plain text.
func (h hiddenMembers) text(text string) string {
	if len(h) > 0 && strings.Contains(text, "{") {
		return hiddenValue
	}
	return text
}

// compact is compact for a JSON text, with members hidden.
func (h hiddenMembers) compact(text []byte) []byte {
	if len(h) == 0 {
		return compact(json.RawMessage(text))
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var value any
	if d.Decode(&value) != nil {
		return []byte("null") // it was valid before
	}
	return compact(h.in(value))
}
