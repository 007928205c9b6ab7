package dialogue_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent/event"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/reminder"
	"parley/ent/turn"
	"parley/eventlog"
	"parley/invalid"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestAScheduledReminder(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		id := w.thread(w.agent(), "Hi")
		w.turns(id, 1)
		w.schedule(id, dialogue.ReminderInput{Text: "Good morning."})
		equal(t, "tags", w.tags(id), "scheduler")
		equal(t, "set by", w.reminderRows(id)[0].SetBy, w.key)
		w.say(id, "a reply cancels nothing")
		w.turns(id, 2)
		equal(t, "reminders", w.reminders(id), []string{"SCHEDULED 0 PENDING"})
		w.due(id)
		w.untilReminders(id, "SCHEDULED 0 SENT")
		equal(t, "last", w.said(id)[4], "AGENT Good morning.")
		equal(t, "tags after it", w.tags(id), "")
		equal(t, "webhooks", w.events(id), []string{})
	})
}

func TestWhatCancelsAScheduledReminder(t *testing.T) {
	rows := []struct {
		tag, want string
	}{
		{"close", "CANCELLED the tag close was set"}, {"is_bot", "CANCELLED the tag is_bot was set"},
		{"vip", "CANCELLED the tag vip was set"}, {"other", "PENDING"}, {"operator", "PENDING"},
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		a := w.agent()
		for _, row := range rows {
			t.Run(row.tag, func(t *testing.T) {
				w := w.in(t)
				id := w.thread(a, "Hi")
				w.turns(id, 1)
				w.schedule(id, dialogue.ReminderInput{Text: "x", CancelTags: []string{"vip"}})
				_, err := w.s.AddTag(w.operator, id, row.tag, "")
				w.must(err)
				equal(t, "reminders", w.reminders(id), []string{"SCHEDULED 0 " + row.want})
				equal(t, "scheduler is on", strings.Contains(w.tags(id), "scheduler"), row.want == "PENDING")
			})
		}
	})
}

func TestAPersonLearnsWhatTheAgentWasToWrite(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		id := w.thread(w.agent(), "Hi")
		w.turns(id, 1)
		w.schedule(id, dialogue.ReminderInput{Instruction: "ask about the sofa"})
		_, err := w.s.TakeOver(w.operator, id)
		w.must(err)
		w.due(id)
		w.untilReminders(id, "SCHEDULED 0 CANCELLED a person has the talk")
		e := db.Client.Event.Query().Where(event.ThreadID(id), event.Type(eventlog.OperatorMessage)).OnlyX(w.ctx)
		var body struct{ Data struct{ Text string } }
		w.must(json.Unmarshal([]byte(e.Body), &body))
		if !strings.Contains(body.Data.Text, "ask about the sofa") {
			t.Errorf("operators read %q", body.Data.Text)
		}
		w.turns(id, 1)
	})
}

func TestAScheduledInstructionGivesWayToTheCustomer(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		reached := make(chan bool, 9)
		w := newWorld(t, db, answers(says("Hello."), func(ctx context.Context, _ model.Request) model.End {
			reached <- true
			<-ctx.Done()
			return ended(text("never"))
		}, says("to the customer"), says("as scheduled")))
		id := w.thread(w.agent(), "Hi")
		w.turns(id, 1)
		w.schedule(id, dialogue.ReminderInput{Instruction: "write"})
		w.due(id)
		<-reached
		w.say(id, "wait")
		turns := w.turns(id, 4)
		equal(t, "said", w.said(id), []string{"CUSTOMER Hi", "AGENT Hello.", "CUSTOMER wait", "AGENT to the customer", "AGENT as scheduled"})
		equal(t, "second turn", turns[1].Reason.String(), "SUPERSEDED")
		equal(t, "reminders", w.reminders(id), []string{"SCHEDULED 0 SENT"})
	})
}

func TestATakeOverWhileTheAgentKeepsItsPromise(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		reached := make(chan bool, 9)
		w := newWorld(t, db, answers(says("Hello."), func(ctx context.Context, _ model.Request) model.End {
			reached <- true
			<-ctx.Done()
			return ended(text("never"))
		}))
		id := w.thread(w.agent(), "Hi")
		w.turns(id, 1)
		w.schedule(id, dialogue.ReminderInput{Instruction: "ask about the sofa"})
		w.due(id)
		<-reached
		_, err := w.s.TakeOver(w.operator, id)
		w.must(err)
		equal(t, "reason", w.turns(id, 2)[1].Reason.String(), "HANDED_OVER")
		equal(t, "reminders", w.reminders(id), []string{"SCHEDULED 0 CANCELLED the tag operator was set"})
		equal(t, "events", w.events(id), []string{"operator.message", "operator.transferred"})
	})
}

