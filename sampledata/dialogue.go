package sampledata

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/delivery"
	"parley/ent/id"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/thread"
	"parley/ent/turn"
	"parley/eventlog"
)

// generator makes dialogues, oldest first.
type generator struct {
	o          Options
	random     *rand.Rand
	eventsFrom ms.Time
	threads    int        // made so far
	known      []customer // some of those that may come again
	b          *batch
}

type customer struct{ id, name string }

// chance is true with a probability.
func (g *generator) chance(p float64) bool { return g.random.Float64() < p }

// wait is a time that is mostly short and now and then long.
func (g *generator) wait(mean time.Duration) time.Duration {
	return time.Duration(g.random.ExpFloat64() * float64(mean))
}

// batch makes dialogues that begin and end within a span of time.
func (g *generator) batch(threads int, from, to ms.Time) *batch {
	g.b = &batch{from: from, to: to, events: make([][]happened, eventlog.Shards)}
	starts := make([]ms.Time, threads)
	for i := range starts { // the last of them have some time left
		starts[i] = from + ms.Time(g.random.Float64()*0.85*float64(to-from))
	}
	slices.Sort(starts)
	for _, start := range starts {
		g.dialogue(start)
	}
	for _, events := range g.b.events {
		slices.SortStableFunc(events, func(a, b happened) int { return int(a.CreatedAt - b.CreatedAt) })
	}
	started := slices.Index(tables[attemptTable].columns, "started_at")
	slices.SortStableFunc(g.b.attempts, func(a, b []any) int { return int(a[started].(int64) - b[started].(int64)) })
	return g.b
}

// life is a thread in the making.
type life struct {
	*generator
	row      *ent.Thread
	tags     []string
	now      ms.Time
	agent    Named
	customer customer
	fresh    int // index of the customer's row in the batch, -1 if it was there before
}

func (g *generator) dialogue(start ms.Time) {
	g.threads++
	g.b.totals.Threads++
	threadID := id.At(id.Thread, int64(start))
	l := &life{generator: g, now: start, agent: g.o.Agents[min(int(g.random.ExpFloat64()*float64(len(g.o.Agents))/3), len(g.o.Agents)-1)]}
	l.row = &ent.Thread{
		ID: threadID, WorkspaceID: g.o.Workspace, CreatedAt: start, AgentID: l.agent.ID, Channel: g.channel(), Status: thread.StatusOPEN,
		Shard: eventlog.ShardOf(threadID), LastActivityAt: start, WaitingSince: ms.Never,
	}
	if g.chance(0.5) {
		own := "T-" + strings.ToUpper(strings.TrimPrefix(threadID, "thr_"))
		l.row.ExternalID = &own
	}
	l.meet()
	l.row.CustomerID = l.customer.id
	l.emit(eventlog.ThreadCreated, eventlog.Data{}, l.dialogue())
	l.talk()
	l.store()
}

func (g *generator) channel() string {
	switch n := g.random.IntN(100); {
	case n < 55:
		return "web"
	case n < 80:
		return "whatsapp"
	case n < 92:
		return "telegram"
	}
	return "email"
}

// meet finds the customer: a new one, or one of those who have been there.
func (l *life) meet() {
	if l.fresh = -1; len(l.known) > 0 && l.chance(0.25) {
		l.customer = pick(l.random, l.known)
		return
	}
	l.customer = customer{id.At(id.Customer, int64(l.now)), pick(l.random, firstNames) + " " + pick(l.random, lastNames)}
	if len(l.known) < 2000 {
		l.known = append(l.known, l.customer)
	} else {
		l.known[l.random.IntN(len(l.known))] = l.customer
	}
	var own any
	if l.chance(0.5) {
		own = "C-" + strings.ToUpper(strings.TrimPrefix(l.customer.id, "cus_"))
	}
	l.fresh = len(l.b.rows[customerTable])
	l.b.add(customerTable, l.customer.id, l.o.Workspace, int64(l.now), own, l.customer.name, "", "", "", int64(l.now))
	l.b.totals.Customers++
}

