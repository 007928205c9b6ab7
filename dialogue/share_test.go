package dialogue_test

import (
	"context"
	"strings"
	"testing"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestABusyWorkspaceLeavesRoomForOthers(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		g := newGate()
		w := newWorld(t, db, always(func(ctx context.Context, r model.Request) model.End {
			if strings.HasPrefix(r.System, "slow") {
				select {
				case <-g.open:
				case <-ctx.Done():
				}
			}
			return ended(text("ok"))
		}), func(o *dialogue.Options) { o.Workers = 4 })
		slow := w.agent(func(in *dialogue.AgentInput) { in.Instructions = ptr("slow") })
		var waiting []string
		for range 8 {
			waiting = append(waiting, w.thread(slow, "Hi"))
		}
		other := *w
		other.workspace, other.ctx = storagetest.Workspace(t, db, "other")
		other.turns(other.thread(other.agent(), "Hi"), 1) // answered although the first workspace has turns enough for all
		close(g.open)
		for _, id := range waiting {
			w.turns(id, 1)
		}
	})
}
