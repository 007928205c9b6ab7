package eventlog

import (
	"fmt"
	"unicode/utf8"

	"parley/ent/raw"
)

// MaxBody is the greatest length of a webhook's body, in bytes.
const MaxBody = 64 << 10

// What a body that was longer keeps of its texts and tags.
const (
	keptText = 1000 // characters
	keptTags = 100
)

// renderers write a body in each version of the payload that this program knows. An event stores one body, that of
// PayloadVersion, as long as integrations cannot have any other.
var renderers = map[int]func(Body) (string, error){1: renderFirst}

// render writes the body in the given version, at most MaxBody long. The data of one that would be longer are cut.
func (b Body) render(version int) (string, error) {
	write, ok := renderers[version]
	if !ok {
		return "", fmt.Errorf("there is no version %d of the payload", version)
	}
	b.Version = version
	text, err := write(b)
	if err != nil || len(text) <= MaxBody {
		return text, err
	}
	b.Truncated, b.Data = true, cut(b.Data)
	return write(b)
}

func renderFirst(b Body) (string, error) {
	text, err := raw.Of(b)
	return string(text), err
}

// cut returns the data of an event without what may make them long, in the same form. All else is bounded by the rules
// for what is stored.
func cut(data any) any {
	switch d := data.(type) {
	case Dialogue:
		return d.cut()
	case MessageData:
		d.Dialogue, d.Message.Text = d.cut(), cutText(d.Message.Text)
		return d
	case TextData:
		d.Dialogue, d.Text = d.cut(), cutText(d.Text)
		return d
	case CallData:
		d.Dialogue, d.Error = d.cut(), cutText(d.Error)
		return d
	case ApprovalData:
		d.Dialogue, d.Arguments = d.cut(), ""
		return d
	case IntegrationData:
		d.Reason = cutText(d.Reason)
		return d
	}
	return data
}

func (d Dialogue) cut() Dialogue {
	d.Contact, d.Metadata, d.Tags = "", "", d.Tags[:min(len(d.Tags), keptTags)]
	return d
}

// cutText returns the first characters of a text.
func cutText(text string) string {
	if utf8.RuneCountInString(text) <= keptText {
		return text
	}
	return string([]rune(text)[:keptText])
}
