package dialogue

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/call"
	"parley/ent/event"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/step"
	"parley/eventlog"
)

// How much of a thread a model reads: the newest messages and steps, up to a size.
const (
	maxHistory      = 200
	maxHistoryBytes = 400_000
)

// history is what a model reads of a thread.
type history struct {
	messages []model.Message
	read     int64 // sequence of the newest message in it
}

// entry is one piece of history. Pieces are ordered by what had been said when they came to be: a step stands after
// the messages it had read and before those that arrived while the model wrote.
type entry struct {
	sequence int64
	rank     int // at the same sequence: message, marker, step
	at       ms.Time
	number   int
	id       string
	messages []model.Message
}

// gather reads the history of the turn's thread. A turn whose agent lets new messages wait reads no further than at
// its first step.
func (r *run) gather(ctx context.Context, v *view) (history, error) {
	if r.reading != nil {
		return r.goOn(ctx, v)
	}
	if h, ok, err := r.recall(ctx, v); ok || err != nil {
		return h, err
	}
	return r.readWhole(ctx, v)
}

// readWhole is gather from the database alone.
func (r *run) readWhole(ctx context.Context, v *view) (history, error) {
	h := history{read: v.turn.ReadSequence}
	client := r.s.log.Client()
	q := client.Message.Query().Where(message.ThreadID(v.thread.ID))
	count := v.thread.MessageCount
	if keepsQueue(v.agent) && v.turn.StepsUsed > 0 {
		count = math.MinInt32 // some may be left out
		q.Where(message.SequenceLTE(v.turn.ReadSequence))
	}
	texts, err := q.Order(ent.Desc(message.FieldSequence)).Limit(maxHistory).All(ctx)
	if err != nil {
		return h, fmt.Errorf("read the messages: %w", err)
	}
	oldest := int64(0)
	if len(texts) > 0 {
		h.read = max(h.read, texts[0].Sequence)
	}
	if len(texts) == maxHistory {
		oldest = texts[len(texts)-1].Sequence
	}
	steps, err := client.Step.Query().Where(step.ThreadID(v.thread.ID), step.ReadSequenceGTE(oldest), step.FinishNEQ(finishDropped)).
		Order(ent.Desc(step.FieldCreatedAt)).Limit(maxHistory).All(ctx)
	if err != nil {
		return h, fmt.Errorf("read the steps: %w", err)
	}
	entries, err := r.stepEntries(ctx, steps)
	if err != nil {
		return h, err
	}
	told := map[string]bool{}
	for _, st := range steps {
		told[st.TurnID] = true
	}
	for _, m := range texts {
		if m.Author == message.AuthorAGENT && m.Model != "" && m.TurnID != nil && told[*m.TurnID] {
			continue // stands in the step that wrote it
		}
		entries = append(entries, messageEntry(m))
	}
	markers, err := r.markers(ctx, v, oldest)
	if err != nil {
		return h, err
	}
	reminders, err := r.reminderEntries(ctx, v, steps, h.read)
	if err != nil {
		return h, err
	}
	entries = slices.Concat(entries, markers, reminders)
	r.reading = &reading{entries: slices.Clone(entries), read: h.read, count: count}
	h.messages = join(entries)
	return h, nil
}

// remark is the beginning of a line that only this program and operators may write. Lines end by whatever looks like an end to a
// model, and begin with whatever it does not see.
var remark = regexp.MustCompile(`(?im)((?:^|[\r\v\f\x{85}\x{2028}\x{2029}])[\s\p{Z}\p{Cf}]*)\[(operator|system|note)`)

func messageEntry(m *ent.Message) entry {
	e := entry{sequence: m.Sequence, at: m.CreatedAt, id: m.ID}
	role, text := model.User, m.Text
	switch m.Author {
	case message.AuthorAGENT:
		role = model.Model
	case message.AuthorOPERATOR:
		text = "[operator " + oneLine(m.AuthorName) + "] " + text
	case message.AuthorSYSTEM:
		text = "[system] " + text
	default:
		text = remark.ReplaceAllString(text, "$1($2")
	}
	e.messages = []model.Message{{Role: role, Parts: []model.Part{{Text: text}}}}
	return e
}

func oneLine(name string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("[", "(", "]", ")").Replace(name)), " ")
}

