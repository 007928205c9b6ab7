package graph_test

import (
	"context"
	"sync/atomic"
	"testing"

	"entgo.io/ent"

	"parley/ent/agent"
	"parley/ent/agentversion"
	"parley/ent/apikey"
	"parley/ent/attempt"
	"parley/ent/auditentry"
	"parley/ent/call"
	"parley/ent/customer"
	"parley/ent/delivery"
	"parley/ent/deliveryfeed"
	"parley/ent/erasedusage"
	"parley/ent/event"
	"parley/ent/feedshard"
	"parley/ent/function"
	"parley/ent/integration"
	"parley/ent/integrationhealth"
	"parley/ent/message"
	"parley/ent/migrate"
	"parley/ent/modelprice"
	"parley/ent/mutationresult"
	"parley/ent/note"
	"parley/ent/providercredential"
	"parley/ent/readmark"
	"parley/ent/reminder"
	"parley/ent/replay"
	"parley/ent/secret"
	"parley/ent/session"
	"parley/ent/step"
	"parley/ent/testevent"
	"parley/ent/testrun"
	"parley/ent/testusage"
	"parley/ent/thread"
	"parley/ent/threadtag"
	"parley/ent/turn"
	"parley/ent/viewer"
)

// rulesOfEntities are where the rules of ent/schema stand of every entity that belongs to a workspace: the second hook confines
// what it changes, the first interceptor what it reads.
var rulesOfEntities = []struct {
	hooks        []ent.Hook
	interceptors []ent.Interceptor
}{
	{agent.Hooks[:], agent.Interceptors[:]},
	{agentversion.Hooks[:], agentversion.Interceptors[:]},
	{apikey.Hooks[:], apikey.Interceptors[:]},
	{attempt.Hooks[:], attempt.Interceptors[:]},
	{auditentry.Hooks[:], auditentry.Interceptors[:]},
	{call.Hooks[:], call.Interceptors[:]},
	{customer.Hooks[:], customer.Interceptors[:]},
	{delivery.Hooks[:], delivery.Interceptors[:]},
	{deliveryfeed.Hooks[:], deliveryfeed.Interceptors[:]},
	{erasedusage.Hooks[:], erasedusage.Interceptors[:]},
	{event.Hooks[:], event.Interceptors[:]},
	{feedshard.Hooks[:], feedshard.Interceptors[:]},
	{function.Hooks[:], function.Interceptors[:]},
	{integration.Hooks[:], integration.Interceptors[:]},
	{integrationhealth.Hooks[:], integrationhealth.Interceptors[:]},
	{message.Hooks[:], message.Interceptors[:]},
	{modelprice.Hooks[:], modelprice.Interceptors[:]},
	{mutationresult.Hooks[:], mutationresult.Interceptors[:]},
	{note.Hooks[:], note.Interceptors[:]},
	{providercredential.Hooks[:], providercredential.Interceptors[:]},
	{readmark.Hooks[:], readmark.Interceptors[:]},
	{reminder.Hooks[:], reminder.Interceptors[:]},
	{replay.Hooks[:], replay.Interceptors[:]},
	{secret.Hooks[:], secret.Interceptors[:]},
	{session.Hooks[:], session.Interceptors[:]},
	{step.Hooks[:], step.Interceptors[:]},
	{testevent.Hooks[:], testevent.Interceptors[:]},
	{testrun.Hooks[:], testrun.Interceptors[:]},
	{testusage.Hooks[:], testusage.Interceptors[:]},
	{thread.Hooks[:], thread.Interceptors[:]},
	{threadtag.Hooks[:], threadtag.Interceptors[:]},
	{turn.Hooks[:], turn.Interceptors[:]},
}

// rulesOff says that the first wall between workspaces is away.
var rulesOff atomic.Bool

// init puts a switch before each rule, but for keys: without theirs nobody would get past the door.
func init() {
	for _, r := range rulesOfEntities {
		if &r.interceptors[0] == &apikey.Interceptors[0] {
			continue
		}
		confined := r.hooks[1]
		r.hooks[1] = func(next ent.Mutator) ent.Mutator {
			with := confined(next)
			return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
				if !rulesOff.Load() {
					return with.Mutate(ctx, m)
				}
				if v, ok := viewer.FromContext(ctx); ok && m.Op().Is(ent.OpCreate) && v.Workspace != "" {
					if err := m.SetField("workspace_id", v.Workspace); err != nil {
						return nil, err
					}
				}
				return next.Mutate(ctx, m)
			})
		}
		r.interceptors[0] = switched{r.interceptors[0]}
	}
}

// switched is a rule about what is read.
type switched struct{ ent.Interceptor }

// Traverse implements ent.Traverser.
func (s switched) Traverse(ctx context.Context, q ent.Query) error {
	if rulesOff.Load() {
		return nil
	}
	return s.Interceptor.(ent.Traverser).Traverse(ctx, q)
}

// switchRulesOff takes the first wall between workspaces away until the returned function is called.
func switchRulesOff(t *testing.T) (on func()) {
	t.Helper()
	owned := 0
	for _, table := range migrate.Tables {
		for _, c := range table.Columns {
			if c.Name == "workspace_id" {
				owned++
			}
		}
	}
	if owned != len(rulesOfEntities) {
		t.Fatalf("%d tables belong to a workspace, the rules of %d are known", owned, len(rulesOfEntities))
	}
	rulesOff.Store(true)
	return func() { rulesOff.Store(false) }
}
