package plan

import "strings"

// segment is a piece of a statement: text that is always the same, or what is known at each run only. Members: fixed, a
// parameter, *List, *Lookup.
type segment interface{ write(w *writer) error }

type fixed string

func (f fixed) write(w *writer) error {
	w.WriteString(string(f))
	return nil
}

// parameter is a value of whoever asks.
type parameter int

const (
	paramKey parameter = iota
	paramThread
	paramName
)

func (p parameter) write(w *writer) error {
	w.WriteString(w.of(p))
	return nil
}

// expression is SQL with places in it that are filled at each run.
type expression []segment

func sql(text string) expression { return expression{fixed(text)} }

// joined puts expressions together, and pieces of text that meet into one.
func joined(all ...expression) (out expression) {
	for _, e := range all {
		for _, s := range e {
			if text, ok := s.(fixed); ok && len(out) > 0 {
				if before, ok := out[len(out)-1].(fixed); ok {
					out[len(out)-1] = before + text
					continue
				}
			}
			out = append(out, s)
		}
	}
	return out
}

// size is about how much text an expression is written as.
func (e expression) size() (n int) {
	for _, s := range e {
		switch s := s.(type) {
		case fixed:
			n += len(s)
		case *List:
			n += s.size()
		default:
			n += 100
		}
	}
	return n
}

// output is the text of a piece of an answer: an expression that the database makes of literals and values.
type output struct {
	parts []part
}

// part is a literal or a value; value is nil for a literal.
type part struct {
	literal string
	value   expression
}

func (o *output) lit(text string) {
	if n := len(o.parts); n > 0 && o.parts[n-1].value == nil {
		o.parts[n-1].literal += text
		return
	}
	o.parts = append(o.parts, part{literal: text})
}

func (o *output) value(e expression) { o.parts = append(o.parts, part{value: e}) }

func (o *output) add(more *output) {
	for _, p := range more.parts {
		if p.value == nil {
			o.lit(p.literal)
		} else {
			o.value(p.value)
		}
	}
}

// mark has Finish write a value: see the kinds there.
func (o *output) mark(kind byte, value ...string) {
	o.lit(string([]byte{markBegin, kind}))
	for i, v := range value {
		if i > 0 {
			o.lit(" ")
		}
		o.value(sql(v))
	}
	o.lit(string(rune(markEnd)))
}

// text is mark for a text of any kind, which goes with its length before it so that nothing in it can be taken for a mark.
// NULL has neither.
func (o *output) text(kind byte, value string) {
	o.lit(string([]byte{markBegin, kind}))
	o.value(sql("octet_length(" + value + ")"))
	o.lit(":")
	o.value(sql(value))
	o.lit(string(rune(markEnd)))
}

// mostArguments is how many arguments a function may have in either database, with room.
const mostArguments = 90

// expression makes one text of all parts. NULL counts as empty.
func (o *output) expression() expression {
	args := make([]expression, len(o.parts))
	for i, p := range o.parts {
		args[i] = p.value
		if p.value == nil {
			args[i] = sql(quoted(p.literal))
		}
	}
	if len(args) == 0 {
		return sql("''")
	}
	for len(args) > mostArguments {
		var fewer []expression
		for len(args) > 0 {
			n := min(mostArguments, len(args))
			fewer, args = append(fewer, call("concat", args[:n])), args[n:]
		}
		args = fewer
	}
	return call("concat", args)
}

func call(function string, args []expression) expression {
	all := []expression{sql(function + "(")}
	for i, a := range args {
		if i > 0 {
			all = append(all, sql(","))
		}
		all = append(all, a)
	}
	return joined(append(all, sql(")"))...)
}

// quoted is a text as an SQL literal. Neither database takes a backslash for more than itself.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
