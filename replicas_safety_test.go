package main

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/access"
	"parley/storage/storagetest"
)

// twoServers starts two servers on one Postgres.
func twoServers(t *testing.T, more env) (here, there, key string) {
	t.Helper()
	e := environment(t, storagetest.Postgres)
	key = access.NewKey()
	e["PARLEY_ADMIN_KEY"] = key
	maps.Copy(e, more)
	here, _, _ = startServer(t, e)
	e = maps.Clone(e)
	e["PARLEY_DATA"] = t.TempDir()
	there, _, _ = startServer(t, e)
	return here, there, key
}

// What a key has asked one server for is missing at the other: over both it gets one allowance, and not one at each.
func TestReplicasShareRates(t *testing.T) {
	t.Parallel()
	here, there, key := twoServers(t, env{"PARLEY_KEY_RATE": "100"})
	const query10 = `{ a: viewer { role } b: viewer { role } c: viewer { role } d: viewer { role } e: viewer { role } f: viewer { role } g: viewer { role } h: viewer { role } i: viewer { role } j: viewer { role } }`
	for i := range 9 {
		if text := query(t, here, key, query10); strings.Contains(text, "errors") {
			t.Fatalf("%d: %s", i, text)
		}
	}
	// Alone it would take ten. Reports go out five times a second.
	for accepted := 0; ; accepted++ {
		text := query(t, there, key, query10)
		if strings.Contains(text, "RATE_LIMITED") {
			t.Logf("the other server refuses after %d", accepted)
			break
		}
		if accepted == 7 {
			t.Fatalf("the other server knows nothing of 90 root fields of 100: %s", text)
		}
		time.Sleep(200 * time.Millisecond)
	}
	if text := query(t, here, key, query10); !strings.Contains(text, "RATE_LIMITED") {
		t.Errorf("here: %s", text)
	}
}

// A key that is revoked at one server hears nothing more at the other within a second, by whatever it listens.
func TestRevocationEndsStreamsAtTheOtherReplica(t *testing.T) {
	t.Parallel()
	here, there, key := twoServers(t, nil)
	made := query(t, here, key, `mutation { createApiKey(input: {name: "k", role: OPERATOR}) { key apiKey { id } } }`)
	operator, keyID := regexp.MustCompile(`prl_[\w-]+`).FindString(made), idIn(t, made, "key_")
	agent := idIn(t, query(t, here, key, `mutation { createAgent(input: {name: "A"}) { agent { id } } }`), "agt_")
	thread := idIn(t, query(t, here, key, fmt.Sprintf(`mutation { createThread(input: {agentId: %q, channel: "web"}) { thread { id } } }`, agent)), "thr_")
	cursor := regexp.MustCompile(`"cursor":"([^"]+)"`).FindStringSubmatch(query(t, here, key, fmt.Sprintf(`{ thread(id: %q) { cursor } }`, thread)))[1]

	events := listen(t, there, operator, thread, cursor)
	socket := openSocket(t, there, operator)
	query(t, here, key, fmt.Sprintf(`mutation { addTag(input: {threadId: %q, tag: "a"}) { thread { id } } }`, thread))
	next(t, events, "tag.added")

	ended := make(chan time.Time, 2)
	go func() {
		for range events { // until it is closed
		}
		ended <- time.Now()
	}()
	code := make(chan websocket.StatusCode, 1)
	go func() {
		_, _, err := socket.Read(t.Context())
		for err == nil {
			_, _, err = socket.Read(t.Context())
		}
		code <- websocket.CloseStatus(err)
		ended <- time.Now()
	}()
	if text := query(t, here, key, fmt.Sprintf(`mutation { revokeApiKey(input: {id: %q}) { apiKey { id } } }`, keyID)); strings.Contains(text, "errors") {
		t.Fatal(text)
	}
	revoked := time.Now()
	for range 2 {
		select {
		case at := <-ended:
			t.Logf("ended after %v", at.Sub(revoked))
			if at.Sub(revoked) > time.Second+revocationSlack {
				t.Errorf("a stream outlived its key by %v", at.Sub(revoked))
			}
		case <-time.After(10 * time.Second):
			t.Fatal("a stream goes on without its key")
		}
	}
	if got := <-code; got != 4403 {
		t.Errorf("the socket was closed with %d", got)
	}
}

// revocationSlack is what a busy machine and the race detector may add to a second.
const revocationSlack = time.Second