// stepEntries turns steps into what the model said and what its calls brought.
func (r *run) stepEntries(ctx context.Context, steps []*ent.Step) ([]entry, error) {
	ids := make([]string, len(steps))
	for i, st := range steps {
		ids[i] = st.ID
	}
	calls, err := r.s.log.Client().Call.Query().Where(call.StepIDIn(ids...)).Order(ent.Asc(call.FieldNumber)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the calls: %w", err)
	}
	ofStep := map[string][]*ent.Call{}
	for _, c := range calls {
		ofStep[c.StepID] = append(ofStep[c.StepID], c)
	}
	var entries []entry
	for _, st := range steps {
		var parts []model.Part
		if err := st.Content.Decode(&parts); err != nil {
			return nil, fmt.Errorf("read step %s: %w", st.ID, err)
		}
		if e, ok := stepEntry(st, parts, ofStep[st.ID]); ok {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// resultOf is what the model is told of a call.
func resultOf(c *ent.Call) *model.Result {
	res := &model.Result{CallID: c.ProviderCallID, Name: c.Name, Body: json.RawMessage(c.Result), Failed: c.State != call.StateANSWERED}
	switch c.State {
	case call.StateAWAITING_APPROVAL, call.StateRESERVED:
		res.Body, res.Failed = json.RawMessage(`{"state":"waiting for the approval of a person; the result will stand here later"}`), false
	case call.StateSENT:
		res.Body = json.RawMessage(`{"error":"no answer came; it may have taken effect or not: do not simply repeat it"}`)
	}
	return res
}

// markers tell the model when the talk was a person's, and when else its silence ended, from the tags' own events.
func (r *run) markers(ctx context.Context, v *view, oldest int64) ([]entry, error) {
	if !v.lowered {
		return nil, nil
	}
	changes, err := r.s.log.Client().Event.Query().
		Where(event.ThreadID(v.thread.ID), event.TypeIn(eventlog.TagAdded, eventlog.TagRemoved), event.SequenceGTE(oldest)).
		Order(ent.Asc(event.FieldSequence)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read when the talk changed hands: %w", err)
	}
	var entries []entry
	var since *ent.Event
	for _, ev := range changes {
		var data eventlog.Data
		if err := ev.Data.Decode(&data); err != nil {
			return nil, fmt.Errorf("read event %s: %w", ev.ID, err)
		}
		var text string
		switch {
		case ev.Type == eventlog.TagAdded:
			if data.Tag == TagOperator {
				since = ev
			}
			continue
		case data.Tag == TagOperator:
			if text, err = r.handedBack(ctx, v, since, ev); err != nil {
				return nil, err
			}
			since = nil
		case data.Tag == TagClose:
			text = fmt.Sprintf("[system] The dialogue was opened again at %s: that you were to be silent because it was closed no longer holds.", ev.CreatedAt)
		case data.Tag == TagIsBot:
			text = fmt.Sprintf("[system] The other side no longer counts as a machine since %s: that you were to be silent because of it no longer holds.", ev.CreatedAt)
		default:
			continue
		}
		entries = append(entries, entry{sequence: *ev.Sequence, rank: 1, at: ev.CreatedAt, id: ev.ID,
			messages: []model.Message{{Role: model.User, Parts: []model.Part{{Text: text}}}}})
	}
	return entries, nil
}

// handedBack says who had the talk, and since when the agent has it again.
func (r *run) handedBack(ctx context.Context, v *view, since, until *ent.Event) (string, error) {
	q := r.s.log.Client().Message.Query().Where(message.ThreadID(v.thread.ID), message.AuthorEQ(message.AuthorOPERATOR),
		message.SequenceLT(*until.Sequence))
	from := ""
	if since != nil {
		q.Where(message.SequenceGT(*since.Sequence))
		from = " from " + since.CreatedAt.String()
	}
	wrote, err := q.Order(ent.Asc(message.FieldSequence)).All(ctx)
	if err != nil {
		return "", fmt.Errorf("read what operators said: %w", err)
	}
	counts, names := map[string]int{}, []string{}
	for _, m := range wrote {
		name := oneLine(m.AuthorName)
		if counts[name]++; counts[name] == 1 {
			names = append(names, name)
		}
	}
	who := "no operator wrote anything"
	if len(names) > 0 {
		parts := make([]string, len(names))
		for i, name := range names {
			parts[i] = fmt.Sprintf("operator %s wrote %d of the messages above", name, counts[name])
		}
		who = strings.Join(parts, ", ")
	}
	return fmt.Sprintf("[system] A person had this talk%s until %s; %s. You have the talk again since then: that you were to be silent no longer holds.",
		from, until.CreatedAt, who), nil
}

// join puts entries in order, drops the oldest beyond the size, and merges what the customer said in a row.
func join(entries []entry) []model.Message {
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.sequence, b.sequence), cmp.Compare(a.rank, b.rank), cmp.Compare(a.at, b.at),
			cmp.Compare(a.number, b.number), cmp.Compare(a.id, b.id))
	})
	size, first := 0, len(entries)
	for first > 0 {
		size += sizeOf(entries[first-1])
		if size > maxHistoryBytes && first < len(entries) {
			break
		}
		first--
	}
	trimmed := first > 0
	var out []model.Message
	for _, e := range entries[first:] {
		for _, m := range e.messages {
			last := len(out) - 1
			switch {
			case trimmed && last < 0 && m.Role != model.User: // a trimmed history begins with somebody's words
			case last >= 0 && fromCustomer(m) && fromCustomer(out[last]):
				out[last].Parts = append(out[last].Parts, m.Parts...)
			default:
				out = append(out, m)
			}
		}
	}
	return out
}

// fromCustomer says whether a message is the customer's words, and not a remark of this program or of an operator.
func fromCustomer(m model.Message) bool {
	return m.Role == model.User && !remark.MatchString(m.Parts[0].Text)
}

func sizeOf(e entry) (size int) {
	for _, m := range e.messages {
		for _, p := range m.Parts {
			size += len(p.Text) + len(p.Wire)
			if p.Call != nil {
				size += len(p.Call.Args)
			}
			if p.Result != nil {
				size += len(p.Result.Body)
			}
		}
	}
	return size
}
