package scenario

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options says how scenarios are played.
type Options struct {
	// Server and Key are the address of the server and a key of role ADMIN.
	Server, Key string
	// Models is the provider that the server has under ProviderName; nil says that it is a server of somebody else, on
	// which neither the model nor functions can be played.
	Models *Models
	// Agent is the id of an agent that is there; empty makes the one that the scenario names.
	Agent string
	// Update writes what happened into the files.
	Update bool
	// Verbose prints the transcripts while they happen.
	Verbose bool
	// Timeout is how long each expectation may take; 0 means 20 s.
	Timeout time.Duration
	// Parallel is how many files are played at once; 0 means 4.
	Parallel int
	// Out is where results are printed; nil means nowhere.
	Out io.Writer
}

// Result is what came of one file.
type Result struct {
	File    string
	Passed  bool
	Updated bool   // whether the file was written anew
	Report  string // the problems and the differences; empty if it passed
	Took    time.Duration
}

// ParseFiles reads files. The error joins what is wrong with any of them.
func ParseFiles(names []string) (files []*File, err error) {
	for _, name := range names {
		text, readErr := os.ReadFile(name)
		if readErr != nil {
			err = errors.Join(err, readErr)
			continue
		}
		f, parseErr := Parse(name, string(text))
		files, err = append(files, f), errors.Join(err, parseErr)
	}
	return files, err
}

// CheckForServer says what in the files cannot be played on a server of somebody else.
func CheckForServer(files []*File) (err error) {
	for _, f := range files {
		if l := f.uses(modelStep); l != nil {
			err = errors.Join(err, f.wrong(l, "~ cannot be played with --server: that server's own models answer there"))
		}
		if l := f.uses(answerLine); l != nil {
			err = errors.Join(err, f.wrong(l, "answer cannot be played with --server: the agent's functions call their own addresses there"))
		}
	}
	return err
}

// Run plays files side by side, prints each result in the order of the files, and returns them. It waits for all; when
// ctx ends those under way fail.
func Run(ctx context.Context, files []*File, o Options) []Result {
	if o.Timeout == 0 {
		o.Timeout = 20 * time.Second
	}
	if o.Parallel <= 0 {
		o.Parallel = 4
	}
	if o.Out == nil {
		o.Out = io.Discard
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 2 * o.Parallel}
	defer transport.CloseIdleConnections()
	c := &client{strings.TrimSuffix(o.Server, "/"), o.Key, &http.Client{Transport: transport}}
	results, done := make([]Result, len(files)), make([]chan struct{}, len(files))
	places := make(chan struct{}, o.Parallel)
	var out sync.Mutex // of o.Out
	var wait sync.WaitGroup
	for i := range files {
		done[i] = make(chan struct{})
	}
	wait.Go(func() {
		for i, f := range files {
			places <- struct{}{}
			wait.Go(func() {
				defer func() { <-places; close(done[i]) }()
				results[i] = one(ctx, f, "s"+strconv.Itoa(i+1), c, &o, &out)
			})
		}
	})
	for i := range files {
		<-done[i]
		out.Lock()
		printResult(o.Out, results[i])
		out.Unlock()
	}
	wait.Wait()
	return results
}

// Summary says in one line how many passed.
func Summary(results []Result) (text string, failed int) {
	for _, r := range results {
		if !r.Passed {
			failed++
		}
	}
	text = fmt.Sprintf("%d passed", len(results)-failed)
	if failed > 0 {
		text += fmt.Sprintf(", %d failed", failed)
	}
	return text, failed
}

func printResult(out io.Writer, r Result) {
	word := "ok     "
	switch {
	case !r.Passed:
		word = "FAILED "
	case r.Updated:
		word = "updated"
	}
	fmt.Fprintf(out, "%s %s (%.1fs)\n", word, r.File, r.Took.Seconds())
	for l := range strings.Lines(r.Report) {
		if l != "\n" {
			l = "    " + l
		}
		fmt.Fprint(out, l)
	}
}

// one plays one file.
func one(ctx context.Context, f *File, key string, c *client, o *Options, out *sync.Mutex) (r Result) {
	begin := time.Now()
	r.File = f.name
	defer func() { r.Took = time.Since(begin) }()
	p := &play{stage: stage{client: c}, options: o, file: f, key: key, known: map[string]bool{}}
	p.say = func(line string) {
		if o.Verbose {
			out.Lock()
			defer out.Unlock()
			fmt.Fprintf(o.Out, "%s: %s\n", f.name, line)
		}
	}
	if o.Models != nil {
		var err error
		if p.receiver, err = newReceiver(ctx, &p.gate, p.problem); err != nil {
			r.Report = err.Error() + "\n"
			return r
		}
		defer p.receiver.close()
		if f.uses(modelStep) != nil {
			p.script = &script{gate: &p.gate, problem: p.problem}
			o.Models.add(key, p.script)
			defer o.Models.remove(key)
		}
	}
	before := f.String()
	after := p.run(ctx)
	var report bytes.Buffer
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, problem := range p.problems {
		fmt.Fprintf(&report, "%s:%d: %s\n", f.name, problem.line, problem.text)
	}
	switch {
	case report.Len() == 0 && before == after:
		r.Passed = true
	case report.Len() == 0 && o.Update:
		if err := os.WriteFile(f.name, []byte(after), 0o644); err != nil { //nolint:gosec // it is a file of the user's, read by others too
			fmt.Fprintln(&report, err)
			break
		}
		r.Passed, r.Updated = true, true
	case before != after:
		if o.Update {
			report.WriteString("not updated: mend what is said above first\n")
		}
		report.WriteString(difference(f.name, before, after))
	}
	r.Report = report.String()
	return r
}
