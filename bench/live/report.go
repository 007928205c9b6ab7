//go:build linux

package main

import (
	"fmt"
	"io"
	"strings"
)

// report has the figures of all servers.
type report struct {
	columns []*column
}

type column struct {
	server   *server
	figures  map[string]float64
	failures []string
}

func (r *report) begin(s *server) {
	r.columns = append(r.columns, &column{server: s, figures: map[string]float64{}})
}

func (r *report) now() *column { return r.columns[len(r.columns)-1] }

func (r *report) set(name string, figure float64) { r.now().figures[name] = figure }

func (r *report) fail(phase string, err error) {
	r.now().failures = append(r.now().failures, fmt.Sprintf("%s: %s", phase, err))
}

// row is a figure in the table. less says that the smaller one is better; its ratio to the rivals' is said then so that a larger
// ratio is better, always.
type row struct {
	name, label string
	format      string
	less        bool
	ratio       bool
	target      string
}

var rows = []row{
	{"bytes", "bytes of an event on the wire", "%.0f", true, false, ""},
	{"one cpu", "µs of processor for a delivery, none joined", "%.1f", true, true, "at most 13"},
	{"one rate", "deliveries a second, one event after the other", "%.0f", false, true, "1.3 x Centrifuge, better 1.5 x"},
	{"wait", "ms that publishing takes longer than with nobody, p50", "%.2f", true, false, "at most 1"},
	{"wait90", "the same, p90", "%.2f", true, false, ""},
	{"paced cpu", "2 events/s: µs of processor for a delivery", "%.1f", true, true, ""},
	{"p50", "2 events/s: ms from publishing to receipt, p50", "%.1f", true, true, ""},
	{"p99", "2 events/s: the same, p99", "%.1f", true, true, "at most 150"},
	{"memory", "KB of memory of an idle subscribed socket", "%.1f", true, true, "at most 4"},
	{"memory2", "twice the sockets: KB of memory of each", "%.1f", true, true, "at most 4"},
	{"one2 cpu", "twice the sockets: µs of processor for a delivery", "%.1f", true, true, ""},
	{"one2 rate", "twice the sockets: deliveries a second", "%.0f", false, true, ""},
	{"offered", "window: deliveries a second that are offered", "%.0f", false, false, ""},
	{"events cpu", "window: µs of processor for a delivery", "%.2f", true, true, ""},
	{"events net", "window: the same without what publishing costs by itself", "%.2f", true, true, "1.5 x Centrifuge"},
	{"events rate", "window: deliveries a second", "%.0f", false, true, ""},
	{"events p50", "window: ms from publishing to receipt, p50", "%.0f", true, true, ""},
	{"events p99", "window: the same, p99", "%.0f", true, true, ""},
	{"tokens cpu", "tokens: µs of processor for a token at a socket", "%.3f", true, true, ""},
	{"tokens rate", "tokens: deliveries of a token a second", "%.0f", false, true, "at least 300000"},
	{"connect", "sockets opened and subscribed a second", "%.0f", false, false, ""},
}

// print writes what was measured as tables that Markdown shows.
func (r *report) print(w io.Writer) {
	var b strings.Builder
	for _, c := range r.columns {
		_, _ = fmt.Fprintf(&b, "%s: %s\n", c.server.name, c.server.settings)
	}
	_, _ = fmt.Fprintf(&b, "\nwindow: %d sockets, %d events/s, joined within %s; tokens: %d sockets, %d tokens/s, joined within %s\n\n",
		streamSockets, eventsPerSecond, eventWindow, streamSockets, tokensPerSecond, tokenWindow)
	head, line := "| |", "| --- |"
	for _, c := range r.columns {
		head, line = head+" "+c.server.name+" |", line+" --- |"
	}
	_, _ = fmt.Fprintf(&b, "%s target |\n%s --- |\n", head, line)
	for _, row := range rows {
		_, _ = fmt.Fprintf(&b, "| %s |", row.label)
		for _, c := range r.columns {
			_, _ = fmt.Fprintf(&b, " %s |", r.cell(row, c))
		}
		_, _ = fmt.Fprintf(&b, " %s |\n", row.target)
	}
	_, _ = fmt.Fprintf(&b, "\nIn brackets: how many times better Parley is.\n")
	for _, c := range r.columns {
		for _, f := range c.failures {
			_, _ = fmt.Fprintf(&b, "FAILED %s, %.400s\n", c.server.name, f)
		}
	}
	_, _ = io.WriteString(w, b.String())
}

func (r *report) cell(row row, c *column) string {
	figure, known := c.figures[row.name]
	if !known {
		return "-"
	}
	cell := fmt.Sprintf(row.format, figure)
	own, ours := r.columns[0].figures[row.name]
	if r.columns[0].server.kind != isParley || c == r.columns[0] || !row.ratio || !ours || own <= 0 || figure <= 0 {
		return cell
	}
	ratio := own / figure
	if row.less {
		ratio = figure / own
	}
	return fmt.Sprintf("%s (%.1f x)", cell, ratio)
}
