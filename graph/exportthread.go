package graph

import (
	"context"
	"encoding/json"

	"parley/ent/ms"
	"parley/ent/raw"
	"parley/ent/thread"
	"parley/eventlog"
	"parley/graph/gql"
)

// exportHead is the first line of a file: the thread as it is when the file is begun.
type exportHead struct {
	Type string `json:"type"` // thread
	eventlog.Dialogue
	AgentName  string         `json:"agent_name"`
	Customer   exportCustomer `json:"customer"`
	CreatedAt  ms.Time        `json:"created_at"`
	ExportedAt ms.Time        `json:"exported_at"`
}

type exportCustomer struct {
	ID         string   `json:"id"`
	ExternalID *string  `json:"external_id"`
	Name       string   `json:"name"`
	Email      string   `json:"email"`
	Phone      string   `json:"phone"`
	Metadata   raw.JSON `json:"metadata"`
}

// exportLine is something that happened in a thread. Which fields it has besides the first three depends on its type.
type exportLine struct {
	Type     string  `json:"type"`
	Sequence int64   `json:"sequence"`
	At       ms.Time `json:"at"`

	Message *exportMessage `json:"message,omitempty"`
	Call    *exportCall    `json:"call,omitempty"`
	Note    *exportNote    `json:"note,omitempty"`
	Turn    *exportTurn    `json:"turn,omitempty"`
	Tag     string         `json:"tag,omitempty"`
	Text    string         `json:"text,omitempty"`
	Status  string         `json:"status,omitempty"`
	Contact raw.JSON       `json:"contact,omitempty"`
}

type exportMessage struct {
	eventlog.MessageBody
	TurnID *string `json:"turn_id"`
	Model  string  `json:"model"`
}

// exportCall is a call in the state that it then took. Until it has ended there is no result.
type exportCall struct {
	ID         string   `json:"id"`
	TurnID     string   `json:"turn_id"`
	Name       string   `json:"name"`
	Arguments  raw.JSON `json:"arguments"`
	State      string   `json:"state"`
	Result     raw.JSON `json:"result"`
	HTTPStatus *int     `json:"http_status"`
	Error      string   `json:"error"`
}

type exportNote struct {
	ID         string `json:"id"`
	AuthorName string `json:"author_name"`
	Text       string `json:"text"`
}

type exportTurn struct {
	ID           string `json:"id"`
	Reason       string `json:"reason"`
	ReasonText   string `json:"reason_text"`
	Steps        int    `json:"steps"`
	Calls        int    `json:"calls"`
	InputTokens  int64  `json:"input_tokens"`
	OutputTokens int64  `json:"output_tokens"`
}

// exportEnd is the last line of a file, by which a whole one is known.
type exportEnd struct {
	Type  string `json:"type"` // end
	Lines int    `json:"lines"`
}

// writeThread writes one thread with everything in it, page by page.
func (e *exports) writeThread(ctx context.Context, d *download) error {
	t, err := within(ctx, e, e.resolver.client.Thread.Query().Where(thread.ID(d.link.Thread)).WithAgent().WithCustomer().WithTags().Only)
	if err != nil {
		return err
	}
	c := t.Edges.Customer
	head := exportHead{
		Type: "thread", Dialogue: systemFields(t), AgentName: t.Edges.Agent.Name, CreatedAt: t.CreatedAt, ExportedAt: ms.Now(),
		Customer: exportCustomer{c.ID, c.ExternalID, c.Name, c.Email, c.Phone, c.Metadata},
	}
	if d.link.Format == gql.ThreadExportFormatMarkdown {
		writeMarkdownHead(d, head)
		for lines, err := range e.pagesOf(ctx, t) {
			if err != nil {
				return err
			}
			for _, l := range lines {
				writeMarkdown(d, l)
			}
			if err := d.pageDone(); err != nil {
				return err
			}
		}
		writeMarkdownEnd(d)
		return nil
	}
	out := json.NewEncoder(d)
	out.SetEscapeHTML(false)
	if err := out.Encode(head); err != nil {
		return err
	}
	end := exportEnd{Type: "end", Lines: 1}
	for lines, err := range e.pagesOf(ctx, t) {
		if err != nil {
			return err
		}
		for _, l := range lines {
			if err := out.Encode(l); err != nil {
				return err
			}
		}
		end.Lines += len(lines)
		if err := d.pageDone(); err != nil {
			return err
		}
	}
	return out.Encode(end)
}
