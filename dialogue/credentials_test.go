package dialogue_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/providercredential"
	"parley/ent/step"
	"parley/invalid"
	"parley/seal"
	"parley/storage"
	"parley/storage/storagetest"
)

// vendor makes providers of credentials, and knows what became of them.
type vendor struct {
	mu           sync.Mutex // protects the fields below
	open, closed int
	keys         []string // that were asked with, in order
	histories    []string // of each question: who made the messages of the model, and whether it came with its bytes
}

type vended struct {
	v *vendor
	c dialogue.Credential
}

func (v *vendor) make(c dialogue.Credential, _ *http.Client) (model.Provider, error) {
	if c.Kind != providercredential.KindOPENAI {
		return nil, dialogue.ErrNoKind
	}
	if strings.Contains(c.BaseURL, "impossible") {
		return nil, errors.New("there is no such place for " + c.Key.Reveal())
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.open++
	return vended{v, c}, nil
}

func (p vended) Generate(_ context.Context, r model.Request) iter.Seq2[model.Event, error] {
	p.v.mu.Lock()
	p.v.keys = append(p.v.keys, p.c.Key.Reveal())
	for _, m := range r.Messages {
		if m.Role == model.Model {
			p.v.histories = append(p.v.histories, fmt.Sprintf("%s %t", m.Provider, len(m.Parts[0].Wire) > 0))
		}
	}
	p.v.mu.Unlock()
	part := model.Part{Text: "own", Wire: []byte(`{"text":"own"}`)}
	return always(func(context.Context, model.Request) model.End { return ended(part) }).Generate(context.Background(), r)
}

func (p vended) Close() {
	p.v.mu.Lock()
	defer p.v.mu.Unlock()
	p.v.closed++
}

func (v *vendor) left() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.open - v.closed
}

func (v *vendor) lastKey() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.keys) == 0 {
		return ""
	}
	return v.keys[len(v.keys)-1]
}

func (v *vendor) set(o *dialogue.Options) { o.Make = v.make }

func (w *world) credential(name, key string, change ...func(*dialogue.CredentialInput)) string {
	w.t.Helper()
	in := dialogue.CredentialInput{Name: name, Kind: providercredential.KindOPENAI, Key: ptr(seal.Hide(key))}
	for _, c := range change {
		c(&in)
	}
	done, err := w.s.CreateCredential(w.ctx, in)
	w.must(err)
	return done.ID
}

func models(names ...string) func(*dialogue.AgentInput) {
	return func(in *dialogue.AgentInput) { in.Models = &names }
}

// lastAnswer waits until a thread has n ended turns, and returns who answered last and why the turn ended.
func (w *world) lastAnswer(threadID string, n int) string {
	w.t.Helper()
	last := w.turns(threadID, n)[n-1]
	st, err := w.db.Client.Step.Query().Where(step.TurnID(last.ID)).Only(w.ctx)
	if ent.IsNotFound(err) {
		return last.Reason.String() + " " + last.ReasonText
	}
	w.must(err)
	return last.Reason.String() + " " + st.Provider + "/" + st.Model
}

func TestAWorkspaceUsesItsOwnProvider(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		v := &vendor{}
		w := newWorld(t, db, always(says("server's")), v.set)
		acme := w.credential("acme", "sk-first-key-of-acme")
		th := w.thread(w.agent(models("acme/x", "fake/one")), "hello")
		equal(t, "by its own", w.lastAnswer(th, 1), "ANSWERED acme/x")
		equal(t, "with the key", v.lastKey(), "sk-first-key-of-acme")

		// A new key holds from the next step on, and what the same credential's vendor said comes back to it.
		_, err := w.s.UpdateCredential(w.ctx, acme, dialogue.CredentialInput{Key: ptr(seal.Hide("sk-second-key-of-acme"))})
		w.must(err)
		w.say(th, "again")
		equal(t, "by its own", w.lastAnswer(th, 2), "ANSWERED acme/x")
		equal(t, "with the new key", v.lastKey(), "sk-second-key-of-acme")
		equal(t, "what it read", v.histories, []string{acme + " true"})
		equal(t, "providers left open", v.left(), 1)

		// Disabled and deleted it is as if it were not there.
		_, err = w.s.UpdateCredential(w.ctx, acme, dialogue.CredentialInput{Enabled: ptr(false)})
		w.must(err)
		w.say(th, "and again")
		equal(t, "while it is disabled", w.lastAnswer(th, 3), "ANSWERED fake/one")
		only := w.agent(models("acme"))
		_, err = w.s.DeleteCredential(w.ctx, acme)
		w.must(err)
		equal(t, "deleted", w.lastAnswer(w.thread(only, "hello"), 1), "FAILED none of the agent's models has a provider that can be used")

		// Another one of the same name is another one.
		again := w.credential("acme", "sk-third-key-of-acme")
		w.say(th, "once more")
		equal(t, "by its own", w.lastAnswer(th, 4), "ANSWERED acme/x")
		if v.mu.Lock(); slices.Contains(v.histories[1:], acme+" true") || slices.ContainsFunc(v.histories[1:], func(h string) bool { return strings.HasPrefix(h, again) }) {
			t.Errorf("the new provider reads what the old one said as its own: %q", v.histories)
		}
		v.mu.Unlock()
		w.stop()
		equal(t, "providers left open at the end", v.left(), 0)
	})
}

