package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"parley/ent/viewer"
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

// family makes attacks of one kind, from 1 to most of whatever it is made of.
type family struct {
	name string
	most int
	make func(n int) string
}

// families are the attacks that were measured on servers without limits, and what is like them.
func families() []family {
	deep := func(open string, n int) string { return strings.Repeat(open, n) + strings.Repeat("}", n) }
	introspections := func(n int) string {
		return "{" + numbered("a%d:__schema{types{name fields{name args{name type{name}} type{name ofType{name}}}}} ", n) + "}"
	}
	return []family{
		{"nested duplicates", 400, func(n int) string { return "{" + strings.Repeat("...{viewer{role} ", n) + strings.Repeat("}", n+1) }},
		{"nested duplicates within the depth", 13, func(n int) string {
			return "{" + strings.Repeat("...{"+strings.Repeat("viewer{role name} ", 12), n) + strings.Repeat("}", n+1)
		}},
		{"field duplication", 10_000, func(n int) string { return "{" + strings.Repeat("viewer{role} ", n) + "}" }},
		{"field duplication within the tokens", 480, func(n int) string { return "{" + strings.Repeat("viewer{role}", n) + "}" }},
		{"one leaf 1,900 times", 1900, func(n int) string { return "{viewer{" + strings.Repeat("role ", n) + "}}" }},
		{"ring of fragments", 2000, func(n int) string { return "{...F0}" + numbered("fragment F%d on Query{...F0}", n) }},
		{"ring of 40 fragments", 40, func(n int) string { return "{...F0}" + numbered("fragment F%d on Query{...F1}", n) }},
		{"chain of fragments", 3000, func(n int) string { return "{...F0}" + chainOf(n) }},
		{"overlapping fragments", 1500, func(n int) string {
			return "{" + numbered("...F%d ", n) + "}" + numbered("fragment F%d on Query{viewer{role}}", n)
		}},
		{"50 overlapping fragments", 50, func(n int) string {
			return "{" + numbered("...F%d ", n) + "}" + numbered("fragment F%d on Query{viewer{role name workspace{id name}}}", n)
		}},
		{"introspections", 500, func(n int) string { return "{" + numbered("a%d:__schema{types{fields{type{name}}}} ", n) + "}" }},
		{"ten introspections", 10, introspections},
		{"types by many names", 40, func(n int) string {
			return "{__schema{" + numbered("a%d:types{name fields{name type{name}}} ", n) + "}}"
		}},
		{"fields by many names", 40, func(n int) string { return "{__schema{types{" + numbered("a%d:fields{name type{name}} ", n) + "}}}" }},
		{"circular introspection", 8, func(n int) string {
			return "{__schema{types{" + strings.Repeat("fields{type{", n) + "name" + strings.Repeat("}}", n) + "}}}"
		}},
		{"aliases", 10_000, func(n int) string { return "{" + numbered("a%d:viewer{role} ", n) + "}" }},
		{"100 aliases of lists", 100, func(n int) string { return "{" + numbered("a%d:threads(first:250){edges{node{id}}} ", n) + "}" }},
		{"directives", 10_000, func(n int) string { return "{viewer{role" + strings.Repeat(" @aa", n) + "}}" }},
		{"skips", 49, func(n int) string { return "{viewer{role" + strings.Repeat(" @skip(if:true)", n) + "}}" }},
		{"unknown fields", 10_000, func(n int) string { return "{" + numbered("f%d ", n) + "}" }},
		{"900 unknown fields", 900, func(n int) string { return "{" + numbered("f%d ", n) + "}" }},
		{"unknown fragments", 900, func(n int) string { return "{" + numbered("...F%d ", n) + "}" }},
		{"variables", 100_000, func(n int) string { return "query(" + numbered("$v%d:Int ", n) + "){viewer{role}}" }},
		{"600 unused variables", 600, func(n int) string { return "query(" + numbered("$v%d:Int ", n) + "){viewer{role}}" }},
		{"one variable often", 400, func(n int) string {
			return "query($v:ID!){" + strings.Repeat("nodes(ids:["+strings.Repeat("$v ", n)+"]){id} ", 4) + "}"
		}},
		{"deep selections", 50_000, func(n int) string { return "{viewer" + deep("{workspace", n) + "}" }},
		{"a million braces", 1_000_000, func(n int) string { return strings.Repeat("{a", n) }},
		{"deep lists", 50_000, func(n int) string { return "{nodes(ids:" + strings.Repeat("[", n) + strings.Repeat("]", n) + "){id}}" }},
		{"fan-out of fragments", 20, func(n int) string { return "{...F0}" + fanOut(n) }},
		{"commas", 1 << 20, func(n int) string { return "{viewer{role}" + strings.Repeat(",", n) + "}" }},
		{"comments", 1 << 17, func(n int) string { return "{viewer{role}}" + strings.Repeat("#\n", n) }},
		{"many arguments", 60, func(n int) string {
			return "{" + strings.Repeat("threads(where:{and:["+strings.Repeat("{},", n)+"]}){totalCount}", 10) + "}"
		}},
		{"arguments that differ", 32, func(n int) string { return "{" + numbered("node(id:\"%d\"){id} ", n) + "}" }},
		{"types that cannot meet", 30, func(n int) string {
			return "{node(id:\"x\"){" + numbered("...on Thread{id t:lastMessage{n%d:text}} ...on Agent{id t:name} ", n) + "}}"
		}},
	}
}

