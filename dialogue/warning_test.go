package dialogue_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/step"
	"parley/storage"
	"parley/storage/storagetest"
)

// What a provider says of the model that answered stands in each step, and once in the log.
func TestModelWarning(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var log lines
		provider := answers(func(context.Context, model.Request) model.End {
			end := ended(calling("look", `{}`))
			end.Warning = "m-1 was asked for, and m-2\x00 answered"
			return end
		}, func(context.Context, model.Request) model.End {
			end := ended(text("yes"))
			end.Warning = "m-1 was asked for, and m-2\x00 answered"
			return end
		}, says("as asked"))
		w := newWorld(t, db, provider, func(o *dialogue.Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		id := w.thread(w.agent(), "go")
		w.turns(id, 1)
		w.say(id, "again")
		w.turns(id, 2)
		steps, err := w.db.Client.Step.Query().Where(step.ThreadID(id)).Order(ent.Asc(step.FieldCreatedAt), ent.Asc(step.FieldNumber)).All(w.ctx)
		w.must(err)
		if len(steps) != 3 {
			t.Fatalf("%d steps", len(steps))
		}
		for i, st := range steps {
			if told := st.ModelWarning != nil && *st.ModelWarning == "m-1 was asked for, and m-2 answered"; told != (i < 2) || i == 2 && st.ModelWarning != nil {
				t.Errorf("step %d has the warning %v", i, st.ModelWarning)
			}
		}
		if n := strings.Count(log.String(), "look after a model"); n != 1 {
			t.Errorf("the log has it %d times:\n%s", n, log.String())
		}
	})
}
