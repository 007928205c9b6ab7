package scripted

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A template is text with {{path}}, {{join path ", "}}, {{#each path}}…{{else}}…{{/each}} and
// {{#if path}}…{{else}}…{{/if}}. The nil template is empty.
type template struct {
	nodes []node
	own   *regexp.Regexp // what it renders to, made when first asked for
	empty bool           // hardly any text of its own
}

type node struct {
	kind       nodeKind
	text       string // the text itself, or the separator of join
	path       []string
	body, none []node
}

type nodeKind int

const (
	textNode nodeKind = iota
	pathNode
	joinNode
	eachNode
	ifNode
)

// maxNesting bounds blocks inside blocks.
const maxNesting = 4

var pathForm = regexp.MustCompile(`^@?[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_\-]+)*$`)

// parseTemplate reads a template; empty text gives nil.
func parseTemplate(text string) (*template, error) {
	if text == "" {
		return nil, nil
	}
	p := &parser{rest: text}
	nodes, end, err := p.block(0)
	if err != nil {
		return nil, err
	}
	if end != "" {
		return nil, fmt.Errorf("has {{%s}} without a block to end", end)
	}
	return &template{nodes: nodes}, nil
}

type parser struct{ rest string }

// block reads nodes up to the end or to a tag that ends or splits a block, which it returns.
func (p *parser) block(depth int) (nodes []node, end string, err error) {
	if depth > maxNesting {
		return nil, "", fmt.Errorf("nests blocks deeper than %d", maxNesting)
	}
	for {
		text, after, found := strings.Cut(p.rest, "{{")
		if text != "" {
			nodes = append(nodes, node{kind: textNode, text: text})
		}
		if !found {
			p.rest = ""
			return nodes, "", nil
		}
		tag, rest, closed := strings.Cut(after, "}}")
		if !closed {
			return nil, "", errors.New("has {{ without }}")
		}
		p.rest, tag = rest, strings.TrimSpace(tag)
		switch {
		case tag == "else" || strings.HasPrefix(tag, "/"):
			return nodes, tag, nil
		case strings.HasPrefix(tag, "#"):
			n, err := p.nested(tag, depth)
			if err != nil {
				return nil, "", err
			}
			nodes = append(nodes, n)
		default:
			n, err := leaf(tag)
			if err != nil {
				return nil, "", err
			}
			nodes = append(nodes, n)
		}
	}
}

// nested reads the block that tag opens, up to and with its end.
func (p *parser) nested(tag string, depth int) (node, error) {
	word, argument, _ := strings.Cut(tag[1:], " ")
	n := node{kind: eachNode}
	switch word {
	case "each":
	case "if":
		n.kind = ifNode
	default:
		return n, fmt.Errorf("has an unknown block {{%s}}: only #each and #if exist", tag)
	}
	var err error
	if n.path, err = parsePath(argument); err != nil {
		return n, err
	}
	var end string
	if n.body, end, err = p.block(depth + 1); err != nil {
		return n, err
	}
	if end == "else" {
		if n.none, end, err = p.block(depth + 1); err != nil {
			return n, err
		}
	}
	if end != "/"+word {
		return n, fmt.Errorf("has {{%s}} without {{/%s}}", tag, word)
	}
	return n, nil
}

func leaf(tag string) (node, error) {
	if argument, ok := strings.CutPrefix(tag, "join "); ok {
		path, quoted, _ := strings.Cut(strings.TrimSpace(argument), " ")
		separator := ", "
		if quoted = strings.TrimSpace(quoted); quoted != "" {
			var err error
			if separator, err = strconv.Unquote(quoted); err != nil {
				return node{}, fmt.Errorf("has {{%s}}: the separator must be in double quotes", tag)
			}
		}
		parsed, err := parsePath(path)
		return node{kind: joinNode, path: parsed, text: separator}, err
	}
	parsed, err := parsePath(tag)
	return node{kind: pathNode, path: parsed}, err
}

func parsePath(s string) ([]string, error) {
	s = strings.TrimSpace(s)
	if !pathForm.MatchString(s) {
		return nil, fmt.Errorf("has {{%s}}: want a name or a path such as result.items.0.price", s)
	}
	return strings.Split(s, "."), nil
}

// roots calls f with the first name of each path that is looked up outside of an each block.
func roots(nodes []node, f func(path []string)) {
	for _, n := range nodes {
		if n.path != nil {
			f(n.path)
		}
		if n.kind != eachNode {
			roots(n.body, f)
		}
		roots(n.none, f)
	}
}

// single returns the path of a template that is nothing but one {{path}}: its value keeps its JSON type.
func (t *template) single() []string {
	if t != nil && len(t.nodes) == 1 && t.nodes[0].kind == pathNode {
		return t.nodes[0].path
	}
	return nil
}

// madeBy says whether text contains something this template could have rendered. Templates with hardly any text of
// their own never match. A template belongs to one request and is not shared.
func (t *template) madeBy(text string) bool {
	if t == nil || t.empty {
		return false
	}
	if t.own == nil {
		var pattern strings.Builder
		pattern.WriteString("(?s)")
		own := 0
		for _, n := range t.nodes {
			if n.kind == textNode {
				own += len(strings.TrimSpace(n.text))
				pattern.WriteString(regexp.QuoteMeta(n.text))
			} else {
				pattern.WriteString(".*?")
			}
		}
		var err error
		if t.own, err = regexp.Compile(pattern.String()); err != nil || own < 3 {
			t.empty = true
			return false
		}
	}
	return t.own.MatchString(text)
}
