package eventlog_test

import (
	"context"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"parley/ent/message"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

// line is a network between a client and Postgres that can lose an answer.
type line struct {
	lose   atomic.Bool // the next answer, and its connection
	ended  sync.WaitGroup
	server string
}

// newLine returns a line and the address of the database over it.
func newLine(t *testing.T, address string) (*line, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l := &line{server: u.Host}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u.Host = listener.Addr().String()
	l.ended.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			l.ended.Go(func() { l.carry(client) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		l.ended.Wait()
	})
	return l, u.String()
}

func (l *line) carry(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := new(net.Dialer).DialContext(context.Background(), "tcp", l.server)
	if err != nil {
		return
	}
	pass := func(from, to net.Conn, answers bool) {
		defer func() { _, _ = from.Close(), to.Close() }()
		b := make([]byte, 64<<10)
		for {
			n, err := from.Read(b)
			if err != nil || answers && l.lose.CompareAndSwap(true, false) {
				return
			}
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
	}
	l.ended.Go(func() { pass(client, server, false) })
	pass(server, client, true)
}

// database/sql repeats a statement whose connection broke before the answer came. One that was a whole transaction may be committed
// by then: what it said must not be said twice.
func TestAWriteThatIsNotAnsweredIsNotRepeated(t *testing.T) {
	address := storagetest.Postgres(t)
	line, over := newLine(t, address)
	storagetest.OpenWith(t, address, storage.Options{}) // makes the tables
	db, err := storage.Open(t.Context(), over, storage.Options{Guard: true, MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	f := newFixture(t, db)
	db.Client.Integration.Create().SetName("all").SetURL("https://x.test").SetEventTypes([]string{"*"}).SaveX(f.ctx)
	r := &recalling{fixture: f, log: f.log}
	id := f.thread(t)
	for range 4 { // by then the statement is prepared
		if err := r.say(f.ctx, id, "x"); err != nil {
			t.Fatal(err)
		}
	}
	known, err := f.sayAssuming(id, "x", nil)
	if err != nil {
		t.Fatal(err)
	}
	before, sent := f.state(id), db.Client.Delivery.Query().CountX(f.ctx)

	line.lose.Store(true)
	err = f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		th, err := tx.AssumeKnown(ctx, known)
		if err != nil {
			return err
		}
		th.Remember("beside")
		th.Leave(&known)
		if err := th.LoadTags(ctx); err != nil {
			return err
		}
		_, err = th.AddMessage(ctx, tx.Later(nil).Message.Create().SetAuthor(message.AuthorCUSTOMER).SetText("unanswered"))
		return err
	})
	if err != nil || line.lose.Load() {
		t.Errorf("without lock: %v", err)
	}
	line.lose.Store(true)
	r.expect(t, "by memory", r.say(f.ctx, id, "unanswered"), true)
	if got, want := f.state(id), [3]int{before[0] + 2, before[1] + 2, before[2] + 2}; got != want || line.lose.Load() {
		t.Errorf("sequence, messages and events are %d, want %d", got, want)
	}
	if n := db.Client.Delivery.Query().CountX(f.ctx) - sent; n != 2 {
		t.Errorf("%d deliveries, want 2", n)
	}
	if known.Row.LastSeq != int64(before[0]+1) {
		t.Errorf("it left the sequence %d", known.Row.LastSeq)
	}
	r.expect(t, "afterwards", r.say(f.ctx, id, "answered"), true)
}
