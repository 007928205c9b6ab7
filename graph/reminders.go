package graph

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"parley/dialogue"
	"parley/ent"
	"parley/ent/reminder"
	"parley/ent/viewer"
	"parley/graph/gql"
)

// reminderReaders are who may read what an agent will write by itself.
var reminderReaders = []viewer.Role{viewer.Admin, viewer.Operator, viewer.App}

func mayReadReminders(ctx context.Context) bool { return hasRole(ctx, reminderReaders...) }

// reminder reads a reminder by its id; one that is not there is null.
func (r *Resolver) reminder(ctx context.Context, reminderID string) (*ent.Reminder, error) {
	return orNull(r.client.Reminder.Query().Where(reminder.ID(reminderID)).Only(ctx))
}

// remindersOf reads the reminders of a thread, newest first.
func (r *Resolver) remindersOf(ctx context.Context, threadID string, first *int) ([]*ent.Reminder, error) {
	if !mayReadReminders(ctx) {
		return nil, nil
	}
	p, err := newPage(place{}, nil, first, nil, nil)
	if err != nil {
		return nil, err
	}
	return r.client.Reminder.Query().Where(reminder.ThreadID(threadID)).
		Order(reminder.ByCreatedAt(sql.OrderDesc()), reminder.ByID(sql.OrderDesc())).Limit(*p.first).All(ctx)
}

func newReminder(in gql.CreateReminderInput) dialogue.ReminderInput {
	return dialogue.ReminderInput{
		ThreadID: in.ThreadID, DueAt: in.DueAt, Text: textOf(in.Text), Instruction: textOf(in.Instruction), CancelTags: in.CancelTags,
	}
}

// followUpsIn tells a list that was not given from one that was given empty.
func followUpsIn(in []*gql.FollowUpInput) *[]dialogue.FollowUp {
	if in == nil {
		return nil
	}
	all := make([]dialogue.FollowUp, len(in))
	for i, f := range in {
		all[i] = dialogue.FollowUp{
			AfterMinutes: f.AfterMinutes, Text: textOf(f.Text), Instruction: textOf(f.Instruction), CancelTags: f.CancelTags,
		}
	}
	return &all
}

// followUpsOf lists an agent's follow-ups for those who may read how it is made.
func followUpsOf(ctx context.Context, a *ent.Agent) ([]*gql.FollowUp, error) {
	if !mayReadAgent(ctx) {
		return nil, nil
	}
	all, err := dialogue.FollowUpsOf(a)
	if err != nil {
		return nil, err
	}
	out := make([]*gql.FollowUp, len(all))
	for i, f := range all {
		out[i] = &gql.FollowUp{
			AfterMinutes: f.AfterMinutes, Text: textOrNull(f.Text), Instruction: textOrNull(f.Instruction), CancelTags: f.CancelTags,
		}
	}
	return out, nil
}

func quietHoursIn(in *gql.QuietHoursInput) *dialogue.QuietHours {
	if in == nil {
		return nil
	}
	return &dialogue.QuietHours{From: in.From, To: in.To}
}

func quietHoursOf(a *ent.Agent) *gql.QuietHours {
	if a.QuietFrom == a.QuietTo {
		return nil
	}
	return &gql.QuietHours{From: a.QuietFrom, To: a.QuietTo}
}
