package eventlog

import (
	"encoding/json"
	"errors"

	"parley/seal"
)

// Cursor is a place in the history of a thread, of a workspace's feed, or of its deliveries: opaque and authenticated outside.
type Cursor struct {
	// History is the workspace's unbroken history the place belongs to.
	History string `json:"h"`
	// Thread is set for a place in one thread, Workspace for one in a feed.
	Thread    string `json:"t,omitempty"`
	Workspace string `json:"w,omitempty"`
	// Deliveries is the workspace of a place in the feed of its attempts.
	Deliveries string `json:"d,omitempty"`
	// Sequence is the last event of the thread, or the position of the last attempt, that was seen; 0 is the beginning.
	Sequence int64 `json:"s,omitempty"`
	// Positions are the last positions seen of each feed shard.
	Positions [Shards]int64 `json:"p,omitzero"`
}

// ErrCursorInvalid is returned for a cursor that this server did not make, or that was made for something else.
var ErrCursorInvalid = errors.New("not a cursor of this stream")

// ErrCursorExpired is returned for a place that is no longer in the log: past retention, or of a history that was lost.
var ErrCursorExpired = errors.New("the cursor points to history that is gone: load the present state and go on from its cursor")

const cursorPurpose = "event cursor 1"

// String returns the cursor in the form clients see.
func (c Cursor) String(keys *seal.Keys) string {
	b, err := json.Marshal(c)
	if err != nil {
		panic("eventlog: " + err.Error()) // strings and numbers always encode
	}
	return keys.Token(cursorPurpose, b)
}

// ReadCursor reads what String made. The error is ErrCursorInvalid for anything else.
func ReadCursor(keys *seal.Keys, text string) (Cursor, error) {
	b, err := keys.ReadToken(cursorPurpose, text)
	if err != nil {
		return Cursor{}, ErrCursorInvalid
	}
	var c Cursor
	if err := json.Unmarshal(b, &c); err != nil {
		return Cursor{}, ErrCursorInvalid
	}
	return c, nil
}
