package dialogue_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/event"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/reminder"
	"parley/ent/turn"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

// follows gives an agent follow-ups.
func follows(all ...dialogue.FollowUp) func(*dialogue.AgentInput) {
	return func(in *dialogue.AgentInput) { in.FollowUps = &all }
}

func texts(all ...string) []dialogue.FollowUp {
	list := make([]dialogue.FollowUp, len(all))
	for i, words := range all {
		list[i] = dialogue.FollowUp{AfterMinutes: 60 * (i + 1), Text: words}
	}
	return list
}

// reminders returns a thread's reminders as "KIND number STATE reason", in the order in which they were made.
func (w *world) reminders(threadID string) []string {
	all := []string{}
	for _, r := range w.reminderRows(threadID) {
		all = append(all, strings.TrimSpace(r.Kind.String()+" "+string(rune('0'+r.Number))+" "+r.State.String()+" "+r.Reason))
	}
	return all
}

func (w *world) reminderRows(threadID string) []*ent.Reminder {
	return w.db.Client.Reminder.Query().Where(reminder.ThreadID(threadID)).Order(reminder.ByID()).AllX(w.ctx)
}

// due lets the time of a thread's pending reminders come.
func (w *world) due(threadID string) {
	w.db.Client.Reminder.Update().Where(reminder.ThreadID(threadID), reminder.StateEQ(reminder.StatePENDING)).SetDueAt(1).ExecX(w.ctx)
}

// untilReminders waits until a thread has these reminders.
func (w *world) untilReminders(threadID string, want ...string) {
	w.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		got := w.reminders(threadID)
		if strings.Join(got, "; ") == strings.Join(want, "; ") {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("reminders:\n got %q\nwant %q", got, want)
		}
		time.Sleep(3 * time.Millisecond)
	}
}

func (w *world) schedule(threadID string, in dialogue.ReminderInput) string {
	w.t.Helper()
	in.ThreadID = threadID
	if in.DueAt == 0 {
		in.DueAt = ms.Now().Add(time.Hour)
	}
	made, err := w.s.CreateReminder(w.operator, in)
	w.must(err)
	return made.ID
}

func TestFollowUpsComeOneAfterTheOther(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers(says("Hello.")))
		id := w.thread(w.agent(follows(texts("Still there?", "Bye then.")...)), "Hi")
		w.turns(id, 1)
		w.untilReminders(id, "FOLLOW_UP 0 PENDING")
		first := w.reminderRows(id)[0]
		last := db.Client.Message.Query().Where(message.ThreadID(id), message.AuthorEQ(message.AuthorAGENT)).OnlyX(w.ctx)
		equal(t, "due", first.DueAt.Sub(last.CreatedAt), time.Hour)
		equal(t, "after", first.AfterMessageID, last.ID)
		w.due(id)
		w.untilReminders(id, "FOLLOW_UP 0 SENT", "FOLLOW_UP 1 PENDING")
		second := w.reminderRows(id)[1]
		sent := db.Client.Message.Query().Where(message.ThreadID(id), message.Text("Still there?")).OnlyX(w.ctx)
		equal(t, "message", *w.reminderRows(id)[0].MessageID, sent.ID)
		equal(t, "author", sent.AuthorName, "Bot")
		equal(t, "second due", second.DueAt.Sub(sent.CreatedAt), 2*time.Hour)
		w.due(id)
		w.untilReminders(id, "FOLLOW_UP 0 SENT", "FOLLOW_UP 1 SENT")
		equal(t, "said", w.said(id), []string{"CUSTOMER Hi", "AGENT Hello.", "AGENT Still there?", "AGENT Bye then."})
		told := db.Client.Event.Query().Where(event.ThreadID(id), event.Type(eventlog.ReminderUpdated)).CountX(w.ctx)
		equal(t, "events", told, 4)
	})
}

func TestWhatCancelsFollowUps(t *testing.T) {
	tag := func(name string) func(*world, string) error {
		return func(w *world, id string) error {
			_, err := w.s.AddTag(w.operator, id, name, "")
			return err
		}
	}
	rows := map[string]struct {
		happens func(w *world, id string) error
		want    string
	}{
		"reply": {func(w *world, id string) error { w.say(id, "yes"); return nil }, "CANCELLED the customer replied"},
		"operator": {func(w *world, id string) error {
			_, err := w.s.SendOperatorMessage(w.operator, dialogue.MessageInput{ThreadID: id, Text: "me"})
			return err
		}, "CANCELLED an operator wrote"},
		"own tag": {tag("vip"), "CANCELLED the tag vip was set"},
		"contact": {func(w *world, id string) error {
			_, err := w.s.AddTag(w.operator, id, "get_contact", "a@example.com")
			return err
		}, "CANCELLED the tag get_contact was set"},
		"close":     {tag("close"), "CANCELLED the tag close was set"},
		"is_bot":    {tag("is_bot"), "CANCELLED the tag is_bot was set"},
		"take-over": {func(w *world, id string) error { _, err := w.s.TakeOver(w.operator, id); return err }, "CANCELLED the tag operator was set"},
		"another":   {tag("other"), "PENDING"},
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		f := texts("Still there?")
		f[0].CancelTags = []string{"vip", "get_contact"}
		a := w.agent(follows(f...))
		for name, row := range rows {
			t.Run(name, func(t *testing.T) {
				w := w.in(t)
				id := w.thread(a, "Hi")
				w.turns(id, 1)
				w.must(row.happens(w, id))
				equal(t, "reminder", w.reminders(id)[0], "FOLLOW_UP 0 "+row.want)
			})
		}
	})
}

