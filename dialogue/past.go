package dialogue

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"parley/ent"
	"parley/ent/message"
)

const (
	// maxPastBytes bounds what a process keeps of threads that its models have read, in bytes of memory.
	maxPastBytes = 4 << 20
	// entryBytes and callBytes are what an entry, and a call or its result, takes beside its text.
	entryBytes, callBytes = 300, 200
)

// pasts keeps what models have read of threads, from the end of one turn to the next. Events are gapless within a thread
// and tell of every change, so that their number shows whether what is kept is still all there is.
type pasts struct {
	mu    sync.Mutex // protects the fields below
	known map[string]past
	size  int
}

// past is all that a model would read of a thread, up to the event with the sequence last.
type past struct {
	entries []entry
	last    int64
	size    int
}

// keep remembers the past of a thread, unless it is long.
func (p *pasts) keep(threadID string, entries []entry, last int64) {
	text, size := 0, 0
	for _, e := range entries {
		text += sizeOf(e)
		size += entryBytes
		for _, m := range e.messages {
			size += callBytes * max(0, len(m.Parts)-1)
		}
	}
	if len(entries) > maxHistory || text > maxHistoryBytes {
		return
	}
	size += text
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		p.known = map[string]past{}
	}
	p.drop(threadID)
	for other := range p.known {
		if p.size+size <= maxPastBytes {
			break
		}
		p.drop(other)
	}
	p.size += size
	p.known[threadID] = past{entries, last, size}
}

func (p *pasts) drop(threadID string) {
	p.size -= p.known[threadID].size
	delete(p.known, threadID)
}

// take returns the past of a thread and forgets it: it belongs to the caller from then on.
func (p *pasts) take(threadID string) (past, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	found, ok := p.known[threadID]
	p.drop(threadID)
	return found, ok
}

// recall is gather for the first step of a turn, from what this process keeps of the thread. It reports false when that is
// nothing, or when more has happened since than that messages came and the turn began.
func (r *run) recall(ctx context.Context, v *view) (history, bool, error) {
	known, ok := r.s.pasts.take(v.thread.ID)
	if !ok || v.turn.StepsUsed > 0 {
		return history{}, false, nil
	}
	texts, err := r.s.log.Client().Message.Query().Where(message.ThreadID(v.thread.ID), message.SequenceGT(known.last)).
		Order(ent.Asc(message.FieldSequence)).Limit(maxHistory).All(ctx)
	if err != nil {
		return history{}, false, fmt.Errorf("read the new messages: %w", err)
	}
	seen, read := int64(1), v.turn.ReadSequence // the turn's own beginning is an event, too
	for _, m := range texts {
		if m.Sequence <= v.thread.LastSeq {
			seen++
		}
		read = max(read, m.Sequence)
		known.entries = append(known.entries, messageEntry(m))
	}
	if v.thread.LastSeq-known.last != seen {
		return history{}, false, nil
	}
	r.reading = &reading{entries: known.entries, read: read, count: v.thread.MessageCount}
	return history{messages: join(slices.Clone(known.entries)), read: read}, true, nil
}

// remember keeps what the turn has read and said, once it has ended with an answer, unless there are messages that it has
// not read. Left is the thread and the calls as the last step left them.
func (r *run) remember(left *view) {
	if r.reading == nil || r.reading.count != left.thread.MessageCount {
		return
	}
	r.reading.settle(left.calls)
	r.s.pasts.keep(left.thread.ID, r.reading.entries, left.thread.LastSeq)
}
