package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Not parallel: other tests would map the program again, and would not let the process be idle.
func TestAnIdleServerUnmapsItsProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		mapped := mapProgram(t)
		before := residentOfFiles(t)
		go func() { done <- restWhenIdle(ctx) }()
		time.Sleep(3 * idleLook)
		if less := before - residentOfFiles(t); less < mapped/2 {
			t.Errorf("%d MB of the %d MB of the program are resident no more", less>>20, mapped>>20)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// mapProgram touches every page of this program's file that it could unmap, and returns how large they are together.
func mapProgram(t *testing.T) (size int) {
	t.Helper()
	const populateRead = 22 // MADV_POPULATE_READ, since Linux 5.14
	file, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	smaps, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	defer smaps.Close()
	spans, err := unwritten(smaps, file)
	if err != nil || len(spans) == 0 {
		t.Fatalf("the program is mapped at %v: %v", spans, err)
	}
	for _, s := range spans {
		if err := s.advise(populateRead); err != nil {
			t.Fatal(err)
		}
		size += int(s.to - s.from)
	}
	return size
}

// residentOfFiles is how much memory of this process is pages of files.
func residentOfFiles(t *testing.T) (size int) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "RssFile:")
	if _, err := fmt.Sscan(rest, &size); err != nil {
		t.Fatal(err)
	}
	return size << 10
}

func TestOnlyUnwrittenPagesOfTheProgramAreUnmapped(t *testing.T) {
	t.Parallel()
	const program = "/opt/parley v1/parley"
	for name, c := range map[string]struct {
		smaps string
		found []span
		fails bool
	}{
		"a program": {
			smaps: smap("00400000-0185a000 r-xp", program, 0, 0) + smap("0185a000-02e70000 r--p", program, 0, 0) + smap("02e70000-03115000 rw-p", program, 0, 0) +
				smap("03115000-05168000 rw-p", "", 176, 0) + smap("7ffc1000-7ffc2000 r-xp", "[vdso]", 0, 0),
			found: []span{{0x400000, 0x185a000}, {0x185a000, 0x2e70000}},
		},
		"one loaded anywhere, in which addresses were written": {
			smaps: smap("c000000000-c000400000 rw-p", "", 4096, 0) + smap("c55e000000-c55f000000 r--p", program, 0, 0) + smap("c55f000000-c560000000 r-xp", program, 0, 0) +
				smap("c560000000-c560010000 r--p", program, 64, 0) + smap("c560010000-c560020000 rw-p", program, 4, 0),
			found: []span{{0xc55e000000, 0xc55f000000}, {0xc55f000000, 0xc560000000}},
		},
		"one with a breakpoint": {
			smaps: smap("400000-800000 r-xp", program, 4, 0) + smap("800000-900000 r--p", program, 0, 0),
			found: []span{{0x800000, 0x900000}},
		},
		"what was written and swapped out": {smaps: smap("400000-800000 r--p", program, 0, 4)},
		"what can be written":              {smaps: smap("400000-800000 rwxp", program, 0, 0) + smap("800000-900000 rw-p", program, 0, 0)},
		"what is shared":                   {smaps: smap("400000-800000 r--s", program, 0, 0)},
		"a file that was removed":          {smaps: smap("400000-800000 r-xp", program+" (deleted)", 0, 0)},
		"another file":                     {smaps: smap("400000-800000 r-xp", "/lib/libc.so.6", 0, 0) + smap("800000-900000 r--p", program+".so", 0, 0)},
		"a system that tells less":         {smaps: "400000-800000 r-xp 00000000 fe:00 7 " + program + "\nRss: 16 kB\nAnonymous: 0 kB\n"},
		"something else":                   {smaps: "No such process\n", fails: true},
		"an address that is none":          {smaps: smap("400000-80x000 r-xp", program, 0, 0), fails: true},
	} {
		found, err := unwritten(strings.NewReader(c.smaps), program)
		if !slices.Equal(found, c.found) || (err != nil) != c.fails {
			t.Errorf("%s: %x, %v", name, found, err)
		}
	}
}

// smap is a mapping as /proc/self/smaps tells of it, to which so many KB were written that are in memory, and so many that are not.
func smap(head, file string, anonymous, swapped int) string {
	return fmt.Sprintf(`%-72s %s
Size:              22616 kB
Rss:               18008 kB
Private_Clean:     18008 kB
Anonymous:      %8d kB
AnonHugePages:         0 kB
Swap:           %8d kB
SwapPss:               0 kB
THPeligible:           0
VmFlags: rd ex mr mw me 
`, head+" 00000000 fe:00 10103537", file, anonymous, swapped)
}
