package dialogue

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/call"
	"parley/ent/ms"
	"parley/ent/raw"
	"parley/eventlog"
)

// outcome is how a call ended, and what the model is told.
type outcome struct {
	state     call.State
	body      any // encodes as JSON
	status    int // of HTTP, 0 if there was none
	err       string
	truncated bool
	isHTTP    bool // failing is told to integrators
}

// failure is what the model sees of a call that brought no good answer.
type failure struct {
	Error     string `json:"error"`
	Status    int    `json:"status,omitempty"`
	Body      any    `json:"body,omitempty"`
	Truncated bool   `json:"truncated,omitempty"`
	Ms        int64  `json:"ms,omitempty"`
}

// failed is a call that went wrong in a way the model can react to.
func failed(format string, args ...any) outcome {
	why := fmt.Sprintf(format, args...)
	return outcome{state: call.StateFAILED, body: failure{Error: why}, err: why}
}

// refused is a call that was not allowed to be sent.
func refused(why string) outcome {
	return outcome{state: call.StateREFUSED, body: failure{Error: why}, err: why}
}

// unknown is a call that was sent and whose effect nobody knows.
func unknown(why string) outcome {
	why += "; it may have taken effect or not: do not simply repeat it"
	return outcome{state: call.StateUNKNOWN, body: failure{Error: why}, err: why, isHTTP: true}
}

// closeCall stores how a call ended and tells subscribers, and integrators if it failed. It changes nothing, without
// an error, if the call is no longer in the state and sending that c shows: somebody else has decided.
func closeCall(ctx context.Context, tx *eventlog.Tx, t *eventlog.Thread, c *ent.Call, o outcome) error {
	_, err := endCall(ctx, tx, tx.Client(), t, c, o)
	return err
}

// endCall is closeCall, and returns the call as it is then; nil if somebody else has decided. It does not change c: the
// transaction may be tried again. Client is tx.Client, or tx.Later for who learns at the end that somebody else has decided.
func endCall(ctx context.Context, tx *eventlog.Tx, client *ent.Client, t *eventlog.Thread, c *ent.Call, o outcome) (*ent.Call, error) {
	result, err := raw.Of(o.body)
	if err != nil {
		return nil, fmt.Errorf("encode the result of %s: %w", c.ID, err)
	}
	update := client.Call.Update().Where(call.ID(c.ID), call.StateEQ(c.State), call.Sends(c.Sends)).
		SetState(o.state).SetResult(result).SetError(o.err).SetTruncated(o.truncated).SetEndedAt(tx.Now)
	if o.status != 0 {
		update.SetHTTPStatus(o.status)
	}
	n, err := update.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("end call %s: %w", c.ID, err)
	}
	if n == 0 {
		return nil, nil
	}
	if o.tellsIntegrators() {
		if err := t.LoadTags(ctx); err != nil { // for the webhook of a failure
			return nil, err
		}
	}
	ended := *c
	ended.State, ended.Result, ended.Error, ended.Truncated, ended.EndedAt = o.state, result, o.err, o.truncated, &tx.Now
	return &ended, announce(t, c, o)
}

// tellsIntegrators says whether the outcome is an event that webhooks carry.
func (o outcome) tellsIntegrators() bool {
	return o.isHTTP && (o.state == call.StateFAILED || o.state == call.StateUNKNOWN)
}

// announce emits the events of a call that was made or has ended.
func announce(t *eventlog.Thread, c *ent.Call, o outcome) error {
	data := eventlog.Data{CallID: c.ID, TurnID: c.TurnID, Status: o.state.String()}
	if err := t.Emit(eventlog.CallUpdated, data, nil); err != nil {
		return err
	}
	if !o.tellsIntegrators() {
		return nil
	}
	failed := eventlog.CallData{
		Dialogue: t.Dialogue(), CallID: c.ID, TurnID: c.TurnID, Function: c.Name, FunctionID: c.FunctionID,
		Outcome: o.state.String(), Error: o.err,
	}
	if o.status != 0 {
		failed.HTTPStatus = &o.status
	}
	return t.Emit(eventlog.CallFailed, data, failed)
}

// askApproval emits the events of a call that was made and waits for a person, at most until then.
func askApproval(t *eventlog.Thread, c *ent.Call, until ms.Time) error {
	if err := announce(t, c, outcome{state: call.StateAWAITING_APPROVAL}); err != nil {
		return err
	}
	data := eventlog.Data{CallID: c.ID, TurnID: c.TurnID, Status: call.StateAWAITING_APPROVAL.String()}
	return t.Emit(eventlog.CallAwaitingApproval, data, eventlog.ApprovalData{
		Dialogue: t.Dialogue(), CallID: c.ID, TurnID: c.TurnID, Function: c.Name, FunctionID: *c.FunctionID,
		Arguments: c.Arguments, ExpiresAt: until,
	})
}
