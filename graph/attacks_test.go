package graph_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"parley/ent/viewer"
	"parley/graph"
	"parley/rate"
	"parley/storage/storagetest"
)

// What one document may cost the server, and how much more a slow machine, other work on it and the race detector may make of
// it in a test.
const (
	attackCPU    = 50 * time.Millisecond
	attackMemory = 20 << 20
	attackSlack  = 5
)

// attack is a document that a server without limits answers late, or not at all.
type attack struct{ name, document string }

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// attacks are those that were measured on servers without limits.
func attacks() []attack {
	deep := func(open string, n int) string { return strings.Repeat(open, n) + strings.Repeat("}", n) }
	return []attack{
		{"nested duplicates", "{" + strings.Repeat("...{viewer{role} ", 400) + strings.Repeat("}", 401)},
		{"nested duplicates within the depth", "{" + strings.Repeat("...{"+strings.Repeat("viewer{role name} ", 12), 13) + strings.Repeat("}", 14)},
		{"field duplication", "{" + strings.Repeat("viewer{role} ", 10_000) + "}"},
		{"field duplication within the tokens", "{" + strings.Repeat("viewer{role}", 480) + "}"},
		{"one leaf 1,900 times", "{viewer{" + strings.Repeat("role ", 1900) + "}}"},
		{"ring of fragments", "{...F0}" + numbered("fragment F%d on Query{...F0}", 2000)},
		{"ring of 40 fragments", "{...F0}" + numbered("fragment F%d on Query{...F1}", 40)},
		{"chain of fragments", "{...F0}" + chainOf(3000)},
		{"overlapping fragments", "{" + numbered("...F%d ", 1500) + "}" + numbered("fragment F%d on Query{viewer{role}}", 1500)},
		{"50 overlapping fragments", "{" + numbered("...F%d ", 50) + "}" + numbered("fragment F%d on Query{viewer{role name workspace{id name}}}", 50)},
		{"introspections", "{" + numbered("a%d:__schema{types{fields{type{name}}}} ", 500) + "}"},
		{"ten introspections", "{" + numbered("a%d:__schema{types{name fields{name args{name type{name}} type{name ofType{name}}}}} ", 10) + "}"},
		{"types by many names", "{__schema{" + numbered("a%d:types{name fields{name type{name}}} ", 40) + "}}"},
		{"fields by many names", "{__schema{types{" + numbered("a%d:fields{name type{name}} ", 40) + "}}}"},
		{"aliases", "{" + numbered("a%d:viewer{role} ", 10_000) + "}"},
		{"100 aliases of lists", "{" + numbered("a%d:threads(first:250){edges{node{id}}} ", 100) + "}"},
		{"directives", "{viewer{role" + strings.Repeat(" @aa", 10_000) + "}}"},
		{"skips", "{viewer{role" + strings.Repeat(" @skip(if:true)", 49) + "}}"},
		{"unknown fields", "{" + numbered("f%d ", 10_000) + "}"},
		{"900 unknown fields", "{" + numbered("f%d ", 900) + "}"},
		{"variables", "query(" + numbered("$v%d:Int ", 100_000) + "){viewer{role}}"},
		{"600 unused variables", "query(" + numbered("$v%d:Int ", 600) + "){viewer{role}}"},
		{"deep selections", "{viewer" + deep("{workspace", 50_000) + "}"},
		{"a million braces", strings.Repeat("{a", 1_000_000)},
		{"deep lists", "{nodes(ids:" + strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000) + "){id}}"},
		{"fan-out of fragments", "{...F0}" + fanOut(20)},
		{"commas", "{viewer{role}" + strings.Repeat(",", 1<<20) + "}"},
		{"comments", "{viewer{role}}" + strings.Repeat("#\n", 1<<17)},
		{"many arguments", "{" + strings.Repeat("threads(where:{and:["+strings.Repeat("{},", 60)+"]}){totalCount}", 10) + "}"},
	}
}

