package graph_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"parley/ent/viewer"
	"parley/graph"
	"parley/rate"
	"parley/storage/storagetest"
)

// benchAttack in the environment of the test binary makes it so many attackers, so that their time is not the server's.
const benchAttack = "PARLEY_GRAPH_BENCH_ATTACK"

// BenchmarkOthersUnderAttack reports how long a query of somebody else takes, alone and beside ten who attack at full speed without
// a key. Rates are those of a server. Attackers have machines of their own; here they share the processors, and so they
// are nice.
func BenchmarkOthersUnderAttack(b *testing.B) {
	for _, attackers := range []int{0, 10} {
		b.Run(fmt.Sprintf("attackers=%d", attackers), func(b *testing.B) {
			a := newAPI(b, storagetest.Open(b, storagetest.SQLite(b)), func(o *graph.Options) { o.Rates = rate.New(rate.Default(), nil) })
			threadID := a.thread(a.agent("A"))
			sent := attackWith(b, a.url, attackers)
			var took []time.Duration
			begun := time.Now()
			for b.Loop() {
				begin := time.Now()
				a.do(a.keys[viewer.Admin], `query($t: ID!) { thread(id: $t) { id status messages(first: 20) { edges { node { text } } } } }`, map[string]any{"t": threadID})
				took = append(took, time.Since(begin))
			}
			seconds := time.Since(begun).Seconds()
			slices.Sort(took)
			b.ReportMetric(float64(sent())/seconds, "attacks/s")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// attackWith starts attackers in a process of their own; sent ends them and says how often they attacked.
func attackWith(b *testing.B, url string, attackers int) (sent func() int) {
	if attackers == 0 {
		return func() int { return 0 }
	}
	command := exec.CommandContext(b.Context(), os.Args[0])
	command.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s", benchAttack, attackers, url))
	command.Stderr = os.Stderr
	stdin, _ := command.StdinPipe()
	stdout, _ := command.StdoutPipe()
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	said := bufio.NewScanner(stdout)
	if !said.Scan() { // a line when they are at it, and one with their number
		b.Fatal("the attackers did not begin")
	}
	return func() int {
		_ = stdin.Close()
		said.Scan()
		n, err := strconv.Atoi(said.Text())
		_ = command.Wait()
		if err != nil || n == 0 {
			b.Errorf("%d attacks: %v", n, err)
		}
		return n
	}
}

// beAttackers attacks until its input ends, and prints how often.
func beAttackers(setting string) error {
	number, url, _ := strings.Cut(setting, " ")
	attackers, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	if err := syscall.Setpriority(syscall.PRIO_PROCESS, 0, 19); err != nil {
		return err
	}
	var bodies [][]byte
	for _, at := range append(attacks(), varied(1, 3)...) {
		body, err := json.Marshal(map[string]any{"query": at.document})
		if err != nil {
			return err
		}
		bodies = append(bodies, body)
	}
	var sent atomic.Int64
	first := make(chan bool, 1)
	for n := range attackers {
		go func() {
			for i := n; ; i++ {
				res, err := http.Post(url, "application/json", bytes.NewReader(bodies[i%len(bodies)]))
				if err == nil {
					_, _ = io.Copy(io.Discard, res.Body)
					_ = res.Body.Close()
				}
				if sent.Add(1) == 1 {
					first <- true
				}
			}
		}()
	}
	<-first
	fmt.Println("at it")
	_, _ = io.Copy(io.Discard, os.Stdin)
	fmt.Println(sent.Load())
	return nil
}
