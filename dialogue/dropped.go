package dialogue

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/step"
	"parley/ent/turn"
	"parley/eventlog"
)

// finishDropped marks a step that was paid for and never became part of the dialogue: the turn was taken over, stopped,
// replaced or out of time while the model wrote, or the model failed and had counted tokens by then. Models do not read
// it, and it is no step of the turn's limits.
const finishDropped = "dropped"

// dropped is what a model said in vain.
type dropped struct {
	answer
	read  int64
	asked ms.Time
}

// drop remembers an answer of which nothing was stored, if the model had begun to write it or had counted.
func (r *run) drop(question model.Request, a answer, read int64, asked ms.Time) {
	counted := a.end.Usage
	if a.partial == "" && a.end.Reason == "" && counted == (model.Usage{}) {
		return
	}
	if a.partial != "" {
		a.end.Message = model.Message{Role: model.Model, Provider: a.provider, Parts: []model.Part{{Text: a.partial}}}
		a.reckon(question)
		a.end.Usage = atLeast(a.end.Usage, counted)
	}
	r.dropped = append(r.dropped, dropped{a, read, asked})
}

// account stores what was said in vain as steps of the turn. It does so once the turn has ended, or with its parking: the
// numbers of a turn that goes on belong to those who go on with it.
func (r *run) account(ctx context.Context) {
	if len(r.dropped) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := r.s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		if _, err := tx.Lock(ctx, r.hold.threadID); err != nil {
			return ignoreNotFound(err) // it was erased
		}
		tn, err := tx.Client().Turn.Query().Where(turn.ID(r.hold.id), turn.StateEQ(turn.StateENDED)).Only(ctx)
		if err != nil {
			return ignoreNotFound(err)
		}
		return r.storeDropped(ctx, tx, tn)
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		r.s.o.Logger.ErrorContext(ctx, "dialogue: what a model said in vain cannot be accounted for", "error", err)
	}
}

// storeDropped stores what was said in vain behind the last step of a turn whose thread is locked.
func (r *run) storeDropped(ctx context.Context, tx *eventlog.Tx, tn *ent.Turn) error {
	if len(r.dropped) == 0 {
		return nil
	}
	last, err := tx.Client().Step.Query().Where(step.TurnID(tn.ID)).Order(ent.Desc(step.FieldNumber)).First(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return err
	}
	number := 0
	if last != nil {
		number = last.Number
	}
	var in, out int64
	for i, d := range r.dropped {
		content, err := encode(d.end.Message.Parts)
		if err != nil {
			return err
		}
		use := d.end.Usage
		in, out = in+use.Input, out+use.Output
		err = tx.Client().Step.Create().SetID(id.New(id.Step)).SetWorkspaceID(tn.WorkspaceID).SetTurnID(tn.ID).
			SetThreadID(tn.ThreadID).SetNumber(number + i + 1).SetProvider(d.provider).SetModel(d.end.Model).SetCredentialID(d.credentialID).
			SetContent(content).SetFinish(finishDropped).SetFinishDetail(clean(d.end.Detail)).SetReadSequence(d.read).
			SetInputTokens(use.Input).SetCachedTokens(use.Cached).SetOutputTokens(use.Output).SetThinkingTokens(use.Thinking).
			SetEstimated(d.estimated).SetNillableModelWarning(d.warning()).SetStartedAt(d.asked).SetCreatedAt(tx.Now).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return tx.Client().Turn.Update().Where(turn.ID(tn.ID)).AddInputTokens(in).AddOutputTokens(out).Exec(ctx)
}

// reckon sets the usage of an answer that broke off before the provider told it: about four characters make a token.
func (a *answer) reckon(question model.Request) {
	read, said := utf8.RuneCountInString(question.System), characters(a.end.Message)
	read += len(question.AnswerSchema)
	for _, m := range question.Messages {
		read += characters(m)
	}
	for _, f := range question.Functions {
		read += utf8.RuneCountInString(f.Name+f.Description) + len(f.Schema)
	}
	a.end.Usage = model.Usage{Input: int64(read+3) / 4, Output: int64(said+3) / 4}
	a.estimated = true
}

func characters(m model.Message) (n int) {
	for _, p := range m.Parts {
		n += utf8.RuneCountInString(p.Text)
		if p.Call != nil {
			n += len(p.Call.Name) + len(p.Call.Args)
		}
		if p.Result != nil {
			n += len(p.Result.Body)
		}
	}
	return n
}
