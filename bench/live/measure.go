//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"time"
)

// How long is waited for what should take a fraction of it.
const (
	roundTimeout = 20 * time.Second
	settleFor    = 500 * time.Millisecond
	roundsFor    = 4 * time.Second // of events that are delivered one by one
	fewest       = 3               // of these
)

// perSecond is how many events a second are published in the part with a window, and tokens in that with a text.
const (
	eventsPerSecond = 500
	tokensPerSecond = 500
	streamSockets   = 1000
	streamPosts     = 8
	warmSockets     = 100
)

// measure runs one phase, each with a server of its own.
func (s *server) measure(ctx context.Context, o options, phase string, r *report) error {
	windowed := map[string]string{"events": eventWindow, "tokens": tokenWindow}[phase]
	l, err := s.begin(ctx, o, windowed)
	if err != nil {
		return err
	}
	defer l.tidy()
	defer l.Stop(0)
	switch phase {
	case "main":
		return l.measureMain(o, r)
	case "events":
		return l.measureEvents(o, r)
	case "tokens":
		return l.measureTokens(o, r)
	}
	return fmt.Errorf("there is no phase %q", phase)
}

// measureMain measures events that are published one by one, with nothing to join.
func (l *live) measureMain(o options, r *report) error {
	var e events
	p, err := newPosts(l.one, 1, &e)
	if err != nil {
		return err
	}
	defer func() { _ = p.close() }()
	if err := l.warm(&e, p); err != nil {
		return err
	}
	alone, err := p.waits(40)
	if err != nil {
		return err
	}
	e.numbered = false // these went to nobody
	before, err := l.Resident()
	if err != nil {
		return err
	}
	c, err := newCrowd(l.events, l.Address, e.take)
	if err != nil {
		return err
	}
	defer c.close()
	began := time.Now()
	if err := c.join(o.sockets, len(e.units)); err != nil {
		return err
	}
	r.set("connect", float64(o.sockets)/time.Since(began).Seconds())
	each := func(n int) (waited []time.Duration, err error) { // fewer where that takes long
		for began := time.Now(); len(waited) < n && (len(waited) < fewest || time.Since(began) < roundsFor); {
			target := c.got.Load() + int64(len(c.sockets))
			took, err := p.one()
			if err == nil {
				err = c.until(func() bool { return c.got.Load() >= target }, roundTimeout)
			}
			if err != nil {
				return nil, err
			}
			waited = append(waited, took)
		}
		return waited, nil
	}
	if _, err := each(3); err != nil { // after which identical subscriptions are executed together, where that is done
		return err
	}
	time.Sleep(settleFor)
	if err := l.idle(o.sockets, before, r, "memory"); err != nil {
		return err
	}
	var waited []time.Duration
	err = l.timed(r, "one", func() (int64, error) {
		waited, err = each(o.rounds)
		return int64(len(waited)) * int64(o.sockets), err
	})
	if err != nil {
		return err
	}
	r.set("bytes", float64(e.bytes))
	e.timing.Store(true)
	var waitedToo []time.Duration
	err = l.timed(r, "paced", func() (int64, error) {
		n := int(o.paced.Seconds() * 2)
		target := c.got.Load() + int64(n)*int64(len(c.sockets))
		began := time.Now()
		for i := range n {
			time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / 2)))
			took, err := p.one()
			if err != nil {
				return 0, err
			}
			waitedToo = append(waitedToo, took)
		}
		return int64(n) * int64(len(c.sockets)), c.until(func() bool { return c.got.Load() >= target }, roundTimeout)
	})
	if err != nil {
		return err
	}
	r.set("p50", milliseconds(percentile(e.latencies, 50)))
	r.set("p99", milliseconds(percentile(e.latencies, 99)))
	r.set("wait", milliseconds(percentile(append(waited, waitedToo...), 50)-percentile(alone, 50)))
	r.set("wait90", milliseconds(percentile(append(waited, waitedToo...), 90)-percentile(alone, 90)))
	e.timing.Store(false)
	if o.keep > 0 {
		fmt.Fprintf(os.Stderr, "process %d at %s has %d sockets\n", l.PID(), l.Address, len(c.sockets))
		time.Sleep(o.keep)
	}
	if err := c.join(o.sockets, len(e.units)); err != nil {
		return err
	}
	if _, err := each(2); err != nil {
		return err
	}
	time.Sleep(settleFor)
	if err := l.idle(2*o.sockets, before, r, "memory2"); err != nil {
		return err
	}
	return l.timed(r, "one2", func() (int64, error) {
		waited, err := each(max(fewest, o.rounds/2))
		return int64(len(waited)) * int64(2*o.sockets), err
	})
}

// warm has some sockets come and go, and the server collect their garbage, so that what it needs once is not counted as theirs.
func (l *live) warm(e *events, p *posts) error {
	c, err := newCrowd(l.events, l.Address, e.take)
	if err != nil {
		return err
	}
	err = c.join(warmSockets, 0)
	for i := range 3 {
		if err == nil {
			_, err = p.one()
		}
		if err == nil {
			err = c.until(func() bool { return c.got.Load() == int64(i+1)*warmSockets }, roundTimeout)
		}
	}
	c.close()
	time.Sleep(settleFor)
	return errors.Join(err, l.collect())
}

