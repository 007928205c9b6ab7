package scenario

import (
	"fmt"
	"slices"
	"strings"
)

// around is how many equal lines a difference is shown between.
const around = 3

// edit is a line of two texts side by side.
type edit struct {
	sign   byte // ' ', '-' for the first text only, '+' for the second only
	text   string
	number int // of the first text, or of the line before which it would stand there
}

// difference shows how two texts differ, line by line: hunks headed by the place in the first one. It is empty if they
// are the same.
func difference(name, before, after string) string {
	edits := compareLines(linesOf(before), linesOf(after))
	differs := func(e edit) bool { return e.sign != ' ' }
	var b strings.Builder
	for from := 0; ; {
		at := slices.IndexFunc(edits[from:], differs)
		if at < 0 {
			return b.String()
		}
		begin := max(from, from+at-around)
		last := from + at
		for i := last + 1; i < len(edits) && i <= last+2*around; i++ {
			if differs(edits[i]) {
				last = i
			}
		}
		from = min(len(edits), last+around+1)
		fmt.Fprintf(&b, "%s:%d\n", name, edits[slices.IndexFunc(edits[begin:], differs)+begin].number)
		for _, e := range edits[begin:from] {
			b.WriteString(strings.TrimRight(string(e.sign)+" "+e.text, " \r") + "\n")
		}
	}
}

// compareLines finds the longest common sequence of lines.
func compareLines(a, b []string) []edit {
	// Equal lines at both ends need no search.
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	x, y := a[head:len(a)-tail], b[head:len(b)-tail]
	common := make([][]int, len(x)+1)
	for i := range common {
		common[i] = make([]int, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); x[i] == y[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var edits []edit
	add := func(sign byte, text string, number int) { edits = append(edits, edit{sign, text, number}) }
	for i := range head {
		add(' ', a[i], i+1)
	}
	i, j := 0, 0
	for i < len(x) || j < len(y) {
		switch {
		case i < len(x) && j < len(y) && x[i] == y[j]:
			add(' ', x[i], head+i+1)
			i, j = i+1, j+1
		case i < len(x) && (j == len(y) || common[i+1][j] >= common[i][j+1]):
			add('-', x[i], head+i+1)
			i++
		default:
			add('+', y[j], head+i+1)
			j++
		}
	}
	for k := range tail {
		add(' ', a[len(a)-tail+k], len(a)-tail+k+1)
	}
	return edits
}

// linesOf splits a text; the line feed at its end begins no further line.
func linesOf(text string) []string { return strings.Split(strings.TrimSuffix(text, "\n"), "\n") }