func TestOnlyAnAnswerIsFollowedUp(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers(does(text("bye"), calling("close", `{}`)), does(calling("vip", `{}`)), says(""), says(""),
			func(context.Context, model.Request) model.End { return model.End{Reason: model.Blocked} }))
		f := texts("Still there?")
		f[0].CancelTags = []string{"vip"}
		a := w.agent(follows(f...))
		_, err := w.s.CreateFunction(w.ctx, dialogue.FunctionInput{AgentID: a, Kind: "TAG", Name: ptr("vip")})
		w.must(err)
		for _, want := range []string{"CLOSED", "SILENT", "BLOCKED"} {
			id := w.thread(a, "Hi")
			equal(t, "reason", w.reason(id), want)
			equal(t, "reminders of "+want, w.reminders(id), []string{})
		}
		id := w.thread(a, "Hi")
		equal(t, "reason", w.reason(id), "ANSWERED")
		w.untilReminders(id, "FOLLOW_UP 0 PENDING")
		r, err := w.s.CreateThread(w.ctx, dialogue.ThreadInput{AgentID: a})
		w.must(err)
		_, err = w.s.AddTag(w.operator, r.ThreadID, "vip", "")
		w.must(err)
		w.say(r.ThreadID, "Hi")
		w.turns(r.ThreadID, 1)
		equal(t, "with the tag on", w.reminders(r.ThreadID), []string{})
	})
}

func TestAnInstructionIsReadAtTheEnd(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		read := make(chan []model.Message, 9)
		hear := func(parts ...model.Part) answerFunc {
			return func(_ context.Context, r model.Request) model.End {
				read <- r.Messages
				return ended(parts...)
			}
		}
		w := newWorld(t, db, answers(says("Hello."), hear(calling("interest", `{}`)), hear(text("Are you there?")), hear(text("later"))))
		id := w.thread(w.agent(follows(dialogue.FollowUp{AfterMinutes: 5, Instruction: "ask kindly"}, dialogue.FollowUp{AfterMinutes: 5, Text: "2"})), "Hi")
		w.turns(id, 1)
		w.due(id)
		turns := w.turns(id, 2)
		w.untilReminders(id, "FOLLOW_UP 0 SENT", "FOLLOW_UP 1 PENDING")
		equal(t, "reason", turns[1].Reason.String(), "ANSWERED")
		equal(t, "tokens", turns[1].InputTokens, int64(20))
		equal(t, "said", w.said(id), []string{"CUSTOMER Hi", "AGENT Hello.", "AGENT Are you there?"})
		first, second := <-read, <-read
		line := first[len(first)-1]
		if words := line.Parts[0].Text; line.Role != model.User || !strings.HasPrefix(words, "[system] It is ") || !strings.HasSuffix(words, "ask kindly") {
			t.Errorf("the model read at the end: %v", line)
		}
		equal(t, "second step", []any{second[len(first)-1].Parts[0].Text, len(second)}, []any{line.Parts[0].Text, len(first) + 2})
		w.say(id, "yes")
		w.turns(id, 3)
		third := <-read
		equal(t, "later turns read it where it was", third[len(first)-1].Parts[0].Text, line.Parts[0].Text)
		equal(t, "the customer's words are last", third[len(third)-1].Parts[0].Text, "yes")
		w.untilReminders(id, "FOLLOW_UP 0 SENT", "FOLLOW_UP 1 CANCELLED the customer replied", "FOLLOW_UP 0 PENDING")
	})
}

func TestNobodyHearsOfAFollowUpThatFailed(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var mu sync.Mutex
		broken := false
		works := answers()
		w := newWorld(t, db, &fake{func(ctx context.Context, r model.Request) iter.Seq2[model.Event, error] {
			mu.Lock()
			defer mu.Unlock()
			if broken {
				return func(yield func(model.Event, error) bool) {
					yield(model.Event{}, &model.Error{Kind: model.Auth, Err: errors.New("no")})
				}
			}
			return works.Generate(ctx, r)
		}})
		f := dialogue.FollowUp{AfterMinutes: 5, Instruction: "ask"}
		a := w.agent(follows(f))
		id, other := w.thread(a, "Hi"), w.thread(a, "Hi")
		w.turns(id, 1)
		w.turns(other, 1)
		mu.Lock()
		broken = true
		mu.Unlock()
		w.due(id)
		equal(t, "reason", w.turns(id, 2)[1].Reason.String(), "FAILED")
		equal(t, "said", w.said(id), []string{"CUSTOMER Hi", "AGENT ok"})
		equal(t, "reminders", w.reminders(id), []string{"FOLLOW_UP 0 SENT"})
		_, err := w.s.UpdateAgent(w.ctx, a, dialogue.AgentInput{DailyTokens: ptr(int64(1))})
		w.must(err)
		w.due(other)
		equal(t, "reason", w.turns(other, 2)[1].Reason.String(), "LIMIT")
		equal(t, "said", w.said(other), []string{"CUSTOMER Hi", "AGENT ok"})
	})
}

