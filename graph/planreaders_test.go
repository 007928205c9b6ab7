package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"testing"

	"parley/ent"
	"parley/ent/agent"
	"parley/ent/id"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/raw"
	"parley/ent/thread"
	"parley/ent/viewer"
)

// cursorsIn are the cursors of lists in an answer.
var cursorsIn = regexp.MustCompile(`"g[qa]Fp[A-Za-z0-9+/]{40,}"`)

// readers are the roles of a workspace with data that is hard to write.
type readers struct {
	roles []viewer.Role
	keys  map[viewer.Role]string
	given givenValues
}

// newReaders makes a workspace, or takes the API's own for the first, and fills it past the verbs, which would refuse some of it.
func newReaders(t *testing.T, a *api, random *rand.Rand, i int) *readers {
	t.Helper()
	r := &readers{keys: map[viewer.Role]string{}, roles: []viewer.Role{viewer.Admin, viewer.Operator, viewer.Integrator, viewer.App, viewer.ThreadToken, ""}}
	workspace, admin := a.workspace, a.keys[viewer.Admin]
	if i > 0 {
		var err error
		if workspace, admin, err = a.access.CreateWorkspace(t.Context(), fmt.Sprint(t.Name(), i), ""); err != nil {
			t.Fatal(err)
		}
	}
	ctx := viewer.WorkerContext(t.Context(), workspace, "test")
	var operators []string
	r.keys[viewer.Admin] = admin
	for _, role := range []viewer.Role{viewer.Operator, viewer.Integrator, viewer.App} {
		made, err := a.access.CreateKey(ctx, string(role)+oddTexts[3], role)
		if err != nil {
			t.Fatal(err)
		}
		r.keys[role] = made.Key.Reveal()
		operators = append(operators, made.ID)
	}
	odd := func() string { return oddTexts[random.IntN(len(oddTexts))] }
	short := func() string {
		text := []rune(odd())
		return string(text[:min(len(text), 190)])
	}
	document := func() raw.JSON {
		value, err := raw.Of(map[string]any{"n": json9, "x": odd(), odd(): []any{nil, true, 1.5e300}})
		if err != nil {
			t.Fatal(err)
		}
		return []raw.JSON{"", value, `{"z": 1,  "a":"\b\u00e9\u001f"}`, "[]", "12345678901234567890123"}[random.IntN(5)]
	}
	when := func() ms.Time {
		return []ms.Time{0, 1, -1, 1_700_000_000_123, 253_402_300_800_000, ms.Never, 1_700_000_000_123}[random.IntN(7)]
	}
	perhaps := func() *ms.Time {
		if random.IntN(2) == 0 {
			return nil
		}
		return new(when())
	}
	c := a.db.Client
	var agents []*ent.Agent
	var customers []*ent.Customer
	for n := range 4 {
		made := c.Agent.Create().SetName("A" + short()).SetInstructions(odd()).SetModels([]string{odd(), "x"}[:random.IntN(3)]).SetScript(document()).
			SetAnswerSchema(document()).SetRegion("DE").SetPublic(n%2 == 0).SetOnBusy(agent.OnBusyRESTART).SetFallbackText(odd()).SetCreatedAt(when()).SetUpdatedAt(when())
		if n == 1 {
			made.SetDailyTokens(math.MaxInt64).SetDeletedAt(1)
		}
		agents = append(agents, made.SaveX(ctx))
		r.given.agents = append(r.given.agents, agents[n].ID)
		customer := c.Customer.Create().SetName(short()).SetEmail(odd()).SetPhone(odd()).SetContact(document()).SetMetadata(document()).SetCreatedAt(when()).SetUpdatedAt(when())
		if n > 0 {
			customer.SetExternalID(fmt.Sprint(short(), n))
		}
		if n == 3 && i == 1 {
			customer.SetErasedAt(1) // while its threads are still there
		}
		customers = append(customers, customer.SaveX(ctx))
	}
	for n := range 14 {
		made := c.Thread.Create().SetAgentID(agents[random.IntN(4)].ID).SetCustomerID(customers[random.IntN(4)].ID).SetChannel(oddTexts[random.IntN(5)]).
			SetMetadata(document()).SetContact(document()).SetStatus([]thread.Status{thread.StatusOPEN, thread.StatusCLOSED, thread.StatusOPERATOR}[n%3]).
			SetLastSeq(int64(n) << 40).SetShard(n % 8).SetMessageCount(n % 3).SetLastActivityAt(when()).SetCreatedAt(when()).SetUpdatedAt(when()).
			SetWaitingSince(when()).SetNillableOperatorSince(perhaps()).SetNillableLastMessageAt(perhaps())
		if n%2 == 0 {
			made.SetExternalID(fmt.Sprint(short(), n))
		}
		if n%3 == 2 {
			made.SetOperatorID(operators[n%3])
		}
		if n == 13 {
			made.SetErasedAt(1)
		}
		row := made.SaveX(ctx)
		r.given.threads = append(r.given.threads, row.ID)
		if row.ExternalID != nil {
			r.given.externals = append(r.given.externals, *row.ExternalID)
		}
		var last *ent.Message
		for m := range n % 6 {
			said := c.Message.Create().SetThreadID(row.ID).SetSequence(int64(m)<<50 + int64(m)).SetAuthor([]message.Author{message.AuthorCUSTOMER, message.AuthorAGENT, message.AuthorOPERATOR}[m%3]).
				SetAuthorName(odd()).SetText(odd()).SetModel([]string{"", "m/" + odd()}[random.IntN(2)]).SetInputTokens(math.MaxInt64 - int64(m)).SetOutputTokens(1 << 53).SetCreatedAt(ms.Now() + ms.Time(m))
			if m == 1 {
				said.SetClientMessageID(short())
			}
			last = said.SaveX(ctx)
		}
		if last != nil {
			c.Thread.Update().Where(thread.ID(row.ID)).SetLastMessageID(last.ID).SetUpdatedAt(row.UpdatedAt).ExecX(ctx)
		}
		for k, name := range []string{"success", "vip", "Zoë", oddTexts[4], "a"} {
			if random.IntN(3) == 0 {
				c.ThreadTag.Create().SetThreadID(row.ID).SetName(name).SetText(odd()).SetCreatedAt(when() + ms.Time(k)).ExecX(ctx)
			}
		}
	}
	r.given.threads = append(r.given.threads, id.New(id.Thread), "x", "\x00")
	r.given.agents = append(r.given.agents, id.New(id.Agent))
	token, err := a.access.CreateThreadToken(viewer.NewContext(ctx, viewer.Viewer{Workspace: workspace, Role: viewer.Admin}), r.given.threads[5], 600)
	if err != nil {
		t.Fatal(err)
	}
	r.keys[viewer.ThreadToken] = token.Token.Reveal()
	return r
}

// json9 is a number that no float holds.
const json9 = math.MaxInt64