func chainOf(n int) string {
	var b strings.Builder
	for i := range n - 1 {
		fmt.Fprintf(&b, "fragment F%d on Query{...F%d}", i, i+1)
	}
	return b.String() + fmt.Sprintf("fragment F%d on Query{viewer{role}}", n-1)
}

func fanOut(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "fragment F%d on Query{...F%d ...F%d}", i, i+1, i+1)
	}
	return b.String() + fmt.Sprintf("fragment F%d on Query{viewer{role}}", n)
}

// varied makes attacks around the limits, where documents are still accepted or just not any more.
func varied(seed uint64, n int) (all []attack) {
	r := rand.New(rand.NewPCG(seed, 1))
	objects := []string{"viewer{role name workspace{id name}}", "threads(first:1){edges{node{id channel}}}", "agents{totalCount}", "thread(id:\"x\"){id lastMessage{text}}", "__typename"}
	some := func(most int) string {
		var b strings.Builder
		for range 1 + r.IntN(most) {
			b.WriteString(objects[r.IntN(len(objects))] + " ")
		}
		return b.String()
	}
	for i := range n {
		name, document := "", ""
		switch r.IntN(8) {
		case 0:
			depth := 1 + r.IntN(15)
			name, document = "nested", "{"+strings.Repeat("...{"+some(8), depth)+strings.Repeat("}", depth+1)
		case 1:
			name, document = "repeated", "{"+strings.Repeat(some(2), 1+r.IntN(60))+"}"
		case 2:
			k := 1 + r.IntN(50)
			name, document = "fragments", "{"+numbered("...F%d ", k)+"}"+numbered("fragment F%d on Query{"+some(3)+"}", k)
		case 3:
			name, document = "aliases", "{"+numbered("a%d:"+objects[r.IntN(len(objects))]+" ", 1+r.IntN(100))+"}"
		case 4:
			name, document = "introspection", "{"+numbered("a%d:__schema{types{"+strings.Repeat("fields{type{name}} ", 1+r.IntN(20))+"}} ", 1+r.IntN(11))+"}"
		case 5:
			k := 1 + r.IntN(13)
			name, document = "tree", "{"+strings.Repeat("__schema{types{", 1)+strings.Repeat("fields{type{", k/2)+strings.Repeat("name ", 1+r.IntN(200))+strings.Repeat("}}", k/2)+"}}}"
		case 6:
			name, document = "operations", strings.TrimSpace(numbered("query Q%d{"+some(3)+"} ", 1+r.IntN(60)))
		default:
			depth := 1 + r.IntN(12)
			name, document = "both", "{"+strings.Repeat("...{"+some(3)+"...F ", depth)+strings.Repeat("}", depth+1)+"fragment F on Query{"+some(6)+"}"
		}
		all = append(all, attack{fmt.Sprintf("varied %d: %s", i, name), document})
	}
	return all
}

// cost runs f and returns the processor time and the memory that this process took for it.
func cost(f func()) (cpu time.Duration, memory uint64) {
	var before, after syscall.Rusage
	var was, is runtime.MemStats
	runtime.ReadMemStats(&was)
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before) // of this process it always works
	f()
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	runtime.ReadMemStats(&is)
	spent := func(r syscall.Rusage) time.Duration { return time.Duration(r.Utime.Nano() + r.Stime.Nano()) }
	return spent(after) - spent(before), is.TotalAlloc - was.TotalAlloc
}

