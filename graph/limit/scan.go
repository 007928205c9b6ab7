package limit

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"
)

// shape is what can be counted in a document without parsing it.
type shape struct {
	tokens     int
	nesting    int // deepest nesting of parentheses, and of anything inside them
	depth      int // deepest nesting of selection sets as written
	aliases    int
	directives int
}

// scan reads the tokens of a document up to its end, or up to the first one
// that is none. It uses the lexer the parser uses, so that the two cannot be
// made to disagree about where a string or a comment ends; what follows a
// token the lexer refuses is not reached by the parser either.
func scan(source *ast.Source) shape {
	var (
		found  shape
		values int // brackets open inside parentheses, those included
		sets   int // braces open outside them
		tokens = lexer.New(source)
	)
	for {
		token, err := tokens.ReadToken()
		if err != nil || token.Kind == lexer.EOF {
			return found
		}
		if token.Kind == lexer.Comment {
			continue
		}
		found.tokens++
		switch token.Kind {
		case lexer.ParenL, lexer.BracketL:
			values++
		case lexer.ParenR, lexer.BracketR:
			values = max(values-1, 0)
		case lexer.BraceL:
			if values > 0 {
				values++
			} else {
				sets++
			}
		case lexer.BraceR:
			if values > 0 {
				values--
			} else {
				sets = max(sets-1, 0)
			}
		case lexer.Colon:
			if values == 0 {
				found.aliases++
			}
		case lexer.At:
			found.directives++
		}
		found.nesting = max(found.nesting, values)
		found.depth = max(found.depth, sets)
	}
}

// check compares the counts with the limits.
func (s shape) check(l Limits) error {
	switch {
	case s.tokens > l.Tokens:
		return exceeded(RuleTokens, l.Tokens, s.tokens)
	case s.nesting > l.Nesting:
		return exceeded(RuleNesting, l.Nesting, s.nesting)
	case s.depth > l.Depth:
		return exceeded(RuleDepth, l.Depth, s.depth)
	case s.aliases > l.Aliases:
		return exceeded(RuleAliases, l.Aliases, s.aliases)
	case s.directives > l.Directives:
		return exceeded(RuleDirectives, l.Directives, s.directives)
	}
	return nil
}
