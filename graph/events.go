package graph

import (
	"context"

	"parley/ent"
	"parley/ent/call"
	"parley/ent/message"
	"parley/ent/note"
	"parley/ent/thread"
	"parley/ent/turn"
	"parley/ent/viewer"
	"parley/ent/workspace"
	"parley/eventlog"
	"parley/graph/gql"
	"parley/invalid"
)

// history names the unbroken history of the viewer's workspace.
func (r *Resolver) history(ctx context.Context) (string, error) {
	v, _ := viewer.FromContext(ctx)
	w, err := r.client.Workspace.Query().Where(workspace.ID(v.Workspace)).Only(ctx)
	if err != nil {
		return "", err
	}
	return w.History, nil
}

// startOf finds where a stream of a thread begins: behind the cursor, or now.
func (r *Resolver) startOf(ctx context.Context, threadID string, after *gql.Cursor) (start position, err error) {
	after = resumeAfter(ctx, after)
	t, err := r.client.Thread.Query().Where(thread.ID(threadID)).Only(ctx)
	if err != nil {
		return start, err
	}
	history, err := r.history(ctx)
	if err != nil {
		return start, err
	}
	if after == nil || *after == "" {
		return position{eventlog.Cursor{History: history, Thread: threadID, Sequence: t.LastSeq}, t.LastSeq}, nil
	}
	start.reached = t.LastSeq
	start.Cursor, err = eventlog.ReadCursor(r.keys, string(*after))
	if err != nil || start.Thread != threadID {
		return start, invalid.One("after", "is no cursor of this thread's events: use one that an earlier event or `thread { cursor }` gave")
	}
	if start.History != history {
		return start, eventlog.ErrCursorExpired
	}
	if start.Sequence != t.LastSeq {
		_, err = r.log.ThreadAfter(ctx, threadID, start.Sequence, 1) // says at once when the cursor has expired
	}
	return start, err
}

// present turns a row of the log into the type of the API. Things that the viewer may not read are left out.
func (r *Resolver) present(ctx context.Context, row *ent.Event, cursor gql.Cursor) (gql.ThreadEvent, error) {
	var data eventlog.Data
	if err := row.Data.Decode(&data); err != nil {
		return nil, err
	}
	internal := hasRole(ctx, viewer.Admin, viewer.Operator, viewer.App)
	id, kind, threadID, sequence, at := row.ID, row.Type, *row.ThreadID, int(*row.Sequence), row.CreatedAt
	switch kind {
	case eventlog.MessageCreated:
		m, err := r.client.Message.Query().Where(message.ID(data.MessageID)).Only(ctx)
		return gql.MessageCreated{ID: id, Type: kind, ThreadID: threadID, Sequence: sequence, Cursor: cursor, CreatedAt: at, Message: m}, err
	case eventlog.TagAdded, eventlog.TagRemoved:
		e := gql.TagChanged{ID: id, Type: kind, ThreadID: threadID, Sequence: sequence, Cursor: cursor, CreatedAt: at, Tag: data.Tag}
		if internal {
			e.Text = &data.Text
		}
		return e, nil
	case eventlog.StatusChanged:
		return gql.StatusChanged{ID: id, Type: kind, ThreadID: threadID, Sequence: sequence, Cursor: cursor, CreatedAt: at, Status: thread.Status(data.Status)}, nil
	case eventlog.TurnStarted, eventlog.TurnResumed, eventlog.TurnEnded:
		t, err := r.client.Turn.Query().Where(turn.ID(data.TurnID)).Only(ctx)
		return gql.TurnChanged{ID: id, Type: kind, ThreadID: threadID, Sequence: sequence, Cursor: cursor, CreatedAt: at, Turn: t}, err
	case eventlog.CallUpdated, eventlog.CallFailed, eventlog.CallAwaitingApproval:
		e := gql.CallChanged{ID: id, Type: kind, ThreadID: threadID, Sequence: sequence, Cursor: cursor, CreatedAt: at}
		if !mayReadCalls(ctx) {
			return e, nil
		}
		var err error
		e.Call, err = r.client.Call.Query().Where(call.ID(data.CallID)).Only(ctx)
		return e, err
	case eventlog.NoteAdded:
		e := gql.NoteAdded{ID: id, Type: kind, ThreadID: threadID, Sequence: sequence, Cursor: cursor, CreatedAt: at}
		if !mayReadNotes(ctx) {
			return e, nil
		}
		var err error
		e.Note, err = r.client.Note.Query().Where(note.ID(data.NoteID)).Only(ctx)
		return e, err
	}
	if kind == eventlog.ReminderUpdated {
		e := gql.ReminderChanged{ID: id, Type: kind, ThreadID: threadID, Sequence: sequence, Cursor: cursor, CreatedAt: at}
		if !mayReadReminders(ctx) {
			return e, nil
		}
		var err error
		e.Reminder, err = r.reminder(ctx, data.ReminderID)
		return e, err
	}
	e := gql.DialogueEvent{ID: id, Type: kind, ThreadID: threadID, Sequence: sequence, Cursor: cursor, CreatedAt: at}
	if internal {
		e.Text, e.Contact = &data.Text, &data.Contact
	}
	return e, nil
}

func mayReadCalls(ctx context.Context) bool {
	return hasRole(ctx, viewer.Admin, viewer.Operator, viewer.Integrator)
}

func mayReadNotes(ctx context.Context) bool { return hasRole(ctx, viewer.Admin, viewer.Operator) }

// mayReadAgent says whether the viewer may see how an agent is made.
func mayReadAgent(ctx context.Context) bool {
	return hasRole(ctx, viewer.Admin, viewer.Operator, viewer.Integrator)
}