// A change is in force on every replica, not only on the one that made it.
func TestAnotherReplicaTakesTheNewKey(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		v := &vendor{}
		w := newWorld(t, db, always(says("server's")), v.set)
		acme := w.credential("acme", "sk-first-key-of-acme")
		th := w.thread(w.agent(models("acme")), "hello")
		w.lastAnswer(th, 1)
		other := w.service(always(says("server's")), v.set) // makes the change; the first one runs the turns
		_, err := other.UpdateCredential(w.ctx, acme, dialogue.CredentialInput{Key: ptr(seal.Hide("sk-second-key-of-acme"))})
		w.must(err)
		n := 1
		w.until("the new key", func() bool {
			n++
			w.say(th, "hello again")
			w.lastAnswer(th, n)
			return v.lastKey() == "sk-second-key-of-acme"
		})
	})
}

func TestAnOwnProviderStandsForTheServersOfItsName(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		v := &vendor{}
		stranger := newWorld(t, db, always(says("server's")), v.set)
		stranger.stop() // the other engine runs the turns of both
		w := newWorld(t, db, always(says("server's")), v.set)
		own := w.credential("fake", "sk-of-the-workspace")

		th := w.thread(w.agent(), "hello") // by default fake/one
		equal(t, "by its own", w.lastAnswer(th, 1), "ANSWERED fake/one")
		equal(t, "with the key", v.lastKey(), "sk-of-the-workspace")
		elsewhere := stranger.thread(stranger.agent(), "hello")
		stranger.lastAnswer(elsewhere, 1)
		equal(t, "another workspace is answered by", stranger.said(elsewhere)[1], "AGENT server's")

		// Nor can another workspace name or change it.
		w.credential("acme", "sk-of-the-workspace")
		_, err := stranger.s.CreateAgent(stranger.ctx, dialogue.AgentInput{Name: ptr("A"), Models: &[]string{"acme/x"}})
		equal(t, "another workspace names it", wrong(err), "models.0")
		for what, err := range map[string]error{
			"update": second(stranger.s.UpdateCredential(stranger.ctx, own, dialogue.CredentialInput{Enabled: ptr(false)})),
			"delete": second(stranger.s.DeleteCredential(stranger.ctx, own)),
			"test":   second(stranger.s.TestCredential(stranger.ctx, own, nil)),
		} {
			if !ent.IsNotFound(err) {
				t.Errorf("%s by another workspace: %v", what, err)
			}
		}
		offered, err := stranger.s.OfferedProviders(stranger.ctx, true)
		w.must(err)
		equal(t, "offered to another workspace", fmt.Sprintf("%d %s %t", len(offered), offered[0].Name, offered[0].Credential == nil), "1 fake true")
	})
}

func second[T any](_ T, err error) error { return err }

// wrong names the bad fields of an input.
func wrong(err error) string {
	var bad *invalid.Error
	if !errors.As(err, &bad) {
		return fmt.Sprint(err)
	}
	var names []string
	for _, f := range bad.Fields {
		names = append(names, f.Field)
	}
	return strings.Join(names, " ")
}

