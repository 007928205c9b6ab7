package dialogue

import (
	"context"
	"fmt"
	"time"

	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/id"
	"parley/ent/reminder"
	"parley/ent/turn"
)

// reminderEntries are lines that tell the model why it writes without having been asked, before the steps of each turn
// that a reminder made. Read is how far the present turn has read.
func (r *run) reminderEntries(ctx context.Context, v *view, steps []*ent.Step, read int64) ([]entry, error) {
	if !v.reminded {
		return nil, nil
	}
	first := map[string]int64{} // sequence at which a turn began
	for _, st := range steps {
		if at, known := first[st.TurnID]; !known || st.ReadSequence < at {
			first[st.TurnID] = st.ReadSequence
		}
	}
	if _, begun := first[v.turn.ID]; !begun {
		first[v.turn.ID] = read
	}
	ids := make([]string, 0, len(first))
	for turnID := range first {
		ids = append(ids, turnID)
	}
	client := r.s.log.Client()
	turns, err := client.Turn.Query().Where(turn.IDIn(ids...), turn.ReminderIDNotNil()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the turns of reminders: %w", err)
	}
	if len(turns) == 0 {
		return nil, nil
	}
	made := make([]string, len(turns))
	for i, tn := range turns {
		made[i] = *tn.ReminderID
	}
	rows, err := client.Reminder.Query().Where(reminder.IDIn(made...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the reminders of turns: %w", err)
	}
	byID := map[string]*ent.Reminder{}
	for _, row := range rows {
		byID[row.ID] = row
	}
	var entries []entry
	for _, tn := range turns {
		row := byID[*tn.ReminderID]
		if row == nil {
			return nil, fmt.Errorf("the reminder of turn %s is not there", tn.ID)
		}
		line := reminderLine(row, tn.CreatedAt.Time().In(zoneOf(v.agent)))
		entries = append(entries, entry{sequence: first[tn.ID], rank: 1, at: tn.CreatedAt, id: tn.ID,
			messages: []model.Message{{Role: model.User, Parts: []model.Part{{Text: line}}}}})
	}
	return entries, nil
}

// reminderLine says what made a turn at that time, and what is to be written.
func reminderLine(row *ent.Reminder, at time.Time) string {
	made := row.CreatedAt.Time().In(at.Location())
	switch {
	case isFollowUp(row):
		return fmt.Sprintf("[system] It is %s. The customer has written nothing since your last message, %s ago (%s). "+
			"Write to the customer now, without being asked: %s", clock(at), at.Sub(made).Round(time.Minute), clock(made), row.Instruction)
	case byCall(row): // the model's own words, perhaps with the customer's in them
		return fmt.Sprintf("[system] It is %s. On %s you promised the customer to write at this time about %q. Write to the customer now.",
			clock(at), clock(made), row.Instruction)
	}
	return fmt.Sprintf("[system] It is %s. On %s a message to the customer was scheduled for this time. "+
		"Write to the customer now, without being asked: %s", clock(at), clock(made), row.Instruction)
}

func byCall(row *ent.Reminder) bool {
	prefix, ok := id.Prefix(row.SetBy)
	return ok && prefix == id.Call
}
