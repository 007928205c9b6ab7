package storage

import (
	"regexp"
	"slices"
	"strings"

	"parley/ent/tables"
)

var (
	workspaceTables = func() map[string]bool {
		confined := map[string]bool{}
		for _, t := range tables.All {
			if slices.ContainsFunc(t.Columns, func(c tables.Column) bool { return c.Name == "workspace_id" }) {
				confined[t.Name] = true
			}
		}
		return confined
	}()
	stringLiteral = regexp.MustCompile(`'(?:[^']|'')*'`)
	comment       = regexp.MustCompile(`(?s)/\*.*?\*/|--[^\n]*`)
	space         = regexp.MustCompile(`\s+`)
	statement     = regexp.MustCompile(`^\s*(select|with|insert|update|delete|values|truncate|table)\b`)
	bracketed     = regexp.MustCompile(`\b(from|join)\s*\(\s*([a-z_.]+)\s*\)`)
	setOperator   = regexp.MustCompile(`\b(?:union|except|intersect)\b`)

	table     = `(?:[a-z_][a-z0-9_]*\.)?([a-z_][a-z0-9_]*)`
	named     = regexp.MustCompile(`\b(join|update|into|truncate|table)\s+(?:only\s+|table\s+)?` + table)
	fromList  = regexp.MustCompile(`\b(?:from|using)\s+(.*?)(?:\bwhere\b|\bjoin\b|\bleft\b|\bright\b|\binner\b|\bcross\b|\bgroup\b|\border\b|\blimit\b|\breturning\b|\bfor\b|\bset\b|$)`)
	firstName = regexp.MustCompile(`^\s*(?:only\s+|lateral\s+)?` + table)
	setList   = regexp.MustCompile(`\bset\b.*?(\bwhere\b|\bfrom\b|\breturning\b|$)`)

	column = `(?:[a-z_][a-z0-9_]*\.)?workspace_id`
	value  = `(?:\$\d+|\?|''|:[a-z]+)`
	// bound names the workspace by a value; joined only says that two tables agree on it.
	bound   = regexp.MustCompile(`\b` + column + `\s*=\s*` + value + `|` + value + `\s*=\s*` + column + `\b|\b` + column + `\s+in\s+` + group)
	joined  = regexp.MustCompile(`\b` + column + `\s*=\s*` + column + `\b`)
	negated = regexp.MustCompile(`\bnot\s+` + column + `\b`)
	either  = regexp.MustCompile(`\bor\b`)
)

// group stands for a pair of parentheses that was cut out of a statement.
const group = "\x00"

// unconfinedTable returns the first workspace's table that some SELECT, UPDATE or DELETE of the statement touches
// without the workspace being named for it in the same scope, or that an INSERT fills without that column; "" if none.
// A scope is a statement or a sub-select: each answers for itself. It reads SQL as far as ent and we write it, and
// refuses what it cannot judge: an OR beside the condition, a TRUNCATE.
func unconfinedTable(query string) string {
	s := strings.ToLower(query)
	s = stringLiteral.ReplaceAllString(s, "''")
	s = comment.ReplaceAllString(s, " ")
	s = strings.NewReplacer(`"`, "", "`", "").Replace(s)
	s = bracketed.ReplaceAllString(space.ReplaceAllString(s, " "), "$1 $2")
	return judge(s)
}

// judge returns the first unconfined table of one scope and of all those inside it.
func judge(s string) string {
	own, inner := cut(s)
	var conditions, columns []string
	for len(inner) > 0 {
		in := inner[0]
		inner = inner[1:]
		if statement.MatchString(in) {
			if t := judge(in); t != "" {
				return t
			}
			continue
		}
		text, deeper := cut(in)
		inner = append(inner, deeper...)
		columns = append(columns, text)
		if !either.MatchString(text) { // a condition beside an OR confines nothing
			conditions = append(conditions, text)
		}
	}
	grouped := " " + strings.Join(conditions, " and ")
	for _, part := range setOperator.Split(own, -1) {
		if t := judgePart(part, grouped, strings.Join(columns, " ")); t != "" {
			return t
		}
	}
	return ""
}

// cut replaces the outermost parentheses of s by group, and returns what was in them.
func cut(s string) (own string, inner []string) {
	var b strings.Builder
	depth, start := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			if depth++; depth == 1 {
				start = i + 1
				b.WriteString(" " + group + " ")
			}
		case ')':
			if depth--; depth == 0 {
				inner = append(inner, s[start:i])
			}
		default:
			if depth == 0 {
				b.WriteByte(s[i])
			}
		}
	}
	return b.String(), inner
}

// judgePart judges one statement without its parentheses, given the conditions and the column lists that were in them.
func judgePart(s, grouped, columns string) string {
	conflict := strings.Contains(s, "on conflict")
	var read []string
	for _, m := range named.FindAllStringSubmatch(s, -1) {
		switch {
		case !workspaceTables[m[2]] || conflict && m[1] == "update":
		case m[1] == "truncate" || m[1] == "table":
			return m[2]
		case m[1] == "into":
			if !strings.Contains(columns, "workspace_id") {
				return m[2]
			}
		default:
			read = append(read, m[2])
		}
	}
	for _, m := range fromList.FindAllStringSubmatch(s, -1) {
		for _, item := range strings.Split(m[1], ",") {
			if name := firstName.FindStringSubmatch(item); name != nil && workspaceTables[name[1]] {
				read = append(read, name[1])
			}
		}
	}
	if len(read) == 0 {
		return ""
	}
	_, where, _ := strings.Cut(setList.ReplaceAllString(s, "$1"), " ") // what a SET list names is no condition
	all := where + grouped
	named := len(bound.FindAllString(all, -1))
	if named == 0 || negated.MatchString(all) || either.MatchString(where) || named+len(joined.FindAllString(all, -1)) < len(read) {
		return read[0]
	}
	return ""
}