// spread is the breadth of the lengths of threads: many are short, few very long.
const spread = 0.8

// talk plays the dialogue to its end, or as far as it has come.
func (l *life) talk() {
	messages := min(400, max(1, int(math.Round(math.Exp(l.random.NormFloat64()*spread-spread*spread/2)*l.o.Messages))))
	recent := l.o.Now.Sub(l.now) < 2*24*time.Hour
	contactAt, interestAt, personAt := -1, -1, -1
	if l.fresh >= 0 && l.chance(0.3) {
		contactAt = 2 + l.random.IntN(max(1, messages))
	}
	if l.chance(0.3) {
		interestAt = 2 + l.random.IntN(max(1, messages))
	}
	if l.chance(0.08) {
		personAt = 2 + l.random.IntN(max(1, messages))
	}
	for l.row.MessageCount < messages {
		asked := l.said(message.AuthorCUSTOMER, nil, phrase(l.random, asks))
		n := l.row.MessageCount
		switch {
		case n >= contactAt && contactAt > 0:
			l.contact()
			contactAt = -1
		case n >= interestAt && interestAt > 0:
			l.raise("interest")
			interestAt = -1
		case n >= personAt && personAt > 0:
			l.raise("operator")
			if personAt = -1; l.chance(0.6) {
				l.takeOver()
			}
		}
		if l.row.MessageCount >= messages {
			break
		}
		switch {
		case l.row.Status == thread.StatusOPEN:
			l.answer(asked)
		case l.row.Status == thread.StatusOPERATOR:
			l.pass(l.wait(time.Minute))
			l.said(message.AuthorOPERATOR, l.row.OperatorID, phrase(l.random, lines))
		}
		l.pass(10*time.Second + l.wait(2*time.Minute))
	}
	if l.row.Status == thread.StatusOPEN && l.chance(0.35) {
		l.raise("success")
	}
	if l.chance(map[bool]float64{false: 0.8, true: 0.25}[recent]) || l.row.Status != thread.StatusOPEN && !recent {
		l.raise("close")
	}
}

// pass lets time go by, until the end of the batch's span at most.
func (l *life) pass(d time.Duration) { l.now = min(l.now.Add(d), l.b.to) }

func (l *life) dialogue() eventlog.Dialogue { return eventlog.DialogueOf(l.row, l.tags) }

// said stores a message and returns its time.
func (l *life) said(author message.Author, operator *string, text string) ms.Time {
	name := l.customer.name
	if operator != nil {
		for _, o := range l.o.Operators {
			if o.ID == *operator {
				name = o.Name
			}
		}
	}
	l.message(author, operator, name, text, nil, 0, 0)
	return l.now
}

func (l *life) message(author message.Author, authorID *string, name, text string, turnID *string, in, out int64) {
	m := &ent.Message{ID: id.At(id.Message, int64(l.now)), Author: author, AuthorName: name, Text: text, CreatedAt: l.now}
	model := ""
	if author == message.AuthorAGENT {
		model = scriptedModel
	}
	l.b.add(messageTable, m.ID, l.o.Workspace, int64(l.now), l.row.ID, l.row.LastSeq+1, string(author), or(authorID), name, text, or(turnID), model, in, out)
	l.b.totals.Messages++
	moment := l.now
	l.row.MessageCount++
	l.row.LastMessageAt, l.row.LastActivityAt = &moment, l.now
	l.emit(eventlog.MessageCreated, eventlog.Data{MessageID: m.ID}, eventlog.MessageData{Dialogue: l.dialogue(), Message: eventlog.MessageOf(m)})
}

// scriptedModel is the model whose answers these are.
const scriptedModel = "scripted/rules"

