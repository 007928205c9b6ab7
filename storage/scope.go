package storage

import (
	"regexp"
	"slices"
	"strings"

	entschema "entgo.io/ent/dialect/sql/schema"

	"parley/ent/migrate"
)

var (
	workspaceTables = func() map[string]bool {
		tables := map[string]bool{}
		for _, t := range migrate.Tables {
			if slices.ContainsFunc(t.Columns, func(c *entschema.Column) bool { return c.Name == "workspace_id" }) {
				tables[t.Name] = true
			}
		}
		return tables
	}()
	stringLiteral = regexp.MustCompile(`'(?:[^']|'')*'`)
	namedTable    = regexp.MustCompile(`\b(from|join|update|into)\s+(?:only\s+)?([a-z_][a-z0-9_]*)`)
	listedTable   = regexp.MustCompile(`,\s*([a-z_][a-z0-9_]*)\s+as\s`)
	condition     = regexp.MustCompile(`\bworkspace_id\s*(=|in\b|is\b)`)
	insertColumns = regexp.MustCompile(`\binto\s+[a-z_][a-z0-9_]*\s*\x00`)
)

// unconfinedTable returns the first workspace's table that some SELECT, UPDATE or DELETE of the statement touches
// with no condition on workspace_id in the same scope, or that an INSERT fills without that column; "" if none. A
// scope is a pair of parentheses: each sub-select answers for itself.
func unconfinedTable(query string) string {
	s := strings.ToLower(query)
	s = stringLiteral.ReplaceAllString(s, "''")
	s = strings.NewReplacer(`"`, "", "`", "", "\n", " ", "\t", " ").Replace(s)
	return judgeScope(s)
}

// judgeScope cuts the parentheses out of s, judges each by itself, and then what is left.
func judgeScope(s string) string {
	var own strings.Builder
	var inner []string
	depth, start := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			if depth++; depth == 1 {
				start = i + 1
				own.WriteString(" \x00 ")
			}
		case ')':
			if depth--; depth == 0 {
				inner = append(inner, s[start:i])
			}
		default:
			if depth == 0 {
				own.WriteByte(s[i])
			}
		}
	}
	text := own.String()
	for _, in := range inner {
		if strings.Contains(in, "select ") || strings.Contains(in, "update ") || strings.Contains(in, "delete ") {
			if t := judgeScope(in); t != "" {
				return t
			}
			continue
		}
		// A parenthesis without a statement of its own is part of this scope: conditions and column lists.
		text += " " + in
	}
	for part := range strings.SplitSeq(text, " union ") {
		if t := judgePart(part); t != "" {
			return t
		}
	}
	return ""
}

func judgePart(s string) string {
	confined := condition.MatchString(s)
	for _, m := range namedTable.FindAllStringSubmatch(s, -1) {
		switch {
		case !workspaceTables[m[2]]:
		case m[1] == "into":
			if !insertColumns.MatchString(s) || !strings.Contains(s, "workspace_id") {
				return m[2]
			}
		case !confined && !(m[1] == "update" && strings.Contains(s, "on conflict")):
			return m[2]
		}
	}
	for _, m := range listedTable.FindAllStringSubmatch(s, -1) {
		if workspaceTables[m[1]] && !confined {
			return m[1]
		}
	}
	return ""
}
