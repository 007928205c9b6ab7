package delivery_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"parley/delivery"
	"parley/ent/attempt"
	entdelivery "parley/ent/delivery"
	"parley/ent/event"
	"parley/eventlog"
	"parley/outbound"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestAnEventArrivesSigned(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{Version: "1.2", Poll: time.Hour}) // woken by the commit alone
		rec := receive(t, func(w http.ResponseWriter, _ *http.Request, _ got, _ int) { w.Write([]byte("thanks\x00\xff")) })
		made := f.integration(t, delivery.Input{URL: rec.URL + "/hook?x=1"})
		f.start(t)
		thread := f.thread(t)
		f.say(t, thread, "hello <b>")
		eventually(t, "a delivery is done", func() bool { return f.deliveries(made.ID)[0].State == entdelivery.StateDONE })

		g := rec.all()[0]
		ev := db.Client.Event.Query().Where(event.Type(eventlog.MessageCreated)).OnlyX(f.ctx)
		if string(g.body) != ev.Body {
			t.Errorf("body %s\nwant %s", g.body, ev.Body)
		}
		if err := outbound.Verify(g.header, g.body, time.Now(), 0, made.Secret); err != nil {
			t.Errorf("our verifier: %v", err)
		}
		oracle, err := standardwebhooks.NewWebhook(made.Secret.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		if err := oracle.Verify(g.body, g.header); err != nil {
			t.Errorf("the reference library: %v", err)
		}
		for name, want := range map[string]string{
			"Content-Type": "application/json", "User-Agent": "Parley-Webhooks/1.2", "Webhook-Attempt": "1", "Webhook-Id": ev.ID,
		} {
			if have := g.header.Get(name); have != want {
				t.Errorf("%s: %q, want %q", name, have, want)
			}
		}
		d := f.deliveries(made.ID)[0]
		if d.Attempts != 1 || d.Tries != 0 || d.FinishedAt == nil || d.LeaseUntil != nil {
			t.Errorf("delivery %+v", d)
		}
		a := f.attempts(d.ID)[0]
		if a.Outcome != attempt.OutcomeSUCCEEDED || *a.Status != 200 || a.Answer != "thanks\uFFFD\uFFFD" || a.TotalUs <= 0 || a.RemoteAddress == "" {
			t.Errorf("attempt %+v", a)
		}
		in := f.health(made.ID)
		if in.LastSuccessAt == nil || in.ConsecutiveFailures != 0 {
			t.Errorf("integration %+v", in)
		}
	})
}

func TestRotationSignsWithEveryLiveSecret(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, nil)
		made := f.integration(t, delivery.Input{URL: rec.URL})
		secrets := []outbound.Secret{made.Secret}
		rotate := func(overlap time.Duration) {
			t.Helper()
			r, err := f.RotateSecret(f.ctx, made.ID, overlap)
			if err != nil {
				t.Fatal(err)
			}
			secrets = append(secrets, r.Secret)
		}
		// valid tests with a delivery which of the secrets sign.
		valid := func(want ...bool) {
			t.Helper()
			if o, err := f.TestIntegration(f.ctx, made.ID, ""); err != nil || o.Result != attempt.OutcomeSUCCEEDED {
				t.Fatalf("%+v, %v", o, err)
			}
			all := rec.all()
			g := all[len(all)-1]
			for i, s := range secrets {
				if ok := outbound.Verify(g.header, g.body, time.Now(), 0, s) == nil; ok != want[i] {
					t.Errorf("secret %d signs: %t, want %t", i, ok, want[i])
				}
			}
		}
		valid(true)
		rotate(delivery.DefaultOverlap)
		valid(true, true)
		rotate(time.Hour)
		valid(true, true, true)
		rotate(time.Hour) // three at most
		valid(false, true, true, true)
		rotate(0)
		valid(false, false, false, false, true)
		if n := db.Client.Secret.Query().CountX(f.ctx); n != 1 {
			t.Errorf("%d secrets are kept, want 1", n)
		}
		rotate(30 * ms)
		eventually(t, "the overlap ends", func() bool {
			_, _ = f.TestIntegration(f.ctx, made.ID, "")
			all := rec.all()
			g := all[len(all)-1]
			return outbound.Verify(g.header, g.body, time.Now(), 0, secrets[4]) != nil && outbound.Verify(g.header, g.body, time.Now(), 0, secrets[5]) == nil
		})
		for _, row := range db.Client.Secret.Query().AllX(f.ctx) {
			if slices.Contains([]string{secrets[4].Reveal(), secrets[5].Reveal()}, string(row.Ciphertext)) {
				t.Error("a secret is stored in clear")
			}
		}
	})
}

