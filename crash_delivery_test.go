package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"parley/access"
	"parley/seal"
	"parley/storage/storagetest"
)

// What is delivered while the servers are killed: 1,000 messages to 20 endpoints.
const (
	deliveryThreads   = 40
	deliveryMessages  = 1_000
	deliveryEndpoints = 20
)

// deliveryKills is how often a server is killed for each case.
func deliveryKills() int {
	if os.Getenv("PARLEY_SOAK") != "" {
		return 200
	}
	return 20
}

// TestCrashWhileDelivering kills the server again and again while webhooks are delivered to endpoints that fail now and then,
// and holds what they saw against what the API says.
func TestCrashWhileDelivering(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) { crashWhileDelivering(t, newDeliverer(t, e)) })
}

// TestCrashOfServersThatDeliver kills one of two servers on one database each time.
func TestCrashOfServersThatDeliver(t *testing.T) {
	t.Parallel()
	e := env{
		"PARLEY_DATA": t.TempDir(), "DATABASE_URL": storagetest.Postgres(t), "PARLEY_SECRET_KEY": seal.Generate(),
		"PARLEY_CHECK_SQL": "on", "PARLEY_ADMIN_KEY": access.NewKey(),
	}
	crashWhileDelivering(t, newDeliverer(t, e), newDeliverer(t, maps.Clone(e)))
}

// soonAgain has webhooks that a receiver refused tried again soon.
const soonAgain = "30ms,100ms,300ms,1s,1s,1s,1s,1s,1s,1s,1s"

// newDeliverer prepares a server that tries failed webhooks again soon.
func newDeliverer(t *testing.T, e env) *deadly {
	e["PARLEY_WEBHOOK_RETRIES"] = soonAgain
	return newDeadly(t, e)
}

func crashWhileDelivering(t *testing.T, servers ...*deadly) {
	begin, kills := time.Now(), deliveryKills()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 1))
	t.Logf("seed %d", seed)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute+time.Duration(kills)*5*time.Second)
	defer cancel()
	addresses := make([]string, len(servers))
	for i, d := range servers {
		addresses[i] = d.address
	}
	api := newCaller("deliver", servers[0].e["PARLEY_ADMIN_KEY"], addresses...)
	t.Cleanup(api.http.CloseIdleConnections)
	servers[0].start("") // makes the tables
	seen := newArrivals(t)
	threads, err := prepareDeliveries(ctx, api, seen)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range servers[1:] {
		d.start("")
	}
	written := make(chan error, 1)
	go func() { written <- writeMessages(ctx, api, threads, kills) }()
	for range kills {
		pause(ctx, time.Duration(50+random.IntN(900))*time.Millisecond)
		victim := servers[random.IntN(len(servers))]
		victim.kill()
		victim.start("")
	}
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	state, err := readDeliveries(ctx, api, threads, seen)
	if err != nil {
		t.Fatal(err)
	}
	faults, asides := seen.judge(state, kills)
	for _, fault := range faults[:min(len(faults), 20)] {
		t.Error(fault)
	}
	came, repeated := seen.count()
	t.Logf("%d kills, %d deliveries, %d requests, %d repeated after a success, %d stepped aside, in %v", kills, len(state.deliveries),
		came, repeated, asides, time.Since(begin).Round(time.Second))
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// prepareDeliveries makes the endpoints, of each ordering, and the threads, which are closed: no agent speaks in them.
func prepareDeliveries(ctx context.Context, api *caller, seen *arrivals) (threads []string, err error) {
	var made struct {
		Agent       struct{ ID string }
		Thread      struct{ ID string }
		Integration struct{ ID string }
		Secret      string
	}
	if err := api.mutate(ctx, "createAgent", map[string]any{"name": "Silent"}, "agent { id }", &made); err != nil {
		return nil, err
	}
	for i := range deliveryThreads {
		input := map[string]any{"agentId": made.Agent.ID, "channel": "crash", "externalId": fmt.Sprint("t", i), "customer": map[string]any{"externalId": fmt.Sprint("c", i)}}
		if err := api.mutate(ctx, "createThread", input, "thread { id }", &made); err != nil {
			return nil, err
		}
		threads = append(threads, made.Thread.ID)
		if err := api.mutate(ctx, "closeThread", map[string]any{"threadId": made.Thread.ID}, "thread { id }", &made); err != nil {
			return nil, err
		}
	}
	for i := range deliveryEndpoints {
		ordering := []string{"THREAD", "THREAD", "THREAD", "FIFO", "NONE"}[i%5]
		path := fmt.Sprint("/", ordering, "/", i)
		input := map[string]any{"name": path, "url": seen.url + path, "eventTypes": []string{"message.created"}, "ordering": ordering}
		if err := api.mutate(ctx, "createIntegration", input, "integration { id } secret", &made); err != nil {
			return nil, err
		}
		seen.endpoint(path, made.Integration.ID, ordering, made.Secret)
	}
	return threads, nil
}

// writeMessages sends all messages, of each thread in order, and repeats each until it is acknowledged. It takes about as
// long as the kills.
func writeMessages(ctx context.Context, api *caller, threads []string, kills int) error {
	errs := make([]error, len(threads))
	var g sync.WaitGroup
	for i, threadID := range threads {
		g.Go(func() {
			for n := range deliveryMessages / len(threads) {
				var sent struct{ Message struct{ ID string } }
				input := map[string]any{"threadId": threadID, "text": fmt.Sprint("message ", n)}
				if errs[i] = api.mutate(ctx, "sendMessage", input, "message { id }", &sent); errs[i] != nil {
					return
				}
				dawdle(60 * kills)
			}
		})
	}
	g.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