// answer lets the agent answer what was asked then.
func (l *life) answer(asked ms.Time) {
	text := phrase(l.random, answers)
	in, out := int64(300+40*l.row.MessageCount), int64(len(text)/4)
	if !l.o.Turns {
		l.pass(2*time.Second + l.wait(3*time.Second))
		l.message(message.AuthorAGENT, nil, l.agent.Name, text, nil, in, out)
		return
	}
	read := l.row.LastSeq
	l.pass(1200 * time.Millisecond)
	started, turnID := l.now, id.At(id.Turn, int64(asked))
	l.emit(eventlog.TurnStarted, eventlog.Data{TurnID: turnID}, nil)
	l.pass(500*time.Millisecond + l.wait(2*time.Second))
	l.message(message.AuthorAGENT, nil, l.agent.Name, text, &turnID, in, out)
	l.emit(eventlog.TurnEnded, eventlog.Data{TurnID: turnID, Reason: string(turn.ReasonANSWERED)}, nil)
	l.b.add(turnTable, turnID, l.o.Workspace, int64(asked), l.row.ID, l.agent.ID, string(turn.StateENDED), int64(started), int64(asked), int64(1), l.row.Epoch, read,
		int64(1), in, out, string(turn.ReasonANSWERED), int64(started), int64(l.now))
	provider, model, _ := strings.Cut(scriptedModel, "/")
	content := encode([]map[string]string{{"text": text}})
	l.b.add(stepTable, id.At(id.Step, int64(started)), l.o.Workspace, int64(l.now), turnID, l.row.ID, int64(1), provider, model, string(content), "stop", read,
		in, out, int64(started))
	l.b.totals.Turns++
}

// raise puts a tag on, with what follows from it.
func (l *life) raise(tag string) {
	if slices.Contains(l.tags, tag) {
		return
	}
	l.pass(time.Second)
	l.tags = append(l.tags, tag)
	slices.Sort(l.tags)
	l.b.add(tagTable, id.At(id.ThreadTag, int64(l.now)), l.o.Workspace, int64(l.now), l.row.ID, tag, "", "")
	l.b.totals.Tags++
	l.row.LastActivityAt = l.now
	l.emit(eventlog.TagAdded, eventlog.Data{Tag: tag}, nil)
	moment := l.now
	switch tag {
	case "get_contact":
		l.row.ContactAt = &moment
		return // its event names the contact
	case "success":
		l.row.SuccessAt = &moment
		l.emit(eventlog.DialogueSuccessful, eventlog.Data{Tag: tag}, l.dialogue())
	case "interest":
		l.row.InterestAt = &moment
		l.emit(eventlog.InterestShown, eventlog.Data{Tag: tag}, l.dialogue())
	case "operator":
		l.row.OperatorAt, l.row.WaitingSince = &moment, moment
		l.become(thread.StatusWAITING_FOR_OPERATOR)
		l.emit(eventlog.OperatorTransferred, eventlog.Data{Tag: tag}, l.dialogue())
	case "close":
		l.row.ClosedAt, l.row.WaitingSince = &moment, ms.Never
		l.become(thread.StatusCLOSED)
		l.emit(eventlog.DialogueClosed, eventlog.Data{Tag: tag}, l.dialogue())
	}
}

func (l *life) become(status thread.Status) {
	l.row.Status = status
	l.emit(eventlog.StatusChanged, eventlog.Data{Status: string(status)}, nil)
}

// takeOver lets an operator have the talk.
func (l *life) takeOver() {
	l.pass(l.wait(5 * time.Minute))
	moment, operator := l.now, pick(l.random, l.o.Operators).ID
	l.row.OperatorID, l.row.OperatorSince, l.row.TakenOverAt = &operator, &moment, &moment
	l.row.WaitingSince, l.row.LastActivityAt = ms.Never, l.now
	l.row.Epoch++
	l.become(thread.StatusOPERATOR)
}

