package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"parley/access"
)

// crashLease is how long a dead server's work stays its own in these tests. It is longer than a busy machine makes a
// living server wait.
const crashLease = 3 * time.Second

// deadlyBinary builds the server with its failpoints, once for all tests.
var deadlyBinary = sync.OnceValues(func() (string, error) {
	dir, err := binaries()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "parley-failpoints")
	if out, err := exec.Command("go", "build", "-tags", "failpoints", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

// deadly is a server of the build with failpoints, which dies and is started again at the same address.
type deadly struct {
	t       *testing.T
	e       env
	path    string
	address string
	output  *os.File
	command *exec.Cmd     // nil while none runs
	died    chan struct{} // closed at the death of the one that runs
}

// newDeadly prepares a server on a free port and starts none.
func newDeadly(t *testing.T, e env) *deadly {
	t.Helper()
	path, err := deadlyBinary()
	if err != nil {
		t.Fatal(err)
	}
	e["PARLEY_LISTEN"] = "127.0.0.1:" + freePort(t)
	if e["PARLEY_ADMIN_KEY"] == "" {
		e["PARLEY_ADMIN_KEY"] = access.NewKey()
	}
	e["PARLEY_OUTBOUND_ALLOW"] = "127.0.0.0/8"
	e["PARLEY_LEASE"] = crashLease.String()
	output, err := os.Create(filepath.Join(t.TempDir(), "server.log"))
	if err != nil {
		t.Fatal(err)
	}
	d := &deadly{t: t, e: e, path: path, address: "http://" + e["PARLEY_LISTEN"], output: output}
	t.Cleanup(func() {
		d.kill()
		_ = output.Close()
		if t.Failed() {
			log, _ := os.ReadFile(output.Name())
			t.Logf("the server said:\n%s", log[max(0, len(log)-3000):])
		}
	})
	return d
}

// start starts the server, armed with a failpoint if one is named, and waits until it is ready or has died of it. The
// port is free for a moment between two servers, so somebody else's connection may hold it for another.
func (d *deadly) start(failpoint string) {
	d.t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		d.launch(failpoint)
		for {
			select {
			case <-d.died:
			case <-time.After(5 * time.Millisecond):
				conn, err := net.DialTimeout("tcp", d.e["PARLEY_LISTEN"], time.Second)
				if err == nil {
					_ = conn.Close()
					return
				}
				if time.Now().Before(deadline) {
					continue
				}
			}
			break
		}
		if d.killed() {
			return
		}
		if time.Now().After(deadline) {
			d.t.Fatal("the server does not become ready")
		}
		d.kill()
		time.Sleep(100 * time.Millisecond) // a process of its own: there is nothing to select on
	}
}

func (d *deadly) launch(failpoint string) {
	command := exec.Command(d.path)
	command.Dir = filepath.Dir(d.output.Name())
	for name, value := range d.e {
		command.Env = append(command.Env, name+"="+value)
	}
	command.Env = append(command.Env, "PARLEY_FAILPOINT="+failpoint)
	command.Stdout, command.Stderr = d.output, d.output
	if err := command.Start(); err != nil {
		d.t.Fatal(err)
	}
	died := make(chan struct{})
	d.command, d.died = command, died
	go func() {
		_ = command.Wait() // how it died is in its state
		close(died)
	}()
}

// killed says whether the server that was started is dead by a signal, as its failpoint does it.
func (d *deadly) killed() bool {
	select {
	case <-d.died:
		return d.command.ProcessState.ExitCode() == -1
	default:
		return false
	}
}

// signal sends a signal to the server that runs.
func (d *deadly) signal(s os.Signal) {
	d.t.Helper()
	if err := d.command.Process.Signal(s); err != nil {
		d.t.Fatal(err)
	}
}

// kill ends the server as kill -9 does, and waits until it is gone.
func (d *deadly) kill() {
	if d.command == nil {
		return
	}
	_ = d.command.Process.Kill() // it may be dead already
	<-d.died
	d.command = nil
}
