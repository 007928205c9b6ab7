package plan

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"parley/ent/viewer"
)

// ErrAside is returned where the generic path has to answer.
var ErrAside = errors.New("not for a plan")

// Run is what one run of a plan depends on.
type Run struct {
	Viewer viewer.Viewer
	// Page says what a list is asked for, Find what a lookup is. Their errors end the run.
	Page func(*List) (Page, error)
	Find func(*Lookup) (Found, error)
}

// Statement returns the statement of a plan, and its arguments. It has one row, with a column for each planned root field
// that is not fixed.
func (p *Plan) Statement(run Run) (string, []any, error) {
	if run.Viewer.Workspace == "" {
		return "", nil, ErrAside
	}
	w := &writer{Run: run, dialect: p.dialect, pages: map[*row]Page{}, args: []any{run.Viewer.Workspace}}
	if kept := p.kept.Load(); kept != nil {
		if args, same, err := kept.again(w); err != nil || same {
			return kept.text, args, err
		}
	}
	w.WriteString("SELECT ")
	first := true
	for _, r := range p.Roots {
		if r.value == nil {
			continue
		}
		if !first {
			w.WriteString(", ")
		}
		first = false
		if err := w.write(r.value); err != nil {
			return "", nil, err
		}
	}
	if !confined.MatchString(w.String()) {
		return "", nil, ErrAside // it reads no table, and the database would not know what the workspace is for
	}
	if !w.filtered {
		p.kept.Store(&statement{w.String(), w.lists, w.asked, w.sources, w.columns})
	}
	return w.String(), w.args, nil
}

// confined finds a mention of the workspace.
var confined = regexp.MustCompile(`\$1\b`)

// writer writes the statement of one run.
type writer struct {
	strings.Builder
	Run
	dialect string
	args    []any
	sources []source // of args behind the workspace
	pages   map[*row]Page
	lists   []*List
	asked   []Page // of lists
	columns []string
	// filtered is set when the statement depends on more than its pages' sizes and orders.
	filtered bool
}

// source is where an argument of a statement comes from.
type source struct {
	lookup *Lookup // nil: parameter
	parameter
}

func (w *writer) write(e expression) error {
	for _, s := range e {
		if err := s.write(w); err != nil {
			return err
		}
	}
	return nil
}

// add adds an argument and returns what stands for it.
func (w *writer) add(from source, value any) string {
	w.sources = append(w.sources, from)
	w.args = append(w.args, value)
	return "$" + strconv.Itoa(len(w.args))
}

// of returns what stands for a parameter.
func (w *writer) of(p parameter) string {
	for i, s := range w.sources {
		if s.lookup == nil && s.parameter == p {
			return "$" + strconv.Itoa(i+2)
		}
	}
	return w.add(source{parameter: p}, w.value(p))
}

func (w *writer) value(p parameter) any {
	switch p {
	case paramThread:
		return w.Viewer.Thread
	case paramName:
		return w.Viewer.Name
	}
	return w.Viewer.Key
}

func (w *writer) page(l *List) (Page, error) {
	if p, known := w.pages[l.row]; known {
		return p, nil
	}
	p, err := w.Page(l)
	if err != nil {
		return p, err
	}
	w.pages[l.row] = p
	w.lists, w.asked = append(w.lists, l), append(w.asked, p)
	w.filtered = w.filtered || !p.simple()
	return p, nil
}

func (w *writer) find(l *Lookup) (Found, error) {
	found, err := w.Find(l)
	w.columns = append(w.columns, found.Column)
	return found, err
}

// query writes a statement that ent has built. For SQLite it writes ? for each next argument. A filter that could not find
// what it filters by has left its error in the statement.
func (w *writer) query(s *entsql.Selector) error {
	s.SetTotal(len(w.args))
	text, args := s.Query()
	if err := s.Err(); err != nil {
		return err
	}
	if w.dialect != dialect.Postgres {
		for i := range args {
			before, after, _ := strings.Cut(text, "?")
			w.WriteString(before + "$" + strconv.Itoa(len(w.args)+i+1))
			text = after
		}
	}
	w.WriteString(text)
	w.args = append(w.args, args...)
	for range args {
		w.sources = append(w.sources, source{parameter: -1})
	}
	return nil
}

// statement is one that was written, with all that it depends on but arguments.
type statement struct {
	text    string
	lists   []*List
	pages   []Page
	sources []source
	columns []string // of lookups
}

type keptStatement = atomic.Pointer[statement]

// again returns the arguments for a run, if the statement is the same for it.
func (s *statement) again(w *writer) (args []any, same bool, err error) {
	for i, l := range s.lists {
		p, err := w.page(l)
		if err != nil {
			return nil, false, err
		}
		if !p.repeats(s.pages[i]) {
			return nil, false, nil
		}
	}
	args = append(make([]any, 0, 1+len(s.sources)), w.Viewer.Workspace)
	var columns []string
	for _, from := range s.sources {
		if from.lookup == nil {
			args = append(args, w.value(from.parameter))
			continue
		}
		found, err := w.Find(from.lookup)
		if err != nil {
			return nil, false, err
		}
		columns = append(columns, found.Column)
		args = append(args, found.Value)
	}
	return args, slices.Equal(columns, s.columns), nil
}
