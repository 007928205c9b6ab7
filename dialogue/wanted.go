package dialogue

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/call"
	"parley/ent/function"
	"parley/ent/id"
	"parley/ent/raw"
	"parley/eventlog"
)

// wanted is a call that the model asked for in the step that is being stored.
type wanted struct {
	asked     *model.Call
	function  *ent.Function // nil if there is none of that name
	arguments map[string]any
	decided   *outcome // set when the call ends without being sent
}

// split takes the step's text and calls out of its parts. A text that does not fit the agent's schema of answers is not
// said. A call that silences the agent may bring a text along, which the schema does not bind.
func (st *reply) split(v *view, last bool) (text string, calls []*wanted) {
	for i := range st.end.Message.Parts {
		part := &st.end.Message.Parts[i]
		if part.Call == nil || last || st.end.Reason == model.Cut || st.end.Reason == model.MalformedCall {
			continue
		}
		calls = append(calls, v.want(part.Call))
	}
	if st.end.Reason == model.Blocked {
		return "", nil
	}
	if st.misfit == "" {
		text = st.said()
	}
	for _, w := range calls {
		if said, _ := w.arguments["message"].(string); text == "" && w.silences() && w.decided == nil {
			text = strings.TrimSpace(clean(said))
		}
	}
	return text, calls
}

// want reads a call. Whatever is wrong with it becomes an answer to the model.
func (v *view) want(asked *model.Call) *wanted {
	w := &wanted{asked: asked}
	if asked.ID == "" {
		asked.ID = id.New(id.Call)
	}
	if len(bytes.TrimSpace(asked.Args)) == 0 {
		asked.Args = json.RawMessage(`{}`)
	}
	asked.Args = bytes.ToValidUTF8(asked.Args, []byte("\uFFFD"))
	arguments, err := decodeObject(asked.Args)
	if !json.Valid(asked.Args) {
		asked.Args = compact(string(asked.Args)) // kept as a text
	}
	var names []string
	for _, f := range v.functions {
		if f.Name == asked.Name {
			w.function = f
		}
		names = append(names, f.Name)
	}
	var o outcome
	switch {
	case w.function == nil:
		o = failed("there is no function %q; there are: %s", asked.Name, strings.Join(names, ", "))
	case err != nil:
		o = failed("the arguments are not a JSON object")
	default:
		w.arguments = arguments
		wrong := checkArguments(w.function.Parameters, raw.JSON(asked.Args))
		if len(wrong) == 0 {
			return w
		}
		why, _ := shorten(strings.Join(wrong, "; "), ModelReadsFailed)
		o = failed("the arguments do not fit, nothing was sent: %s", why)
	}
	o.isHTTP = w.isHTTP()
	w.decided = &o
	return w
}

// decodeObject reads a JSON object and keeps the digits of its numbers.
func decodeObject(text []byte) (object map[string]any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err = d.Decode(&object); err == nil && object == nil {
		err = fmt.Errorf("not an object")
	}
	return object, err
}

func (w *wanted) isHTTP() bool { return w.function != nil && w.function.Kind == function.KindHTTP }
func (w *wanted) isTag() bool  { return w.function != nil && w.function.Kind == function.KindTAG }
func (w *wanted) silences() bool {
	return w.isTag() && (w.function.Tag == TagOperator || w.function.Tag == TagClose)
}

// admit counts the calls of the step against the turn's limit. Raising a tag sends nothing and does not count.
func (st *reply) admit(v *view, tn *ent.Turn, a *ent.Agent) {
	for _, w := range st.calls {
		if w.isTag() {
			continue
		}
		if tn.CallsUsed++; tn.CallsUsed > a.MaxCalls && w.decided == nil {
			o := refused(fmt.Sprintf("not sent: at most %d calls are allowed for one message of the customer", a.MaxCalls))
			w.decided = &o
		}
	}
}

