package replica

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A message is one line of fields: version, kind, sender, and what belongs to the kind. A server passes over what it does
// not understand, so that versions can run beside each other.
//
//	1 wake srv_… wsp_…=0a wsp_…=00+
//	1 hint srv_… text {"…"}
//	1 hello srv_…
const (
	version   = "1"
	kindWake  = "wake"
	kindHint  = "hint"
	kindHello = "hello"
	kindBye   = "bye"
)

// message returns a message of a kind without its fields.
func (b *Bus) message(kind string) string { return version + " " + kind + " " + b.self }

// take returns what waits to be sent.
func (b *Bus) take() (messages []string) {
	b.mu.Lock()
	wakes, hints, greet := b.wakes, b.hints, b.greet
	b.wakes, b.hints, b.greet = map[string]Wake{}, nil, false
	b.mu.Unlock()
	if greet {
		messages = append(messages, b.message(kindHello))
	}
	for _, h := range hints {
		messages = append(messages, b.message(kindHint)+" "+h.topic+" "+string(h.data))
	}
	var w strings.Builder
	for _, wake := range wakes {
		field := fmt.Sprintf(" %s=%02x", wake.Workspace, wake.Shards)
		if wake.Attempts {
			field += "+"
		}
		if w.Len()+len(field) > MaxMessage {
			messages = append(messages, w.String())
			w.Reset()
		}
		if w.Len() == 0 {
			w.WriteString(b.message(kindWake))
		}
		w.WriteString(field)
	}
	if w.Len() > 0 {
		messages = append(messages, w.String())
	}
	return messages
}

// heard handles a message.
func (b *Bus) heard(message string) {
	fields := strings.SplitN(message, " ", 4)
	if len(fields) < 3 || fields[0] != version || fields[2] == b.self {
		return
	}
	kind, sender, rest := fields[1], fields[2], ""
	if len(fields) == 4 {
		rest = fields[3]
	}
	b.mu.Lock()
	_, known := b.others[sender]
	if kind == kindBye {
		delete(b.others, sender)
	} else {
		b.others[sender] = time.Now()
	}
	b.mu.Unlock()
	if !known && kind != kindBye {
		// It may not know of this server yet, and what it has sent before was not heard.
		b.answer()
		b.on.Lost()
	}
	switch kind {
	case kindWake:
		for field := range strings.SplitSeq(rest, " ") {
			if w, ok := readWake(field); ok {
				b.on.Wake(w)
			}
		}
	case kindHint:
		if topic, data, ok := strings.Cut(rest, " "); ok {
			b.on.Hint(topic, []byte(data))
		}
	}
}

// answer has Run tell that this server is there.
func (b *Bus) answer() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.greet = true
	b.poke()
}

func readWake(field string) (Wake, bool) {
	workspace, bits, ok := strings.Cut(field, "=")
	bits, attempts := strings.CutSuffix(bits, "+")
	shards, err := strconv.ParseUint(bits, 16, 8)
	return Wake{workspace, uint8(shards), attempts}, ok && err == nil && workspace != ""
}