func TestAFollowUpUnderWayGivesWayToTheCustomer(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		for _, busy := range []func(*dialogue.AgentInput){busy("FOLD"), busy("ENQUEUE"), busy("RESTART"), busy("REJECT")} {
			reached := make(chan bool, 9)
			w := newWorld(t, db, answers(says("Hello."), func(ctx context.Context, _ model.Request) model.End {
				reached <- true
				<-ctx.Done()
				return ended(text("never"))
			}, says("to the customer")))
			id := w.thread(w.agent(follows(dialogue.FollowUp{AfterMinutes: 1, Instruction: "ask"}), busy), "Hi")
			w.turns(id, 1)
			w.due(id)
			<-reached
			w.say(id, "here I am")
			w.turns(id, 3)
			equal(t, "said", w.said(id)[2:], []string{"CUSTOMER here I am", "AGENT to the customer"})
			w.untilReminders(id, "FOLLOW_UP 0 CANCELLED the customer replied", "FOLLOW_UP 0 PENDING")
			w.stop()
		}
	})
}

func TestAReminderWaitsForTheLiveTurn(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		reached, open := make(chan bool, 9), make(chan bool)
		w := newWorld(t, db, answers(func(ctx context.Context, _ model.Request) model.End {
			reached <- true
			<-open
			return ended(text("answer"))
		}, says("reminder")))
		id := w.thread(w.agent(), "Hi")
		<-reached
		w.schedule(id, dialogue.ReminderInput{Instruction: "write"})
		w.schedule(id, dialogue.ReminderInput{Text: "at its time"})
		w.due(id)
		w.untilReminders(id, "SCHEDULED 0 PENDING", "SCHEDULED 0 SENT")
		close(open)
		w.turns(id, 2)
		equal(t, "said", w.said(id), []string{"CUSTOMER Hi", "AGENT at its time", "AGENT answer", "AGENT reminder"})
	})
}

func TestTheModelSchedules(t *testing.T) {
	soon := time.Now().Add(26 * time.Hour).Truncate(time.Minute)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	local := soon.In(berlin).Format("2006-01-02T15:04")
	rows := []struct{ arguments, at, problem string }{
		{`{"at":"` + local + `","about":"the sofa"}`, local, ""},
		{`{"at":"` + soon.UTC().Format(time.RFC3339) + `","about":"the sofa"}`, local, ""},
		{`{"in_minutes":90,"about":"the sofa"}`, time.Now().Add(90 * time.Minute).In(berlin).Format("2006-01-02T15:"), ""},
		{`{"about":"the sofa"}`, "", "exactly one of at and in_minutes"},
		{`{"at":"` + local + `","in_minutes":5,"about":"the sofa"}`, "", "exactly one of at and in_minutes"},
		{`{"at":"tomorrow","about":"the sofa"}`, "", "cannot be read; write it as"},
		{`{"at":"2020-01-01T10:00","about":"the sofa"}`, "", "has passed"},
		{`{"in_minutes":0,"about":"the sofa"}`, "", "from 1 on"},
		{`{"in_minutes":999999999999,"about":"the sofa"}`, "", "more than 366 days"},
		{`{"at":"2999-01-01T10:00","about":"the sofa"}`, "", "more than 366 days"},
		{`{"in_minutes":5}`, "", "about"},
		{`{"in_minutes":5,"about":" "}`, "", "about is missing"},
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		for _, row := range rows {
			w := newWorld(t, db, answers(does(calling("scheduler", row.arguments)), says("ok")))
			id := w.thread(w.agent(func(in *dialogue.AgentInput) { in.TimeZone = ptr("Europe/Berlin") }), "Hi")
			w.turns(id, 1)
			c := w.calls(id)[0]
			if row.problem != "" {
				equal(t, row.arguments, c.State.String(), "FAILED")
				equal(t, "reminders", w.reminders(id), []string{})
				equal(t, "tags", w.tags(id), "")
				if !strings.Contains(c.Error, row.problem) {
					t.Errorf("%s: %s", row.arguments, c.Error)
				}
			} else {
				equal(t, row.arguments+c.Error, c.State.String(), "ANSWERED")
				equal(t, "reminders", w.reminders(id), []string{"SCHEDULED 0 PENDING"})
				equal(t, "tags", w.tags(id), "scheduler")
				equal(t, "set by", w.reminderRows(id)[0].SetBy, c.ID)
				if !strings.Contains(c.Result.String(), row.at) && !strings.HasSuffix(row.at, ":") || !strings.Contains(c.Result.String(), "(Europe/Berlin)") {
					t.Errorf("%s: the model reads %s", row.arguments, c.Result)
				}
			}
			w.stop()
		}
	})
}