// attacks are the largest of each family.
func attacks() (all []attack) {
	for _, f := range families() {
		all = append(all, attack{f.name, f.make(f.most)})
	}
	return all
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

// varied makes n attacks of each family, of every size, and as many again of mixed kinds around the limits, where documents are
// still accepted or just not any more.
func varied(seed uint64, n int) (all []attack) {
	r := rand.New(rand.NewPCG(seed, 1))
	for _, f := range families() {
		for range n {
			size := 1 + int(math.Exp(r.Float64()*math.Log(float64(f.most)))) // small ones as often as large ones
			all = append(all, attack{fmt.Sprintf("%d of %s", size, f.name), f.make(min(size, f.most))})
		}
	}
	objects := []string{"viewer{role name workspace{id name}}", "threads(first:1){edges{node{id channel}}}", "agents{totalCount}", "thread(id:\"x\"){id lastMessage{text}}", "__typename"}
	some := func(most int) string {
		var b strings.Builder
		for range 1 + r.IntN(most) {
			b.WriteString(objects[r.IntN(len(objects))] + " ")
		}
		return b.String()
	}
	for i := range n * len(families()) {
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
		"WebSocket without a key": func(document string) {
			s := a.dial(t, map[string]any{})
			defer s.close()
			s.send(map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": document}})
			for {
				if _, _, err := s.conn.Read(s.ctx); err != nil {
					return
				}
			}
		},
	}
}

// Each attack, and many that are made around the limits, costs little, whoever sends it and by whatever transport.
func TestAttacksCostLittle(t *testing.T) { // alone: it measures the process
	a := newAPI(t, storagetest.Open(t, storagetest.SQLite(t)))
	transports := a.transports(t, a.keys[viewer.Admin])
	worstCPU, worstMemory, sent := time.Duration(0), uint64(0), 0
	for _, at := range append(attacks(), varied(1, 3)...) {
		for name, send := range transports {
			cpu, memory := time.Hour, uint64(1<<40)
			for range 3 { // the least is what it costs: the rest is other work
				c, m := cost(func() { send(at.document) })
				cpu, memory = min(cpu, c), min(memory, m)
				if cpu <= attackCPU && memory <= attackMemory {
					break
				}
			}
			sent++
			worstCPU, worstMemory = max(worstCPU, cpu), max(worstMemory, memory)
			if cpu > attackSlack*attackCPU || memory > attackMemory {
				t.Errorf("%s over %s takes %v and %d KB: %.200s", at.name, name, cpu, memory>>10, at.document)
			}
		}
	}
	t.Logf("of %d the worst took %v and %d KB", sent, worstCPU, worstMemory>>10)
}

// The schema is told to anybody who asks for it once; ten times as much in one document is not, under aliases or in places below.
func TestTheSchemaIsToldOnceInADocument(t *testing.T) {
	t.Parallel()
	a := newAPI(t, storagetest.Open(t, storagetest.SQLite(t)))
	for _, f := range families() {
		if !strings.Contains(f.name, "by many names") && f.name != "ten introspections" {
			continue
		}
		if r := a.do("", f.make(1), nil); len(r.Errors) > 0 {
			t.Errorf("one of %s: %.300s", f.name, r.raw)
		}
		if r := a.do("", f.make(f.most), nil); r.code() != "COMPLEXITY_LIMIT_EXCEEDED" {
			t.Errorf("%s: %.300s", f.name, r.raw)
		}
	}
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