// transports send a document and wait for the whole answer.
func (a *api) transports(t *testing.T, key string) map[string]func(document string) {
	send := func(accept, key string) func(string) {
		return func(document string) {
			header := http.Header{"Content-Type": {"application/json"}, "Accept": {accept}}
			if key != "" {
				header.Set("Authorization", "Bearer "+key)
			}
			a.send(http.MethodPost, "", header, strings.NewReader(fmt.Sprintf(`{"query":%q}`, document)))
		}
	}
	return map[string]func(string){
		"HTTP":                             send("application/json", key),
		"HTTP without a key":               send("application/json", ""),
		"server-sent events":               send("text/event-stream", key),
		"server-sent events without a key": send("text/event-stream", ""),
		"WebSocket": func(document string) {
			s := a.admitted(t, key)
			defer s.close()
			s.conn.SetReadLimit(4 << 20)
			s.send(map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": document}})
			_, _, _ = s.conn.Read(s.ctx) // an answer, or the end of the connection
		},
	}
}

// Each attack, and many that are made around the limits, costs little, whoever sends it and by whatever transport.
func TestAttacksCostLittle(t *testing.T) { // alone: it measures the process
	a := newAPI(t, storagetest.Open(t, storagetest.SQLite(t)))
	transports := a.transports(t, a.keys[viewer.Admin])
	worstCPU, worstMemory := time.Duration(0), uint64(0)
	for i, at := range append(attacks(), varied(1, 80)...) {
		for name, send := range transports {
			if i >= len(attacks()) && i%len(transports) != len(name)%len(transports) && name != "HTTP without a key" {
				continue // the varied ones share the transports
			}
			cpu, memory := time.Hour, uint64(1<<40)
			for range 3 { // the least is what it costs: the rest is other work
				c, m := cost(func() { send(at.document) })
				cpu, memory = min(cpu, c), min(memory, m)
				if cpu <= attackCPU && memory <= attackMemory {
					break
				}
			}
			worstCPU, worstMemory = max(worstCPU, cpu), max(worstMemory, memory)
			if cpu > attackSlack*attackCPU || memory > 2*attackMemory {
				t.Errorf("%s over %s takes %v and %d KB: %.200s", at.name, name, cpu, memory>>10, at.document)
			}
		}
	}
	t.Logf("the worst took %v and %d KB", worstCPU, worstMemory>>10)
}

// BenchmarkAttacks reports what each attack costs, client and server together.
func BenchmarkAttacks(b *testing.B) {
	a := newAPI(b, storagetest.Open(b, storagetest.SQLite(b)))
	for _, at := range attacks() {
		b.Run(strings.ReplaceAll(at.name, " ", "_"), func(b *testing.B) {
			var cpu time.Duration
			var memory uint64
			for b.Loop() {
				c, m := cost(func() { a.do(a.keys[viewer.Admin], at.document, nil) })
				cpu, memory = cpu+c, memory+m
			}
			b.ReportMetric(float64(cpu.Microseconds())/1000/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(memory>>10)/float64(b.N), "KB/op")
		})
	}
}

// BenchmarkOthersUnderAttack reports how long a query of somebody else takes, alone and beside ten who attack at full speed without
// a key. Rates are those of a server.
func BenchmarkOthersUnderAttack(b *testing.B) {
	for _, attackers := range []int{0, 10} {
		b.Run(fmt.Sprintf("attackers=%d", attackers), func(b *testing.B) {
			a := newAPI(b, storagetest.Open(b, storagetest.SQLite(b)), func(o *graph.Options) { o.Rates = rate.New(rate.Default(), nil) })
			threadID := a.thread(a.agent("A"))
			documents := append(attacks(), varied(1, 100)...)
			stop := make(chan struct{})
			var running sync.WaitGroup
			for n := range attackers {
				running.Go(func() {
					for i := n; ; i++ {
						select {
						case <-stop:
							return
						default:
							a.do("", documents[i%len(documents)].document, nil)
						}
					}
				})
			}
			var took []time.Duration
			for b.Loop() {
				begin := time.Now()
				a.do(a.keys[viewer.Admin], `query($t: ID!) { thread(id: $t) { id status messages(first: 20) { edges { node { text } } } } }`, map[string]any{"t": threadID})
				took = append(took, time.Since(begin))
			}
			close(stop)
			running.Wait()
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
