package dialogue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"parley/dialogue/model"
	"parley/ent/providercredential"
	"parley/eventlog"
	"parley/invalid"
	"parley/outbound"
)

// CredentialTest is what came of a try of a credential.
type CredentialTest struct {
	Reachable bool
	Error     string // why not, for an admin; without the key
	Status    int    // HTTP status of a refusal; 0 if there was none
	Models    *int   // how many models the provider lists; nil if the list was not asked for or there is none
	Answer    string // what the model said, if one was asked
	Ms        int64  // how long it took, in milliseconds
}

const (
	// testWithin bounds a try of a credential.
	testWithin = 10 * time.Second
	// testTokens is more than a model needs to say that it is there.
	testTokens  = 64
	maxTestText = 500 // characters of an answer that are told
	maxToldText = 300 // characters of a provider's words for a failure that are told
)

// TestCredential tries a credential as it is stored, enabled or not, and tells what came of it: it reads the list of the
// provider's models, or, where there is none or modelName is given, asks a model for two words, which costs a few
// tokens. It blocks for ten seconds at most, changes nothing and is not tried again; a repetition of the same
// clientMutationId returns the first outcome. The error is ent's NotFoundError for an unknown id.
func (s *Service) TestCredential(ctx context.Context, credentialID string, modelName *string) (CredentialTest, error) {
	if t, seen, err := eventlog.Remembered[CredentialTest](ctx, s.log); seen || err != nil {
		return t, err
	}
	if modelName != nil {
		var bad invalid.Error
		if bad.Text("model", *modelName, 1, maxName); bad.Err() != nil {
			return CredentialTest{}, bad.Err()
		}
	}
	c, err := s.log.Client().ProviderCredential.Query().Where(providercredential.ID(credentialID)).Only(ctx)
	if err != nil {
		return CredentialTest{}, err
	}
	var t CredentialTest
	began := time.Now()
	key, err := s.own.open(c)
	if err == nil {
		var p model.Provider
		if p, err = s.own.fresh(c); err == nil {
			defer closeProvider(p)
			err = t.try(ctx, p, modelName)
		}
	} else {
		err = errors.New("the stored key cannot be read with this server's PARLEY_SECRET_KEY: give it again")
	}
	if ctx.Err() != nil {
		return CredentialTest{}, ctx.Err()
	}
	t.Reachable, t.Ms = err == nil, time.Since(began).Milliseconds()
	if err != nil {
		var failure *model.Error
		if errors.As(err, &failure) {
			t.Status = failure.Status
		}
		t.Error = tellable(err, key)
	}
	return eventlog.WriteOnce(ctx, s.log, func(context.Context, *eventlog.Tx) (CredentialTest, error) { return t, nil })
}

// try lists the models of a provider, or asks one.
func (t *CredentialTest) try(ctx context.Context, p model.Provider, modelName *string) (err error) {
	defer recoverProvider(&err)
	ctx, cancel := context.WithTimeout(ctx, testWithin)
	defer cancel()
	if l, ok := p.(model.Lister); ok && modelName == nil {
		infos, err := l.Models(ctx)
		var failure *model.Error
		if !errors.As(err, &failure) || failure.Kind != model.Retired { // else it has no list
			if n := len(infos); err == nil {
				t.Models = &n
			}
			return err
		}
	}
	question := model.Request{
		System: "This is a test of the connection.", MaxOutputTokens: testTokens, Now: time.Now(),
		Messages: []model.Message{{Role: model.User, Parts: []model.Part{{Text: "Say: I am here."}}}},
	}
	if modelName != nil {
		question.Model = *modelName
	}
	for ev, err := range p.Generate(ctx, question) {
		if err != nil {
			return err
		}
		if ev.End == nil {
			continue
		}
		var said strings.Builder
		for _, part := range ev.End.Message.Parts {
			said.WriteString(part.Text)
		}
		t.Answer = clipped(clean(said.String()), maxTestText)
		return nil
	}
	return &model.Error{Kind: model.KindCut, Err: errors.New("the answer ended without an end")}
}

// recoverProvider turns a panic of a provider into an error.
func recoverProvider(err *error) {
	if p := recover(); p != nil {
		*err = &model.Error{Kind: model.Overloaded, Err: fmt.Errorf("the provider panicked: %v", p)}
	}
}

// tellable puts a failure of a workspace's own provider into words for its admin: the provider's own words, but neither
// the key nor what is known of addresses.
func tellable(err error, key string) string {
	var refused *outbound.RefusedError
	var badURL *outbound.URLError
	var failure *model.Error
	switch {
	case errors.As(err, &refused):
		return "the address may not be called from this server: " + refused.Reason
	case errors.As(err, &badURL):
		return badURL.Error()
	case !errors.As(err, &failure):
		return told(err, key)
	case failure.Status == 0 && failure.Kind == model.Overloaded:
		return "no connection could be made, or it broke off"
	case failure.Status == 0 && (failure.Kind == model.Timeout || failure.Kind == model.KindCut):
		return "the provider did not answer in time"
	}
	status := ""
	if failure.Status != 0 {
		status = fmt.Sprintf(" (HTTP %d)", failure.Status)
	}
	return sentence(failure) + status + ": " + told(failure.Err, key)
}

func told(err error, key string) string {
	text := err.Error()
	if key != "" {
		text = strings.ReplaceAll(text, key, "[redacted]")
	}
	return clipped(clean(text), maxToldText)
}

// clipped cuts a text to a number of characters.
func clipped(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}