func TestADeletedAgentSendsNothing(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		a := w.agent(follows(texts("Still there?")...))
		id := w.thread(a, "Hi")
		w.turns(id, 1)
		_, err := w.s.DeleteAgent(w.ctx, a)
		w.must(err)
		w.due(id)
		w.untilReminders(id, "FOLLOW_UP 0 CANCELLED the agent was deleted")
		_, err = w.s.CreateReminder(w.operator, dialogue.ReminderInput{ThreadID: id, DueAt: ms.Now().Add(time.Hour), Text: "x"})
		equal(t, "error", err, dialogue.ErrAgentDeleted)
	})
}

func TestQuietHoursHoldFollowUpsOnly(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		now := time.Now().UTC()
		in := func(minutes int) string { return now.Add(time.Duration(minutes) * time.Minute).Format("15:04") }
		id := w.thread(w.agent(follows(texts("Still there?")...)), "Hi")
		w.turns(id, 1)
		_, err := w.s.UpdateAgent(w.ctx, w.row(id).AgentID, dialogue.AgentInput{QuietHours: &dialogue.QuietHours{From: in(-10), To: in(30)}})
		w.must(err)
		w.due(id)
		w.until("the reminder to move", func() bool { return w.reminderRows(id)[0].DueAt > 1 })
		moved := w.reminderRows(id)[0]
		equal(t, "state", moved.State.String(), "PENDING")
		equal(t, "moved to", moved.DueAt.Time().Format("15:04"), in(30))
		w.schedule(id, dialogue.ReminderInput{Text: "as you wished"})
		w.db.Client.Reminder.Update().Where(reminder.ThreadID(id), reminder.KindEQ(reminder.KindSCHEDULED)).SetDueAt(1).ExecX(w.ctx)
		w.untilReminders(id, "FOLLOW_UP 0 CANCELLED the agent wrote something else", "SCHEDULED 0 SENT", "FOLLOW_UP 0 PENDING")
		equal(t, "said", w.said(id)[2:], []string{"AGENT as you wished"})
	})
}

func TestAFiredReminderOutlivesAStop(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		id := w.thread(w.agent(follows(texts("Still there?")...)), "Hi")
		w.turns(id, 1)
		w.stop()
		w.due(id)
		w.run(w.service(answers()))
		w.untilReminders(id, "FOLLOW_UP 0 SENT")
	})
}

func TestTwoServicesFireOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		a := w.agent(follows(texts("Still there?")...))
		var ids []string
		for range 10 {
			id := w.thread(a, "Hi")
			w.turns(id, 1)
			w.schedule(id, dialogue.ReminderInput{Instruction: "write"})
			ids = append(ids, id)
		}
		w.stop()
		for _, id := range ids {
			w.due(id)
		}
		w.run(w.service(answers()))
		w.run(w.service(answers()))
		for _, id := range ids {
			w.until("reminders to be sent", func() bool {
				return db.Client.Reminder.Query().Where(reminder.ThreadID(id), reminder.KindEQ(reminder.KindSCHEDULED), reminder.StateEQ(reminder.StateSENT)).
					CountX(w.ctx) == 1
			})
			w.turns(id, 2)
			equal(t, "turns by reminders", db.Client.Turn.Query().Where(turn.ThreadID(id), turn.ReminderIDNotNil()).CountX(w.ctx), 1)
			said := strings.Join(w.said(id), ";")
			if n := strings.Count(said, "Still there?"); n > 1 {
				t.Errorf("%d times: %s", n, said)
			}
		}
	})
}

// A reply and a follow-up at the same moment: either the reply cancels it, or it is before the reply.
func TestNoFollowUpAfterAReply(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		static := w.agent(follows(texts("Still there?")...))
		spoken := w.agent(follows(dialogue.FollowUp{AfterMinutes: 1, Instruction: "ask"}))
		for i := range 12 {
			a := static
			if i%2 == 1 {
				a = spoken
			}
			id := w.thread(a, "Hi")
			w.turns(id, 1)
			w.due(id)
			time.Sleep(time.Duration(i*5) * time.Millisecond) // around the next look at the queue
			w.say(id, "reply")
			w.until("the turns to end", func() bool {
				return !db.Client.Turn.Query().Where(turn.ThreadID(id), turn.StateNEQ(turn.StateENDED)).ExistX(w.ctx)
			})
			reply := db.Client.Message.Query().Where(message.ThreadID(id), message.Text("reply")).OnlyX(w.ctx)
			after := db.Client.Message.Query().Where(message.ThreadID(id), message.SequenceGT(reply.Sequence)).AllX(w.ctx)
			if len(after) != 1 || after[0].Text != "ok" {
				t.Errorf("after the reply: %v in %v, %v", after, w.said(id), w.reminders(id))
			}
		}
	})
}