// perform applies the tags that the step raised and stores all its calls: those that are done, those that wait for a
// person, at most for approvalFor, and those that are to be sent.
func (st *reply) perform(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, a *ent.Agent, row *ent.Step, approvalFor time.Duration) ([]*ent.Call, error) {
	client := tx.Client()
	if len(st.calls) <= fewCalls {
		client = tx.Later(nil)
	}
	creates := make([]*ent.CallCreate, len(st.calls))
	for i, w := range st.calls {
		callID := id.New(id.Call)
		if w.isTag() && w.decided == nil {
			o, err := raiseByAgent(ctx, tx, t, a, w, callID)
			if err != nil {
				return nil, fmt.Errorf("raise %s: %w", w.function.Tag, err)
			}
			w.decided = &o
			st.contact = st.contact || w.function.Tag == TagGetContact
		}
		create := client.Call.Create().SetID(callID).SetWorkspaceID(row.WorkspaceID).SetThreadID(row.ThreadID).
			SetTurnID(row.TurnID).SetStepID(row.ID).SetNumber(i).SetName(clean(w.asked.Name)).SetProviderCallID(w.asked.ID).
			SetArguments(raw.JSON(w.asked.Args)).SetCreatedAt(tx.Now)
		c := &ent.Call{ID: callID, TurnID: row.TurnID, Name: clean(w.asked.Name), Arguments: raw.JSON(w.asked.Args)}
		if w.function != nil {
			c.FunctionID = &w.function.ID
			create.SetFunctionID(w.function.ID)
		}
		creates[i] = create
		switch {
		case w.decided != nil:
			result, err := raw.Of(w.decided.body)
			if err != nil {
				return nil, fmt.Errorf("encode the result of %s: %w", w.asked.Name, err)
			}
			create.SetState(w.decided.state).SetResult(result).SetError(w.decided.err).SetEndedAt(tx.Now)
			if err := announce(t, c, *w.decided); err != nil {
				return nil, err
			}
		case w.function.NeedsApproval:
			create.SetState(call.StateAWAITING_APPROVAL)
			if err := askApproval(t, c, tx.Now.Add(approvalFor)); err != nil {
				return nil, err
			}
		default:
			if err := announce(t, c, outcome{state: call.StateRESERVED}); err != nil {
				return nil, err
			}
		}
	}
	if len(creates) == 0 {
		return nil, nil
	}
	if len(creates) > fewCalls {
		made, err := client.Call.CreateBulk(creates...).Save(ctx)
		if err != nil {
			return nil, fmt.Errorf("store the calls: %w", err)
		}
		return made, nil
	}
	made := make([]*ent.Call, len(creates))
	for i, create := range creates {
		var err error
		if made[i], err = create.Save(ctx); err != nil {
			return nil, fmt.Errorf("store a call: %w", err)
		}
	}
	return made, nil
}

// fewCalls are stored by a statement each, which go to the database together with all else; more are one statement.
const fewCalls = 4

// raiseByAgent raises the tag of a TAG function. What the model did wrong is an outcome; the error is ours.
func raiseByAgent(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, a *ent.Agent, w *wanted, callID string) (outcome, error) {
	tag, done := w.function.Tag, map[string]any{"done": true, "at": tx.Now.String()}
	text := w.text()
	switch tag {
	case TagGetContact:
		c, ok := newContact(w.arguments, a.Region)
		if !ok {
			return failed("a phone number or an e-mail address is needed"), nil
		}
		changed, err := takeContact(ctx, tx, t, c, callID)
		if err != nil {
			return outcome{}, err
		}
		done["contact"], done["changed"] = t.Row.Contact, changed
		return outcome{state: call.StateANSWERED, body: done}, nil
	case TagScheduler:
		return scheduleByAgent(ctx, tx, t, a, w, callID)
	case TagMessageForOperator:
		if text == "" {
			return failed("the text for the operators is missing"), nil
		}
	}
	added, err := raise(ctx, tx, t, tag, text, callID)
	if err != nil {
		return outcome{}, err
	}
	if !added && tag != TagMessageForOperator {
		done["already"] = true
	}
	switch tag {
	case TagOperator:
		done["note"] = "A person was asked for at this moment. You are silent until the talk is handed back to you."
	case TagClose:
		done["note"] = "The dialogue was closed at this moment. You are silent until it is opened again."
	case TagIsBot:
		done["note"] = "You are silent from this moment on."
	case TagMessageForOperator:
		done["note"] = "The people who work here can read it. Go on with the dialogue."
	}
	return outcome{state: call.StateANSWERED, body: done}, nil
}

// text is what came with a tag.
func (w *wanted) text() string {
	for _, name := range []string{"text", "reason"} {
		if text, _ := w.arguments[name].(string); strings.TrimSpace(text) != "" {
			return clean(strings.TrimSpace(text))
		}
	}
	if len(w.arguments) == 0 || w.silences() {
		return ""
	}
	return clean(string(compact(w.arguments)))
}
