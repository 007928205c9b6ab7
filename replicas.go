package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/ent"
	"parley/ent/setting"
	"parley/eventlog"
	"parley/graph"
	"parley/live"
	"parley/rate"
	"parley/replica"
)

// replicas is what joins this server to the others of its installation.
type replicas struct {
	texts  graph.LiveText // where models write to
	people *live.Presences
	reads  *live.Reads
	rates  *rate.Meter
	run    func(context.Context) error
	close  func()
}

// The topics of hints: texts that are being written, who is there, what operators read, and what callers have asked for.
const (
	textHints     = "text"
	presenceHints = "presence"
	readHints     = "read"
	rateHints     = "rate"
)

// joinReplicas joins the others over NATS if it is configured, and over Postgres otherwise. A server on an embedded database
// has no others.
func (a *app) joinReplicas(ctx context.Context, c Config, texts *live.Hub, logger *slog.Logger) (*replicas, error) {
	r := &replicas{run: func(context.Context) error { return nil }, close: func() {}}
	if c.embedded() {
		r.people, r.reads, r.rates = live.NewPresences(nil), live.NewReads(nil), rate.New(c.Rates, nil)
		r.texts = graph.LiveText{To: texts, People: r.people}
		return r, nil
	}
	var carrier replica.Carrier = replica.NewPostgres(a.db.SQL, a.db.Address())
	if c.NATS != "" {
		subject, err := a.subject(ctx)
		if err != nil {
			return nil, err
		}
		n, err := replica.NewNATS(c.NATS, subject)
		if err != nil {
			return nil, err
		}
		carrier, r.close = n, n.Close
	}
	var relay *live.Relay
	bus := replica.New(carrier, replica.Handlers{
		Wake: func(w replica.Wake) {
			a.log.Woken(eventlog.Wake{Workspace: w.Workspace, Shards: w.Shards, Attempts: w.Attempts})
		},
		Hint: func(topic string, data []byte) {
			switch topic {
			case textHints:
				relay.Heard(data)
			case presenceHints:
				r.people.Heard(data, time.Now())
			case readHints:
				r.reads.Heard(data)
			case rateHints:
				r.rates.Heard(data, time.Now())
			}
		},
		Lost: a.log.Unsure,
	}, logger)
	relay = live.NewRelay(texts, func(data []byte) { bus.Hint(textHints, data) }, bus.Alone)
	r.people = live.NewPresences(func(data []byte) { bus.Hint(presenceHints, data) })
	r.reads = live.NewReads(func(data []byte) { bus.Hint(readHints, data) })
	r.rates = rate.New(c.Rates, func(data []byte) { bus.Hint(rateHints, data) })
	r.texts = graph.LiveText{To: relay, People: r.people}
	r.run = func(ctx context.Context) error {
		defer a.log.OnWake(func(w eventlog.Wake) {
			if !w.Elsewhere && (w.Shards != 0 || w.Attempts) {
				bus.Wake(replica.Wake{Workspace: w.Workspace, Shards: w.Shards, Attempts: w.Attempts})
			}
		})()
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error { return bus.Run(ctx) })
		group.Go(func() error { return relay.Run(ctx) })
		group.Go(func() error { return r.rates.Run(ctx) })
		return group.Wait()
	}
	return r, nil
}

// natsSubject is the setting that holds the subject since the secret key was changed, by which it was named at first.
const natsSubject = "nats_subject"

// subject names the NATS subject of this installation: no other one that uses the same NATS servers has it.
func (a *app) subject(ctx context.Context) (string, error) {
	kept, err := a.db.Client.Setting.Query().Where(setting.ID(natsSubject)).Only(ctx)
	if err == nil {
		return kept.Value, nil
	}
	if !ent.IsNotFound(err) {
		return "", fmt.Errorf("name the subject of this installation: %w", err)
	}
	row, err := a.db.Client.Setting.Query().Where(setting.ID(secretKeyCheck)).Only(ctx)
	if err != nil {
		return "", fmt.Errorf("name the subject of this installation: %w", err)
	}
	sum := sha256.Sum256([]byte("nats subject " + row.Value))
	return "parley." + hex.EncodeToString(sum[:16]), nil
}