// waits measures how long publishing takes when nobody listens.
func (p *posts) waits(n int) (all []time.Duration, err error) {
	for range n {
		took, err := p.one()
		if err != nil {
			return nil, err
		}
		time.Sleep(15 * time.Millisecond)
		all = append(all, took)
	}
	return all, nil
}

// idle measures the memory of one socket at rest.
func (l *live) idle(sockets int, before int64, r *report, name string) error {
	if err := l.collect(); err != nil {
		return err
	}
	after, err := l.Resident()
	if err != nil {
		return err
	}
	r.set(name, float64(after-before)/float64(sockets)/1024)
	return nil
}

// timed measures what do delivers: the server's processor time for each delivery, and deliveries a second.
func (l *live) timed(r *report, name string, do func() (deliveries int64, err error)) error {
	before, err := l.CPU()
	if err != nil {
		return err
	}
	began := time.Now()
	n, err := do()
	if err != nil {
		return err
	}
	took := time.Since(began)
	after, err := l.CPU()
	if err != nil {
		return err
	}
	r.set(name+" cpu", float64((after-before).Nanoseconds())/1000/float64(n))
	r.set(name+" rate", float64(n)/took.Seconds())
	return nil
}

// measureEvents measures many events a second, which are joined within a window.
func (l *live) measureEvents(o options, r *report) error {
	var e events
	p, err := newPosts(l.many, streamPosts, &e)
	if err != nil {
		return err
	}
	defer func() { _ = p.close() }()
	alone, err := l.publishing(p)
	if err != nil {
		return err
	}
	c, err := newCrowd(l.events, l.Address, e.take)
	if err != nil {
		return err
	}
	defer c.close()
	if err := c.join(streamSockets, 0); err != nil {
		return err
	}
	for range 3 {
		target := c.got.Load() + int64(p.each*len(c.sockets))
		if _, err := p.one(); err != nil {
			return err
		}
		if err := c.until(func() bool { return c.got.Load() >= target }, roundTimeout); err != nil {
			return err
		}
	}
	e.timing.Store(true)
	err = l.timed(r, "events", func() (int64, error) {
		before := c.got.Load()
		count, took, err := p.many(eventsPerSecond, o.stream)
		if err = errors.Join(c.failure(), err); err != nil {
			return 0, err
		}
		r.set("offered", float64(count)/took.Seconds()*float64(len(c.sockets)))
		want := int64(count) * int64(len(c.sockets))
		return want, c.until(func() bool { return c.got.Load()-before >= want }, 3*roundTimeout)
	})
	if err != nil {
		return err
	}
	r.set("events net", r.now().figures["events cpu"]-alone/float64(len(c.sockets)))
	r.set("events p50", milliseconds(percentile(e.latencies, 50)))
	r.set("events p99", milliseconds(percentile(e.latencies, 99)))
	return nil
}

// publishing measures the server's processor time, in microseconds, for each of many events that go to nobody.
func (l *live) publishing(p *posts) (float64, error) {
	before, err := l.CPU()
	if err != nil {
		return 0, err
	}
	count, _, err := p.many(eventsPerSecond, time.Second)
	if err != nil {
		return 0, err
	}
	after, err := l.CPU()
	return float64((after - before).Microseconds()) / float64(count), err
}

// measureTokens measures a text that is written token by token.
func (l *live) measureTokens(o options, r *report) error {
	t := newTokens(int(o.stream.Seconds() * tokensPerSecond))
	c, err := newCrowd(l.pieces, l.Address, t.take)
	if err != nil {
		return err
	}
	defer c.close()
	t.crowd = c
	if err := c.join(streamSockets, 0); err != nil {
		return err
	}
	time.Sleep(settleFor)
	return l.timed(r, "tokens", func() (int64, error) {
		if err := l.stream(t, tokensPerSecond); err != nil {
			return 0, err
		}
		err := c.until(func() bool { return c.texts.Load() == int64(len(c.sockets)) }, 3*roundTimeout)
		if want := int64(t.count) * int64(len(c.sockets)); err == nil && c.got.Load() != want {
			err = fmt.Errorf("%d tokens came, not %d", c.got.Load(), want)
		}
		return c.got.Load(), err
	})
}

// streamInto has a rival write tokens, which it gets one by one in the body of a request.
func streamInto(address string, t *tokens, perSecond int) error {
	reader, writer := io.Pipe()
	go func() {
		writer.CloseWithError(t.write(perSecond, func(token string) error {
			_, err := io.WriteString(writer, token+"\n")
			return err
		}))
	}()
	answer, err := http.Post("http://"+address+"/stream", "text/plain", reader) //nolint:noctx // on loopback, ended by its end
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("/stream was answered with %d", answer.StatusCode)
	}
	return nil
}

func percentile(all []time.Duration, p int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Clone(all)
	slices.Sort(sorted)
	return sorted[min(len(sorted)-1, len(sorted)*p/100)]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