func TestWhatACredentialMayBe(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		v := &vendor{}
		w := newWorld(t, db, always(says("ok")), v.set)
		const key = "sk-a-long-and-secret-key"
		id := w.credential("acme", key)
		row := w.db.Client.ProviderCredential.Query().OnlyX(w.ctx)
		if strings.Contains(string(row.Ciphertext), "secret") || row.KeyHint != "-key" || strings.Contains(fmt.Sprintf("%v %+v", row, row), "secret") {
			t.Errorf("the row is %v", row)
		}
		c := dialogue.Credential{ID: id, Kind: row.Kind, Key: seal.Hide(key)}
		if shown := fmt.Sprintf("%v %+v %#v %s", c, c, c, c); strings.Contains(shown, key) {
			t.Errorf("a credential prints as %s", shown)
		}
		openAI, gemini := providercredential.KindOPENAI, providercredential.KindGEMINI
		for _, tt := range []struct {
			in    dialogue.CredentialInput
			wrong string
		}{
			{dialogue.CredentialInput{Name: "acme", Kind: openAI, Key: ptr(seal.Hide(key))}, "name"},
			{dialogue.CredentialInput{Name: "Acme/x", Kind: openAI, Key: ptr(seal.Hide(key))}, "name"},
			{dialogue.CredentialInput{Name: "b", Kind: gemini, Key: ptr(seal.Hide(key))}, "kind"},
			{dialogue.CredentialInput{Name: "b", Kind: "OTHER"}, "kind key"},
			{dialogue.CredentialInput{Name: "b", Kind: openAI}, "key"},
			{dialogue.CredentialInput{Name: "b", Kind: openAI, Key: ptr(seal.Hide("a b"))}, "key"},
			{dialogue.CredentialInput{Name: "b", Kind: openAI, Key: ptr(seal.Hide(strings.Repeat("k", 4097)))}, "key"},
			{dialogue.CredentialInput{Name: "b", Kind: openAI, BaseURL: ptr("http://169.254.169.254/")}, "baseUrl"},
			{dialogue.CredentialInput{Name: "b", Kind: openAI, BaseURL: ptr("file:///etc/passwd")}, "baseUrl"},
			{dialogue.CredentialInput{Name: "b", Kind: openAI, BaseURL: ptr("https://impossible.example"), Key: ptr(seal.Hide(key))}, "baseUrl"},
			{dialogue.CredentialInput{Name: "b", Kind: openAI, Key: ptr(seal.Hide(key)), DefaultModel: ptr(strings.Repeat("m", 201))}, "defaultModel"},
			{dialogue.CredentialInput{Name: "b", Kind: openAI, BaseURL: ptr("https://models.example/v1")}, "<nil>"}, // some need no key
		} {
			_, err := w.s.CreateCredential(w.ctx, tt.in)
			equal(t, fmt.Sprintf("%s %s", tt.in.Name, tt.in.Kind), wrong(err), tt.wrong)
			if err != nil && strings.Contains(err.Error(), key) {
				t.Errorf("the key is in %v", err)
			}
		}
		// The key stays where it was given for.
		elsewhere := dialogue.CredentialInput{BaseURL: ptr("https://attacker.example/v1")}
		equal(t, "a new address alone", wrong(second(w.s.UpdateCredential(w.ctx, id, elsewhere))), "key")
		elsewhere.Key = ptr(seal.Hide("sk-another-key"))
		equal(t, "with a key", wrong(second(w.s.UpdateCredential(w.ctx, id, elsewhere))), "<nil>")
		equal(t, "no key", wrong(second(w.s.UpdateCredential(w.ctx, id, dialogue.CredentialInput{Key: ptr(seal.Hide(""))}))), "<nil>")
		for n := 2; n < dialogue.MaxCredentials; n++ {
			w.credential(fmt.Sprint("n", n), key)
		}
		equal(t, "one too many", wrong(second(w.s.CreateCredential(w.ctx, dialogue.CredentialInput{Name: "more", Kind: openAI, Key: ptr(seal.Hide(key))}))), "name")
		w.stop()
		equal(t, "providers left open", v.left(), 0)
	})
}

func TestADryRunUsesTheWorkspacesProvider(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		v := &vendor{}
		w := newWorld(t, db, always(says("server's")), v.set, scratch(t))
		w.credential("acme", "sk-first-key-of-acme")
		w.price("acme/*", "2", "4")
		got, err := w.s.TestAgent(w.ctx, dialogue.DryRunInput{AgentID: w.agent(models("acme/x")), Text: "hello", Functions: dialogue.RefuseFunctions})
		w.must(err)
		var told []string
		for e, err := range w.s.FollowDryRun(w.ctx, got.ID) {
			w.must(err)
			switch {
			case e.Step != nil:
				told = append(told, e.Step.Model+" "+e.Step.Cost.Amount())
			case e.Message != nil:
				told = append(told, e.Message.Text)
			case e.End != nil:
				told = append(told, e.End.Reason+" "+e.End.Cost.Amount())
			}
		}
		equal(t, "the run", told, []string{"acme/x 0.00004", "own", "ANSWERED 0.00004"})
	})
}
