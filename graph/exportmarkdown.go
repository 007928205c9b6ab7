package graph

import (
	"fmt"
	"regexp"
	"strings"

	"parley/ent/ms"
	"parley/eventlog"
)

// The file for people. Whatever others wrote stands in lines of a block quote or is escaped, so that nobody can forge a
// message, a fact or a call by what he writes, nor load a picture into the reader's window.

func writeMarkdownHead(d *download, h exportHead) {
	fmt.Fprintf(d, "# Dialogue %s\n\n", h.ThreadID)
	fact := func(name, value string) {
		if value != "" {
			fmt.Fprintf(d, "- %s: %s\n", name, inline(value))
		}
	}
	fact("External id", textOf(h.ExternalID))
	fact("Agent", h.AgentName)
	fact("Customer", h.Customer.Name)
	fact("Customer's external id", textOf(h.Customer.ExternalID))
	fact("E-mail", h.Customer.Email)
	fact("Phone", h.Customer.Phone)
	fact("Channel", h.Channel)
	fact("Status", h.Status)
	fact("Tags", strings.Join(h.Tags, ", "))
	fact("Contact", string(h.Contact))
	fact("Metadata", string(h.Metadata))
	fact("Messages", fmt.Sprint(h.MessageCount))
	fact("Begun", clock(h.CreatedAt))
	fact("Exported", clock(h.ExportedAt))
	d.WriteByte('\n')
}

func writeMarkdownEnd(d *download) { d.WriteString("*End of the dialogue.*\n") }

// writeMarkdown writes one thing that happened: what was said in full, the rest in a line.
func writeMarkdown(d *download, l exportLine) {
	at := clock(l.At)
	remark := func(format string, args ...any) {
		fmt.Fprintf(d, "*%s* · %s\n\n", at, fmt.Sprintf(format, args...))
	}
	switch {
	case l.Message != nil:
		speaker := speakers[l.Message.Author]
		if l.Message.AuthorName != "" {
			speaker += " " + inline(l.Message.AuthorName)
		}
		fmt.Fprintf(d, "**%s · %s**\n\n%s\n", at, speaker, quoted(l.Message.Text))
	case l.Note != nil:
		fmt.Fprintf(d, "**%s · Private note by %s**\n\n%s\n", at, inline(l.Note.AuthorName), quoted(l.Note.Text))
	case l.Call != nil:
		outcome := l.Call.State
		if l.Call.Error != "" {
			outcome += ", " + l.Call.Error
		}
		remark("Call %s %s: %s", inline(l.Call.Name), inline(short(string(l.Call.Arguments))), inline(short(outcome)))
	case l.Turn != nil:
		if l.Turn.Reason != "ANSWERED" { // which the answer shows
			remark("The agent's turn ended: %s %s", l.Turn.Reason, inline(l.Turn.ReasonText))
		}
	case l.Type == eventlog.TagAdded:
		remark("Tag %s on", inline(l.Tag))
	case l.Type == eventlog.TagRemoved:
		remark("Tag %s off", inline(l.Tag))
	case l.Type == eventlog.StatusChanged:
		remark("Status %s", l.Status)
	case l.Type == eventlog.ContactReceived:
		remark("Contact %s", inline(string(l.Contact)))
	case l.Type == eventlog.OperatorMessage:
		fmt.Fprintf(d, "**%s · For operators (private)**\n\n%s\n", at, quoted(l.Text))
	case l.Type == eventlog.ThreadMoved:
		remark("The thread went over to %s of its agent", inline(l.Text))
	}
}

var speakers = map[string]string{"CUSTOMER": "Customer", "AGENT": "Agent", "OPERATOR": "Operator", "SYSTEM": "System"}

// clock is a moment to the second, for people.
func clock(t ms.Time) string { return t.Time().Format("2006-01-02 15:04:05 UTC") }

// maxShort bounds what is told of a call in its line, in characters.
const maxShort = 300

func short(text string) string {
	if runes := []rune(text); len(runes) > maxShort {
		return string(runes[:maxShort]) + "…"
	}
	return text
}

var (
	// markup escapes what Markdown or HTML would read as more than text, wherever it stands in a line.
	markup = strings.NewReplacer(
		`&`, `&amp;`, `<`, `&lt;`, `>`, `&gt;`, `\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, `|`, `\|`,
		`~`, `\~`, `!`, `\!`, `#`, `\#`, `$`, `\$`,
	)
	// opening is what makes a list or a heading at the beginning of a line.
	opening = regexp.MustCompile(`^(\s*)([-+=]|\d+[.)])`)
	// breaks are all the ends of a line that some reader knows.
	breaks = regexp.MustCompile("\r\n|[\n\r\v\f\u0085\u2028\u2029]")
)

// inline is a text as a part of one line.
func inline(text string) string {
	return markup.Replace(strings.TrimSpace(breaks.ReplaceAllString(text, " ")))
}

// quoted is a text as a block quote: each line of it is a line of the quote.
func quoted(text string) string {
	var b strings.Builder
	for _, line := range breaks.Split(text, -1) {
		line = opening.ReplaceAllStringFunc(markup.Replace(line), func(s string) string {
			return s[:len(s)-1] + `\` + s[len(s)-1:]
		})
		b.WriteString(strings.TrimRight("> "+line, " \t"))
		b.WriteString("  \n") // two spaces keep the break
	}
	return b.String()
}