// contact has the customer tell how to be reached.
func (l *life) contact() {
	l.raise("get_contact")
	email := strings.ToLower(strings.ReplaceAll(l.customer.name, " ", ".")) + "@mail.example"
	l.row.Contact = encode(map[string]string{"email": email, "name": l.customer.name})
	own := l.b.rows[customerTable][l.fresh]
	own[5], own[7], own[8] = email, string(l.row.Contact), int64(l.now) // see tables
	l.emit(eventlog.ContactReceived, eventlog.Data{Contact: l.row.Contact}, l.dialogue())
}

// emit counts an event, and keeps it with its delivery unless retention would have deleted it.
func (l *life) emit(eventType string, data eventlog.Data, payload any) {
	l.row.LastSeq++
	if l.now < l.eventsFrom {
		return
	}
	sequence := l.row.LastSeq
	e := ent.Event{
		ID: id.At(id.Event, int64(l.now)), WorkspaceID: l.o.Workspace, CreatedAt: l.now, Shard: l.row.Shard, ThreadID: &l.row.ID, Sequence: &sequence,
		Type: eventType, Data: encode(data),
	}
	if eventlog.ForWebhooks(eventType) {
		e.Body = string(encode(eventlog.Body{
			ID: e.ID, Type: eventType, Version: eventlog.PayloadVersion, Timestamp: l.now, WorkspaceID: l.o.Workspace, ThreadID: e.ThreadID, Sequence: &sequence, Data: payload,
		}))
	}
	l.b.events[l.row.Shard] = append(l.b.events[l.row.Shard], happened{e})
	l.b.totals.Events++
	if slices.Contains(Wanted, eventType) {
		l.deliver(&e)
	}
}

// deliver stores that an event went to the integration, nearly always at once.
func (l *life) deliver(e *ent.Event) {
	deliveryID, tries, state := id.At(id.Delivery, int64(e.CreatedAt)), int64(1), delivery.StateDONE
	done := e.CreatedAt.Add(20*time.Millisecond + l.wait(150*time.Millisecond))
	if l.chance(0.02) {
		tries = 2
		l.attempt(deliveryID, 1, done, string(delivery.StatePENDING), "REFUSED", 503, "the endpoint answered 503")
		done = done.Add(5 * time.Second)
	}
	l.attempt(deliveryID, tries, done, string(state), "SUCCEEDED", 200, "")
	l.b.add(deliveryTable, deliveryID, l.o.Workspace, int64(e.CreatedAt), e.ID, e.Type, l.o.Integration, *e.ThreadID, *e.Sequence, string(state), tries, tries,
		int64(e.CreatedAt), int64(done))
	l.b.totals.Deliveries++
}

func (l *life) attempt(deliveryID string, number int64, ended ms.Time, after, outcome string, status int64, problem string) {
	took := 10_000 + l.random.Int64N(60_000)
	l.b.attempts = append(l.b.attempts, []any{
		id.At(id.Attempt, int64(ended)), l.o.Workspace, int64(ended), deliveryID, l.o.Integration, after, number, outcome, status, problem, "203.0.113.7:443",
		int64(ended) - took/1000, took - 2000, took,
	})
}

// store writes the thread's row as it is at the end.
func (l *life) store() {
	r := l.row
	l.b.add(threadTable, r.ID, r.WorkspaceID, int64(r.CreatedAt), r.AgentID, r.CustomerID, r.Channel, or(r.ExternalID), string(r.Status), r.Epoch, r.LastSeq,
		int64(r.Shard), int64(r.MessageCount), at(r.LastMessageAt), int64(r.LastActivityAt), or(r.OperatorID), at(r.OperatorSince), int64(r.WaitingSince),
		at(r.SuccessAt), at(r.ContactAt), at(r.InterestAt), at(r.OperatorAt), at(r.ClosedAt), at(r.TakenOverAt), string(r.Contact), int64(r.LastActivityAt))
}