func TestTheModelKeepsItsPromise(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		asked := make(chan model.Request, 1)
		w := newWorld(t, db, answers(does(calling("scheduler", `{"in_minutes":5,"about":"the \"sofa\""}`)), says("Gladly."),
			func(_ context.Context, r model.Request) model.End {
				asked <- r
				return ended(text("The sofa is here."))
			}))
		id := w.thread(w.agent(func(in *dialogue.AgentInput) { in.TimeZone = ptr("Asia/Tokyo") }), "Hi")
		w.turns(id, 1)
		w.due(id)
		w.turns(id, 2)
		r := <-asked
		line := r.Messages[len(r.Messages)-1].Parts[0].Text
		if !strings.HasPrefix(line, "[system] It is ") || !strings.Contains(line, `about "the \"sofa\""`) {
			t.Errorf("the model read %q", line)
		}
		zone, _ := r.Now.Zone()
		equal(t, "zone", zone, "JST")
		if want := "It is " + r.Now.Format("Monday, 2006-01-02 15:04") + " (Asia/Tokyo)."; !strings.Contains(r.System, want) {
			t.Errorf("%s\nlacks %s", r.System, want)
		}
		equal(t, "said", w.said(id)[2], "AGENT The sofa is here.")
		equal(t, "tags", w.tags(id), "")
	})
}

func TestTheTagSchedulerByHand(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		id := w.thread(w.agent(), "Hi")
		w.turns(id, 1)
		_, err := w.s.AddTag(w.operator, id, "scheduler", "")
		var bad *invalid.Error
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), "createReminder") {
			t.Errorf("error %v", err)
		}
		w.schedule(id, dialogue.ReminderInput{Text: "1"})
		w.schedule(id, dialogue.ReminderInput{Text: "2"})
		_, err = w.s.RemoveTag(w.operator, id, "scheduler")
		w.must(err)
		equal(t, "reminders", w.reminders(id), []string{"SCHEDULED 0 CANCELLED the tag scheduler was taken off", "SCHEDULED 0 CANCELLED the tag scheduler was taken off"})
		equal(t, "tags", w.tags(id), "")
	})
}

func TestReminderVerbs(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		id := w.thread(w.agent(), "Hi")
		w.turns(id, 1)
		_, err := w.s.AddTag(w.operator, id, "vip", "")
		w.must(err)
		hour := ms.Now().Add(time.Hour)
		for field, in := range map[string]dialogue.ReminderInput{
			"text":         {DueAt: hour},
			"dueAt":        {DueAt: ms.Now().Add(-time.Second), Text: "x"},
			"dueAt: must":  {DueAt: ms.Now().Add(367 * 24 * time.Hour), Text: "x"},
			"instruction":  {DueAt: hour, Instruction: strings.Repeat("x", 4001)},
			"cancelTags.0": {DueAt: hour, Text: "x", CancelTags: []string{"vip"}},
			"cancelTags.1": {DueAt: hour, Text: "x", CancelTags: []string{"a", "scheduler"}},
			"text: give":   {DueAt: hour, Text: "x", Instruction: "y"},
		} {
			in.ThreadID = id
			_, err := w.s.CreateReminder(w.operator, in)
			var bad *invalid.Error
			if !errors.As(err, &bad) || !strings.Contains(err.Error(), " "+field) {
				t.Errorf("%s: error %v", field, err)
			}
		}
		for range 20 {
			w.schedule(id, dialogue.ReminderInput{Text: "x"})
		}
		_, err = w.s.CreateReminder(w.operator, dialogue.ReminderInput{ThreadID: id, DueAt: hour, Text: "x"})
		equal(t, "error", err, dialogue.ErrTooManyReminders)
		first := w.reminderRows(id)[0].ID
		_, err = w.s.CancelReminder(w.operator, first, "")
		w.must(err)
		equal(t, "first", w.reminders(id)[0], "SCHEDULED 0 CANCELLED cancelled by Ann")
		_, err = w.s.CancelReminder(w.operator, first, "")
		equal(t, "error", err, dialogue.ErrReminderEnded)
		_, err = w.s.CloseThread(w.operator, id)
		w.must(err)
		_, err = w.s.CreateReminder(w.operator, dialogue.ReminderInput{ThreadID: id, DueAt: hour, Text: "x"})
		equal(t, "error", err, dialogue.ErrThreadClosed)
	})
}

