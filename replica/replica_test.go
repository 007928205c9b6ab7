package replica

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/lib/pq" // driver of the pool
	"github.com/nats-io/nats-server/v2/server"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"parley/storage/storagetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a bus with what it heard.
type testServer struct {
	*Bus
	mu    sync.Mutex
	wakes map[string]Wake
	hints []string
	lost  atomic.Int64
	stop  func()
}

func start(t *testing.T, c Carrier) *testServer {
	t.Helper()
	s := &testServer{wakes: map[string]Wake{}}
	s.Bus = New(c, Handlers{
		Wake: func(w Wake) {
			s.mu.Lock()
			defer s.mu.Unlock()
			all := s.wakes[w.Workspace]
			s.wakes[w.Workspace] = Wake{w.Workspace, all.Shards | w.Shards, all.Attempts || w.Attempts}
		},
		Hint: func(topic string, data []byte) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.hints = append(s.hints, topic+":"+string(data))
		},
		Lost: func() { s.lost.Add(1) },
	}, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { _ = s.Run(ctx); close(ended) }()
	s.stop = sync.OnceFunc(func() { cancel(); <-ended })
	t.Cleanup(s.stop)
	return s
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not within 20 s: " + what)
		}
	}
}

// carriers are the ways between servers. Each returned function makes a carrier for one more server, on common ground.
var carriers = map[string]func(t *testing.T) func() Carrier{
	"postgres": func(t *testing.T) func() Carrier {
		address := storagetest.Postgres(t)
		return func() Carrier { return onPostgres(t, address) }
	},
	"nats": func(t *testing.T) func() Carrier {
		url := natsServer(t, -1).ClientURL()
		return func() Carrier { return onNATS(t, url, "parley.test") }
	},
}

func onPostgres(t *testing.T, address string) *Postgres {
	pool, err := sql.Open("postgres", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	return NewPostgres(pool, address)
}

func onNATS(t *testing.T, url, subject string) *NATS {
	n, err := NewNATS(url, subject)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n
}

func natsServer(t *testing.T, port int) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the NATS server does not start")
	}
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s
}

func TestServersHearEachOther(t *testing.T) {
	for name, ground := range carriers {
		t.Run(name, func(t *testing.T) {
			another := ground(t)
			a := start(t, another())
			a.Wake(Wake{Workspace: "wsp_early", Shards: 1}) // heard by nobody
			if !a.Alone() {
				t.Error("a server alone knows another")
			}
			b, c := start(t, another()), start(t, another())
			for _, s := range []*testServer{a, b, c} {
				eventually(t, "all know each other", func() bool {
					s.Bus.mu.Lock()
					defer s.Bus.mu.Unlock()
					return len(s.others) == 2
				})
			}
			for i := range 300 {
				a.Wake(Wake{Workspace: fmt.Sprintf("wsp_%026d", i), Shards: uint8(i)})
				a.Wake(Wake{Workspace: fmt.Sprintf("wsp_%026d", i), Attempts: i%2 == 0})
				a.Hint("text", fmt.Appendf(nil, `{"n": %d}`, i))
			}
			for _, s := range []*testServer{b, c} {
				eventually(t, "all was heard", func() bool {
					s.mu.Lock()
					defer s.mu.Unlock()
					return len(s.wakes) == 300 && len(s.hints) == 300
				})
				for i := range 300 {
					if got := s.wakes[fmt.Sprintf("wsp_%026d", i)]; got.Shards != uint8(i) || got.Attempts != (i%2 == 0) {
						t.Fatalf("wake %d: %v", i, got)
					}
					if want := fmt.Sprintf(`text:{"n": %d}`, i); s.hints[i] != want {
						t.Fatalf("hint %d: %s", i, s.hints[i])
					}
				}
			}
			if len(a.wakes)+len(a.hints) > 0 {
				t.Error("a server hears itself")
			}
			b.stop()
			c.stop()
			eventually(t, "a server that has ended is forgotten", a.Alone)
		})
	}
}

func TestInstallationsAreApart(t *testing.T) {
	url := natsServer(t, -1).ClientURL()
	for name, two := range map[string][2]Carrier{
		"postgres": {onPostgres(t, storagetest.Postgres(t)), onPostgres(t, storagetest.Postgres(t))},
		"nats":     {onNATS(t, url, "parley.one"), onNATS(t, url, "parley.two")},
	} {
		a, b := start(t, two[0]), start(t, two[1])
		eventually(t, "both listen", func() bool { return a.lost.Load() > 0 && b.lost.Load() > 0 })
		time.Sleep(50 * time.Millisecond)
		if !a.Alone() || !b.Alone() {
			t.Errorf("%s: installations hear each other", name)
		}
	}
}

