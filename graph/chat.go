package graph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"parley/dialogue"
	"parley/ent"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/graph/gql"
	"parley/invalid"
	"parley/rate"
)

// minChatID is the least length of the clientMutationId of `startChat`, whose repetition gives the token away again.
const minChatID = 16

// startChat answers `startChat`, whoever asks.
func (r *Resolver) startChat(ctx context.Context, in gql.StartChatInput) (*gql.StartChatPayload, error) {
	caller, now := address(ctx), time.Now()
	if _, err := r.visitors.Take(rate.Address, caller, rate.Amount{Fields: 1}, now); err != nil {
		return nil, err
	}
	a, err := r.dialogue.PublicAgent(ctx, in.AgentID)
	if err != nil {
		return nil, err
	}
	if _, err := r.chats.Take(rate.Address, a.WorkspaceID, rate.Amount{Fields: 1}, now); err != nil {
		return nil, err
	}
	ctx, err = chatOnce(viewer.WorkerContext(ctx, a.WorkspaceID, "start chat"), caller, in)
	if err != nil {
		return nil, err
	}
	done, err := r.dialogue.StartChat(ctx, dialogue.ChatInput{AgentID: a.ID, Name: in.Name, Metadata: in.Metadata})
	if err != nil {
		return nil, err
	}
	token, err := r.access.VisitorToken(a.WorkspaceID, done.ThreadID, ms.Now())
	return &gql.StartChatPayload{
		ClientMutationID: in.ClientMutationID, ThreadID: done.ThreadID, Token: &gql.ThreadToken{Token: token.Token.Reveal(), ExpiresAt: token.Expires},
	}, err
}

// chatOnce makes a chat with a clientMutationId repeatable, from the same address. Whoever guesses the id of another visitor there
// would get that visitor's thread.
func chatOnce(ctx context.Context, caller string, in gql.StartChatInput) (context.Context, error) {
	if in.ClientMutationID == nil {
		return ctx, nil // there is nothing to repeat
	}
	var bad invalid.Error
	if bad.Text("clientMutationId", *in.ClientMutationID, minChatID, maxMutationID); bad.Err() != nil {
		return ctx, bad.Err()
	}
	input, err := json.Marshal(in)
	if err != nil {
		return ctx, err
	}
	sum := sha256.Sum256(input)
	return eventlog.WithOnce(ctx, eventlog.Once{Viewer: "visitor at " + caller, Name: "startChat", ID: *in.ClientMutationID, InputHash: hex.EncodeToString(sum[:])}), nil
}

// chatOf is how the chat page of an agent looks.
func chatOf(a *ent.Agent) (*gql.ChatSettings, error) {
	c, err := dialogue.ChatSettingsOf(a)
	return &gql.ChatSettings{Title: c.Title, Greeting: c.Greeting, Placeholder: c.Placeholder, AccentColor: c.AccentColor}, err
}

func chatIn(in *gql.ChatSettingsInput) *dialogue.ChatSettings {
	if in == nil {
		return nil
	}
	return &dialogue.ChatSettings{Title: in.Title, Greeting: in.Greeting, Placeholder: in.Placeholder, AccentColor: in.AccentColor}
}

// suggestReply answers `suggestReply`.
func (r *Resolver) suggestReply(ctx context.Context, in gql.SuggestReplyInput) (*gql.SuggestReplyPayload, error) {
	got, err := r.dialogue.SuggestReply(ctx, in.ThreadID, textOf(in.Instruction))
	if err != nil {
		return nil, err
	}
	prices, err := r.prices(ctx)
	if err != nil {
		return nil, err
	}
	return &gql.SuggestReplyPayload{
		ClientMutationID: in.ClientMutationID, Text: got.Text, Model: got.Model, Usage: usageOf(got.Usage, prices.Cost(got.Model, ms.Now(), got.Usage)),
	}, nil
}