func TestABrokenReminderDoesNotStandBeforeOthers(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		a := w.agent()
		broken, good := w.thread(a, "Hi"), w.thread(a, "Hi")
		w.turns(broken, 1)
		w.turns(good, 1)
		w.schedule(broken, dialogue.ReminderInput{Text: "x"})
		w.schedule(good, dialogue.ReminderInput{Text: "x"})
		// A reminder whose thread is not there fails each time.
		db.Client.Reminder.Create().SetWorkspaceID(w.workspace).SetThreadID("thr_none").SetKind(reminder.KindSCHEDULED).
			SetText("x").SetDueAt(0).SetCreatedAt(ms.Now()).ExecX(w.ctx)
		w.due(broken)
		w.due(good)
		w.untilReminders(broken, "SCHEDULED 0 SENT")
		w.untilReminders(good, "SCHEDULED 0 SENT")
		w.until("the broken one to be put off", func() bool { return w.reminderRows("thr_none")[0].DueAt > ms.Now() })
	})
}

func TestSettingsForReminders(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers())
		six := make([]dialogue.FollowUp, 6)
		for i := range six {
			six[i] = dialogue.FollowUp{AfterMinutes: 1, Text: "x"}
		}
		one := func(f dialogue.FollowUp) func(*dialogue.AgentInput) { return follows(f) }
		for field, change := range map[string]func(*dialogue.AgentInput){
			"timeZone":                  func(in *dialogue.AgentInput) { in.TimeZone = ptr("Europe/Nowhere") },
			"timeZone: \"Local\"":       func(in *dialogue.AgentInput) { in.TimeZone = ptr("Local") },
			"quietHours.from":           func(in *dialogue.AgentInput) { in.QuietHours = &dialogue.QuietHours{From: "24:00", To: "08:00"} },
			"quietHours.to":             func(in *dialogue.AgentInput) { in.QuietHours = &dialogue.QuietHours{From: "22:00", To: "8:00"} },
			"followUps: has 6":          follows(six...),
			"followUps.0.afterMinutes":  one(dialogue.FollowUp{AfterMinutes: 43_201, Text: "x"}),
			"followUps.0.text: give":    one(dialogue.FollowUp{AfterMinutes: 1, Text: "x", Instruction: "y"}),
			"followUps.0.text":          one(dialogue.FollowUp{AfterMinutes: 1}),
			"followUps.0.instruction":   one(dialogue.FollowUp{AfterMinutes: 1, Instruction: strings.Repeat("x", 4001)}),
			"followUps.0.cancelTags.1":  one(dialogue.FollowUp{AfterMinutes: 1, Text: "x", CancelTags: []string{"a", "no tag"}}),
			"followUps.0.cancelTags: h": one(dialogue.FollowUp{AfterMinutes: 1, Text: "x", CancelTags: strings.Split(strings.Repeat("a ", 21), " ")}),
		} {
			in := dialogue.AgentInput{Name: ptr("x")}
			change(&in)
			_, err := w.s.CreateAgent(w.ctx, in)
			if err == nil || !strings.Contains(err.Error(), " "+field) {
				t.Errorf("%s: error %v", field, err)
			}
		}
		a := w.agent(follows(texts("x")...), func(in *dialogue.AgentInput) { in.QuietHours = &dialogue.QuietHours{From: "22:00", To: "08:00"} })
		row := db.Client.Agent.GetX(w.ctx, a)
		equal(t, "stored", []string{row.FollowUps.String(), row.QuietFrom, row.QuietTo},
			[]string{`[{"afterMinutes":60,"text":"x","cancelTags":[]}]`, "22:00", "08:00"})
		_, err := w.s.UpdateAgent(w.ctx, a, dialogue.AgentInput{FollowUps: &[]dialogue.FollowUp{}, QuietHours: &dialogue.QuietHours{From: "08:00", To: "08:00"}})
		w.must(err)
		row = db.Client.Agent.GetX(w.ctx, a)
		equal(t, "cleared", []string{string(row.FollowUps), row.QuietFrom, row.QuietTo}, []string{"", "", ""})
	})
}

// A scheduled instruction is written also where nobody has said a word yet.
func TestAReminderBeginsATalk(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := newWorld(t, db, answers(says("Hello, you ordered a sofa.")))
		r, err := w.s.CreateThread(w.ctx, dialogue.ThreadInput{AgentID: w.agent()})
		w.must(err)
		w.schedule(r.ThreadID, dialogue.ReminderInput{Instruction: "greet"})
		w.due(r.ThreadID)
		equal(t, "reason", w.reason(r.ThreadID), "ANSWERED")
		equal(t, "messages", db.Client.Message.Query().Where(message.ThreadID(r.ThreadID)).CountX(w.ctx), 1)
		equal(t, "reminder of the turn", *db.Client.Turn.Query().Where(turn.ThreadID(r.ThreadID)).OnlyX(w.ctx).ReminderID, w.reminderRows(r.ThreadID)[0].ID)
	})
}
