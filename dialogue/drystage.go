package dialogue

import (
	"context"
	"net/http"

	"parley/ent"
	"parley/ent/message"
	"parley/ent/secret"
	"parley/eventlog"
	"parley/outbound"
)

// fill puts the agent with its functions and secrets on the stage, and the dialogue so far; the turn is then due.
func (g *stage) fill(ctx context.Context) (threadID string, err error) {
	job, client := g.job, g.s.log.Client()
	if err := client.Workspace.Create().SetID(job.workspace).SetName("dry run").SetHistory("dry run").Exec(ctx); err != nil {
		return "", err
	}
	if err := eventlog.MakeFeed(ctx, client, job.workspace); err != nil {
		return "", err
	}
	a := job.agent
	used, err := g.home.usedToday(ctx, a)
	if err != nil {
		return "", err
	}
	err = g.s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		create := tx.Client().Agent.Create().SetID(a.ID).SetWorkspaceID(a.WorkspaceID).SetName(a.Name).SetInstructions(a.Instructions).
			SetModels(a.Models).SetScript(a.Script).SetRegion(a.Region).SetOnBusy(a.OnBusy).SetQuietMs(0).SetMaxCalls(a.MaxCalls).
			SetMaxSteps(a.MaxSteps).SetMaxTurnTokens(a.MaxTurnTokens).SetMaxTurnSeconds(a.MaxTurnSeconds).SetFallbackText(a.FallbackText).
			SetAnswerSchema(a.AnswerSchema).SetTimeZone(a.TimeZone).SetNillableDailyTokens(a.DailyTokens)
		if err := create.Exec(ctx); err != nil {
			return err
		}
		// What the agent has used today counts for the run too.
		if err := tx.Client().TestUsage.Create().SetWorkspaceID(a.WorkspaceID).SetRunID(job.id).SetAgentID(a.ID).SetProvider("").SetModel("").
			SetInputTokens(used).Exec(ctx); err != nil {
			return err
		}
		for _, f := range a.Edges.Functions {
			row := *f
			// Nobody is there to approve: what is not really sent needs no approval, and what is, is refused.
			row.NeedsApproval = false
			create := tx.Client().Function.Create().SetID(f.ID).SetWorkspaceID(a.WorkspaceID).SetAgentID(a.ID).SetKind(f.Kind)
			store(&row, tx, create.Mutation())
			if err := create.Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	if err := g.copySecrets(ctx); err != nil {
		return "", err
	}
	made, err := g.s.CreateThread(ctx, ThreadInput{AgentID: a.ID, Customer: job.in.Customer, Channel: job.in.Channel, Metadata: job.in.Metadata})
	if err != nil {
		return "", err
	}
	err = g.s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		t, err := tx.Thread(ctx, made.ThreadID)
		if err != nil {
			return err
		}
		for _, m := range job.in.History {
			create := tx.Client().Message.Create().SetAuthor(m.Author).SetText(m.Text)
			if m.Author == message.AuthorOPERATOR {
				create.SetAuthorName("operator")
			}
			if _, err := t.AddMessage(ctx, create); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	_, err = g.s.SendMessage(ctx, MessageInput{ThreadID: made.ThreadID, Text: job.in.Text})
	return made.ThreadID, err
}

// copySecrets copies the secret headers as they are: they are bound to the workspace and to their own ids.
func (g *stage) copySecrets(ctx context.Context) error {
	for _, f := range g.job.agent.Edges.Functions {
		rows, err := g.home.log.Client().Secret.Query().Where(secret.OwnerID(f.ID)).All(ctx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			err := g.s.log.Client().Secret.Create().SetID(row.ID).SetWorkspaceID(row.WorkspaceID).SetOwnerID(row.OwnerID).SetKind(row.Kind).
				SetName(row.Name).SetCiphertext(row.Ciphertext).SetCreatedAt(row.CreatedAt).Exec(ctx)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// instead says what an HTTP function brings without being called; nil means that it is to be called.
func (g *stage) instead(f *ent.Function) *outcome {
	in := g.job.in
	var o outcome
	switch answer, canned := in.Canned[f.Name]; {
	case canned:
		header := http.Header{"Content-Type": {"application/json"}}
		o = read(f, &outbound.Response{Status: answer.Status, Header: header, Body: []byte(answer.Body)}, 0, nil)
	case in.Functions == CannedFunctions:
		o = refused("this is a dry run, and it has no answer for " + f.Name)
	case in.Functions == RefuseFunctions:
		o = refused("this is a dry run: functions are not called")
	case g.needsApproval(f.ID):
		o = refused("this is a dry run: nobody is there to approve the call")
	default:
		return nil
	}
	return &o
}

func (g *stage) needsApproval(functionID string) bool {
	for _, f := range g.job.agent.Edges.Functions {
		if f.ID == functionID {
			return f.NeedsApproval
		}
	}
	return false
}
