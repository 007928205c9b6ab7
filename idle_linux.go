package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// unmapProgram unmaps the code, the tables and the texts of this program's file. Linux maps 64 KB around each page that is touched,
// keeps all that was ever touched, and is slow to take back what is mapped and executable, so that several times as much is resident as
// an idle server uses. Nothing is lost: the pages stay in the system's cache of files, and are mapped again when they are touched. What
// cannot be told or unmapped stays as it is.
func unmapProgram() error {
	file, err := os.Executable()
	if err != nil {
		return err
	}
	smaps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return err
	}
	spans, err := unwritten(smaps, file)
	if err := errors.Join(err, smaps.Close()); err != nil {
		return err
	}
	for _, s := range spans {
		if err := s.advise(syscall.MADV_DONTNEED); err != nil {
			return err
		}
	}
	return nil
}

// span is a piece of the address space.
type span struct{ from, to uintptr }

// advise tells the system what the span is needed for. syscall.Madvise would want a slice of bytes, which the program's code is not.
func (s span) advise(advice uintptr) error {
	if _, _, failed := syscall.Syscall(syscall.SYS_MADVISE, s.from, s.to-s.from, advice); failed != 0 {
		return fmt.Errorf("advise %x-%x: %w", s.from, s.to, failed)
	}
	return nil
}

// unwritten are the mappings of a file that hold nothing but what is in it, as told by /proc/self/smaps: private ones that cannot be
// written, and to which nothing was written all the same. A debugger's breakpoints are, and the addresses in a program that may be loaded
// anywhere (PIE); they may have been swapped out, and would be lost. A file that was moved or removed since the start has another name
// there, and is left alone.
func unwritten(smaps io.Reader, file string) ([]span, error) {
	var found []span
	var at span
	ours := false
	missing := 0 // lines that have yet to say that nothing was written
	lines := bufio.NewScanner(smaps)
	for lines.Scan() {
		line := lines.Text()
		name, value, _ := strings.Cut(line, " ")
		switch {
		case !strings.HasSuffix(name, ":"): // the first line of a mapping
			before := ours
			if ours = strings.HasSuffix(line, " "+file); before && !ours {
				return found, nil // those of a file lie side by side; telling of a large heap would take the system long
			}
			var mode string
			if _, err := fmt.Sscanf(line, "%x-%x %s", &at.from, &at.to, &mode); err != nil {
				return nil, fmt.Errorf("read the memory map at %q: %w", line, err)
			}
			missing = 0
			if ours && (mode == "r-xp" || mode == "r--p") {
				missing = 2
			}
		case missing > 0 && (name == "Anonymous:" || name == "Swap:") && strings.TrimSpace(value) == "0 kB":
			if missing--; missing == 0 {
				found = append(found, at)
			}
		}
	}
	return found, lines.Err()
}
