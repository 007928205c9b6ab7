package rate

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestAnAllowanceFillsUpAgain(t *testing.T) {
	m, now := New(Limits{Key: {Fields: 60, Cost: 600}}, nil), time.Now()
	take := func(a Amount) error { _, err := m.Take(Key, "k", a, now); return err }
	for i := range 60 {
		if err := take(Amount{Fields: 1}); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	var refused *Error
	if err := take(Amount{Fields: 3}); !errors.As(err, &refused) || refused.Wait.Round(time.Millisecond) != 3*time.Second || refused.Seconds() != 3 {
		t.Fatalf("the 61st to 63rd: %v, wait %v", err, refused)
	}
	if _, err := m.Take(Key, "other", Amount{Fields: 1}, now); err != nil {
		t.Errorf("another key: %v", err)
	}
	if _, err := m.Take(Thread, "k", Amount{Fields: 1000}, now); err != nil {
		t.Errorf("a kind without a limit: %v", err)
	}
	now = now.Add(3 * time.Second)
	if err := take(Amount{Fields: 3}); err != nil {
		t.Errorf("three seconds later: %v", err)
	}
	if err := take(Amount{Fields: 1}); err == nil {
		t.Error("one more was given")
	}
	now = now.Add(time.Hour)
	left, err := m.Take(Key, "k", Amount{1, 100}, now)
	if err != nil || left.Fields != 59 || left.Cost != 500 || left.Whole.Round(time.Second) != 10*time.Second {
		t.Errorf("an hour later: %+v, %v", left, err)
	}
}

func TestMoreThanAllIsGivenOnceAndPaidFor(t *testing.T) {
	m, now := New(Limits{Key: {Cost: 100}}, nil), time.Now()
	if _, err := m.Take(Key, "k", Amount{Cost: 300}, now); err != nil {
		t.Fatal(err)
	}
	var refused *Error
	if _, err := m.Take(Key, "k", Amount{Cost: 1}, now.Add(time.Minute)); !errors.As(err, &refused) || refused.Wait.Round(time.Second) != 61*time.Second {
		t.Errorf("a minute later: %v", err)
	}
	if err := m.Exhausted(Key, "k", now); err == nil {
		t.Error("there is something left")
	}
	if _, err := m.Take(Key, "k", Amount{Cost: 1}, now.Add(3*time.Minute)); err != nil {
		t.Errorf("three minutes later: %v", err)
	}
}

func TestManyCallersTakeBoundedMemory(t *testing.T) {
	m, now := New(Limits{Address: {Fields: 10}}, nil), time.Now()
	for i := range maxCallers + 1000 {
		_, _ = m.Take(Address, fmt.Sprint(i), Amount{Fields: 1}, now)
	}
	if n := len(m.callers); n > maxCallers+1 {
		t.Errorf("%d callers are known", n)
	}
	if _, err := m.Take(Address, "one more", Amount{Fields: 1}, now); err == nil {
		t.Error("the allowance of all others has no end")
	}
	now = now.Add(time.Hour)
	if _, err := m.Take(Address, "one more", Amount{Fields: 1}, now); err != nil || len(m.callers) > 2 {
		t.Errorf("an hour later: %v, %d callers", err, len(m.callers))
	}
}

// Two servers, one caller who asks both as fast as it can: over a minute it gets what a minute allows, and beyond it at most
// a full allowance for each server.
func TestServersShareAnAllowance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const perMinute = 6000
		var servers [2]*Meter
		for i := range servers {
			servers[i] = New(Limits{Key: {Fields: perMinute}}, func(data []byte) {
				if len(data) > MaxReport {
					t.Errorf("a report of %d bytes", len(data))
				}
				servers[1-i].Heard(data, time.Now())
			})
		}
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		for _, s := range servers {
			running.Go(func() { _ = s.Run(ctx) })
		}
		got := 0
		for range 10 * 60 * 20 { // ten minutes
			for _, s := range servers {
				for range 100 {
					if _, err := s.Take(Key, "k", Amount{Fields: 1}, time.Now()); err != nil {
						break
					}
					got++
				}
			}
			time.Sleep(50 * time.Millisecond)
		}
		stop()
		running.Wait()
		if most := 12 * perMinute; got > most || got < 10*perMinute {
			t.Errorf("%d were given, want at most %d", got, most)
		}
		t.Logf("%d in ten minutes of %d each, at two servers", got, perMinute)
	})
}

func TestWhoUsesLittleIsNotReported(t *testing.T) {
	var sent []string
	m, now := New(Limits{Key: {Fields: 1000}}, func(data []byte) { sent = append(sent, string(data)) }), time.Now()
	_, _ = m.Take(Key, "little", Amount{Fields: 9}, now)
	for i := range 3000 {
		_, _ = m.Take(Key, fmt.Sprintf("key_%026d", i), Amount{Fields: 10}, now)
	}
	told := ""
	for range 3 {
		for _, r := range m.reports() {
			told += string(r)
		}
	}
	if n := strings.Count(told, "\n"); n != 3000 || strings.Contains(told, "little") {
		t.Errorf("%d were reported", n)
	}
	if len(sent) != 0 || len(m.reports()) != 0 {
		t.Error("reported twice")
	}
}

func TestAForeignReportHarmsNobody(t *testing.T) {
	m, now := New(Limits{Key: {Fields: 10}}, nil), time.Now()
	m.Heard([]byte("key k -5 1\nkey k 1\nwho k 1 1\nkey k 99999999999999999999 1\nthread k 5 5\n\x00\n\n key k x y"), now)
	if left, err := m.Take(Key, "k", Amount{Fields: 1}, now); err != nil || left.Fields != 9 {
		t.Errorf("%+v, %v", left, err)
	}
}

func TestAddressesOfOneNetworkAreOneCaller(t *testing.T) {
	for a, want := range map[string]string{
		"10.1.2.3": "10.1.2.3", "::ffff:10.1.2.3": "10.1.2.3", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
	} {
		if got := Of(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: %s", a, got)
		}
	}
}