// A connection that breaks is made anew, and what may have been missed is said to be.
func TestAConnectionThatBreaksIsMadeAnew(t *testing.T) {
	for name, cut := range map[string]func(t *testing.T) (another func() Carrier, cut func()){
		"postgres": func(t *testing.T) (func() Carrier, func()) {
			address := storagetest.Postgres(t)
			p := onPostgres(t, address)
			return func() Carrier { return onPostgres(t, address) }, func() {
				_, err := p.pool.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
					WHERE query = 'LISTEN "' || `+channelSQL+` || '"'`)
				if err != nil {
					t.Error(err)
				}
			}
		},
		"nats": func(t *testing.T) (func() Carrier, func()) {
			s := natsServer(t, -1)
			port := s.Addr().String()[strings.LastIndex(s.Addr().String(), ":")+1:]
			return func() Carrier { return onNATS(t, s.ClientURL(), "parley.test") }, func() {
				s.Shutdown()
				s.WaitForShutdown()
				var n int
				_, _ = fmt.Sscan(port, &n)
				natsServer(t, n)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			another, cut := cut(t)
			a, b := start(t, another()), start(t, another())
			eventually(t, "they know each other", func() bool { return !a.Alone() && !b.Alone() })
			before := b.lost.Load()
			cut()
			eventually(t, "it is said that something may be missing", func() bool { return b.lost.Load() > before })
			n := 0
			eventually(t, "they hear each other again", func() bool {
				n++
				a.Wake(Wake{Workspace: fmt.Sprint("wsp_", n), Shards: 1})
				b.mu.Lock()
				defer b.mu.Unlock()
				return len(b.wakes) > 0
			})
		})
	}
}

// broken is a carrier that fails.
type broken struct{ tried atomic.Int64 }

func (b *broken) Publish(context.Context, string) error { return errors.New("broken") }

func (b *broken) Receive(context.Context, func(string), func()) error {
	b.tried.Add(1)
	return errors.New("broken")
}

func TestRunEndsWithABrokenCarrier(t *testing.T) {
	c := &broken{}
	s := start(t, c)
	eventually(t, "it is tried", func() bool { return c.tried.Load() > 0 })
	s.stop()
}

func TestAddressesThatAreNone(t *testing.T) {
	if _, err := NewNATS("nats://[", "x"); err == nil || !strings.HasPrefix(err.Error(), "NATS_URL: ") {
		t.Errorf("error %v", err)
	}
	s := start(t, NewPostgres(onPostgres(t, "postgres://127.0.0.1:1/none?sslmode=disable").pool, "postgres://127.0.0.1:1/none?sslmode=disable"))
	s.stop()
}

// Whatever is sent, messages are short enough and carry all of it.
func TestMessagesAreShortAndWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		got := map[string]Wake{}
		var hints []string
		to := New(nil, Handlers{
			Wake: func(w Wake) { got[w.Workspace] = w },
			Hint: func(topic string, data []byte) { hints = append(hints, string(data)) },
			Lost: func() {},
		}, slog.New(slog.DiscardHandler))
		from := New(nil, Handlers{}, slog.New(slog.DiscardHandler))
		from.others["srv_other"] = time.Now()
		want := rapid.MapOfN(rapid.StringMatching(`wsp_[a-z0-9]{26}`), rapid.Custom(func(t *rapid.T) Wake {
			return Wake{Shards: rapid.Uint8().Draw(t, "shards"), Attempts: rapid.Bool().Draw(t, "attempts")}
		}), 0, 600).Draw(t, "wakes")
		for workspace, w := range want {
			w.Workspace = workspace
			want[workspace] = w
			from.Wake(w)
		}
		said := rapid.SliceOf(rapid.StringMatching(`[a-z {}]{0,200}`)).Draw(t, "hints")
		for _, h := range said {
			from.Hint("text", []byte(h))
		}
		from.Hint("text", make([]byte, MaxHint+1))
		for _, m := range from.take() {
			if len(m) > MaxMessage {
				t.Fatalf("a message of %d bytes", len(m))
			}
			to.heard(m)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || fmt.Sprintf("%q", hints) != fmt.Sprintf("%q", said) {
			t.Fatalf("got %v and %q, want %v and %q", got, hints, want, said)
		}
	})
}

func FuzzHeard(f *testing.F) {
	for _, m := range []string{"1 wake srv_x wsp_a=0a wsp_b=00+", "1 hint srv_x text {}", "1 hello srv_x", "1 bye srv_x", "2 x y", "1 wake", "1 wake srv_x =1 a=zz +"} {
		f.Add(m)
	}
	f.Fuzz(func(_ *testing.T, m string) {
		b := New(nil, Handlers{Wake: func(Wake) {}, Hint: func(string, []byte) {}, Lost: func() {}}, slog.New(slog.DiscardHandler))
		b.heard(m)
	})
}
