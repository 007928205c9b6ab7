package dialogue_test

import (
	"testing"

	"parley/dialogue"
	"parley/ent"
	"parley/ent/turn"
	"parley/storage"
	"parley/storage/storagetest"
)

// A turn that a reminder made may raise a tag that cancels reminders: it must not withdraw itself.
func TestAFollowUpMayCloseTheDialogue(t *testing.T) {
	for tag, reason := range map[string]string{dialogue.TagClose: "CLOSED", dialogue.TagOperator: "HANDED_OVER", "interest": "ANSWERED"} {
		t.Run(tag, func(t *testing.T) {
			storagetest.Each(t, func(t *testing.T, db *storage.DB) {
				w := newWorld(t, db, answers(says("hi"), does(text("bye"), calling(tag, `{}`))))
				id := w.thread(w.agent(follows(dialogue.FollowUp{AfterMinutes: 60, Instruction: "say bye", CancelTags: []string{"interest"}})), "Hi")
				w.turns(id, 1)
				w.untilReminders(id, "FOLLOW_UP 0 PENDING")
				w.due(id)
				w.until("the follow-up's turn", func() bool {
					last := w.db.Client.Turn.Query().Where(turn.ThreadID(id)).Order(ent.Desc(turn.FieldCreatedAt)).FirstX(w.ctx)
					return last.ReminderID != nil && last.State == turn.StateENDED && last.Reason.String() == reason
				})
				equal(t, "said", w.said(id)[:3], []string{"CUSTOMER Hi", "AGENT hi", "AGENT bye"})
			})
		})
	}
}
