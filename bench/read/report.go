//go:build linux

package main

import (
	"fmt"
	"io"
)

// report prints a table: each server, and its ratio to the ceiling and to the best of the others.
func report(w io.Writer, title string, all []*server) {
	var ceiling, best float64
	for _, s := range all {
		switch s.name {
		case "ceiling":
			ceiling = s.all.rate()
		case "parley":
		default:
			best = max(best, s.all.rate())
		}
	}
	fmt.Fprintf(w, "\n%s\n\n| server | answers/s | of the ceiling | of the best rival | p50 ms | p99 ms | its processor, µs |\n| --- | --- | --- | --- | --- | --- | --- |\n", title)
	for _, s := range all {
		fmt.Fprintf(w, "| %s | %.0f | %s | %s | %.2f | %.2f | %.0f |\n", s.name, s.all.rate(), ratio(s.all.rate(), ceiling), ratio(s.all.rate(), best), s.all.wait(0.5), s.all.wait(0.99), s.all.cost())
	}
}

func ratio(a, b float64) string {
	if b == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", a/b)
}