func TestAsymmetricIntegrationsSignTwice(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, nil)
		made := f.integration(t, delivery.Input{URL: rec.URL, Asymmetric: true})
		publics := func() []string {
			t.Helper()
			keys, err := f.PublicKeys(f.ctx, made.ID)
			if err != nil {
				t.Fatal(err)
			}
			return keys
		}
		update := func(asymmetric bool) {
			t.Helper()
			if _, err := f.UpdateIntegration(f.ctx, made.ID, delivery.Update{Asymmetric: &asymmetric}); err != nil {
				t.Fatal(err)
			}
		}
		rotate := func(overlap time.Duration) {
			t.Helper()
			if _, err := f.RotateSecret(f.ctx, made.ID, overlap); err != nil {
				t.Fatal(err)
			}
		}
		// check tests with a delivery that the header has the versions, and that exactly the keys listed verify it.
		var seen []string
		check := func(versions string) {
			t.Helper()
			for _, key := range publics() {
				if !slices.Contains(seen, key) {
					seen = append(seen, key)
				}
			}
			if o, err := f.TestIntegration(f.ctx, made.ID, ""); err != nil || o.Result != attempt.OutcomeSUCCEEDED {
				t.Fatalf("%+v, %v", o, err)
			}
			all := rec.all()
			g := all[len(all)-1]
			var got []string
			for _, s := range strings.Fields(g.header.Get("webhook-signature")) {
				version, _, _ := strings.Cut(s, ",")
				got = append(got, version)
			}
			if strings.Join(got, " ") != versions {
				t.Errorf("signatures %v, want %s", got, versions)
			}
			for _, text := range seen {
				key, err := outbound.ParsePublicKey(text)
				if err != nil {
					t.Fatal(err)
				}
				if ok := outbound.Verify(g.header, g.body, time.Now(), 0, key) == nil; ok != slices.Contains(publics(), text) {
					t.Errorf("%s verifies: %t, its integration has %v", text, ok, publics())
				}
			}
		}
		check("v1 v1a")
		update(true) // as it is: the key stays
		rotate(time.Hour)
		check("v1 v1 v1a v1a")
		if len(seen) != 2 || publics()[0] != seen[1] || publics()[1] != seen[0] {
			t.Errorf("public keys %v, want those of %v, newest first", publics(), seen)
		}
		rotate(time.Hour)
		rotate(time.Hour) // three of each at most
		check("v1 v1 v1 v1a v1a v1a")
		rotate(0)
		check("v1 v1a")
		rotate(30 * ms)
		eventually(t, "the overlap ends", func() bool { return len(publics()) == 1 })
		check("v1 v1a")
		for _, row := range db.Client.Secret.Query().AllX(f.ctx) {
			if strings.Contains(string(row.Ciphertext), "whsk_") || strings.Contains(row.Name, "whsk_") {
				t.Errorf("a private key is stored in clear: %s", row.Name)
			}
		}
		if keys, err := f.PublicKeys(f.ctx, made.ID); err != nil || len(keys) != 1 {
			t.Errorf("%v, %v", keys, err)
		}
		_, other := workspace(t, db)
		if keys, err := f.PublicKeys(other, made.ID); err != nil || len(keys) != 0 {
			t.Errorf("another workspace reads %v, %v", keys, err)
		}
		update(false)
		if len(publics()) != 0 {
			t.Errorf("keys %v are left", publics())
		}
		check("v1")
		update(true)
		check("v1 v1a")
		if _, err := f.DeleteIntegration(f.ctx, made.ID); err != nil || db.Client.Secret.Query().CountX(f.ctx) != 0 {
			t.Errorf("secrets are left, %v", err)
		}
	})
}

func TestSamplesOfEveryType(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, nil)
		made := f.integration(t, delivery.Input{URL: rec.URL})
		if _, err := f.UpdateIntegration(f.ctx, made.ID, delivery.Update{State: &disabled}); err != nil {
			t.Fatal(err)
		}
		for i, eventType := range delivery.Types() {
			o, err := f.TestIntegration(f.ctx, made.ID, eventType)
			if err != nil || o.Result != attempt.OutcomeSUCCEEDED || o.Status != 200 {
				t.Fatalf("%s: %+v, %v", eventType, o, err)
			}
			g := rec.all()[i]
			if err := outbound.Verify(g.header, g.body, time.Now(), 0, made.Secret); err != nil {
				t.Errorf("%s: %v", eventType, err)
			}
			var body struct {
				ID, Type string
				Data     map[string]any
			}
			if err := json.Unmarshal(g.body, &body); err != nil || body.Type != eventType || g.header.Get("Webhook-Test") != "true" || string(o.Body) != string(g.body) {
				t.Errorf("%s: %s, %v", eventType, g.body, err)
			}
			marked := body.Data["channel"] == "test" || body.Data["reason"] == "This is a test."
			if !marked || body.ID != g.header.Get("Webhook-Id") {
				t.Errorf("%s is not marked as a test: %s", eventType, g.body)
			}
			if _, err := delivery.Sample(eventType); err != nil {
				t.Error(err)
			}
		}
		if n := db.Client.Attempt.Query().CountX(f.ctx); n != 0 {
			t.Errorf("tests left %d attempts", n)
		}
	})
}
