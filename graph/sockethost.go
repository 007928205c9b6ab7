package graph

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/99designs/gqlgen/graphql"

	"parley/ent/viewer"
	"parley/graph/socket"
)

// MaxOperations is how many operations may be live on one socket, and how many more may have ended for the client but not
// for us.
const MaxOperations = 50

var errManyOperations = errors.New("too many operations are live on this socket: end one, or open another socket")

// socketHost is what stands behind one socket: the key that opened it, and the execution of its operations.
type socketHost struct {
	*front
	connection *connection
	exec       graphql.GraphExecutor
}

var _ socket.Host = (*socketHost)(nil)

// Admit implements socket.Host: by the payload, or by the header of the handshake. The socket ends with the key or token
// that opened it.
func (h *socketHost) Admit(ctx context.Context, payload json.RawMessage) (messages int, err error) {
	header, err := authorizationOf(payload)
	if err == nil && header != "" {
		ctx, err = h.admit(ctx, header)
	}
	if err != nil {
		err = h.wrong(ctx, err)
	}
	v, known := viewer.FromContext(ctx) // perhaps by the header of the handshake, which programs can send
	if err == nil && !known {
		err = errBadInit
	}
	if err == nil {
		err = h.streams.hold(h.connection, v)
	}
	if err != nil {
		return 0, err
	}
	return h.streams.limits.messages(v), nil
}

// authorizationOf is the value that takes the place of the header, under its name in any case.
func authorizationOf(payload json.RawMessage) (string, error) {
	if payload == nil {
		return "", nil
	}
	var p struct {
		Authorization any `json:"authorization"`
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		return "", errBadInit
	}
	if p.Authorization == nil {
		return "", nil
	}
	header, ok := p.Authorization.(string)
	if !ok {
		return "", errBadInit
	}
	return header, nil
}

// Request implements socket.Host.
func (h *socketHost) Request(payload json.RawMessage) (*graphql.RawParams, error) {
	return readRequest(payload)
}

// Run implements socket.Host.
func (h *socketHost) Run(ctx context.Context, o *socket.Operation, params *graphql.RawParams) {
	of, _ := h.connection.holder() // operations begin when it is known
	ctx = graphql.StartOperationTrace(viewer.NewContext(ctx, of.Value()))
	if o.Others() >= MaxOperations || o.Ended() >= MaxOperations {
		h.fail(ctx, socketSink{o}, errManyOperations)
		return
	}
	operation, errs := h.prepare(ctx, h.exec, params)
	if errs != nil {
		h.operations.refuse(codeOf(errs))
		answer := h.exec.DispatchError(graphql.WithOperationContext(ctx, operation), errs)
		o.Error(encodeErrors(answer.Errors))
		return
	}
	h.run(ctx, h.exec, operation, socketSink{o})
}

// socketSink is where the answers of one operation of a socket go. That protocol has no ids to resume with.
type socketSink struct{ *socket.Operation }

var _ sink = socketSink{}

// Send implements sink.
func (s socketSink) Send(ctx context.Context, _ string, answer []byte) bool {
	return s.Operation.Send(ctx, answer)
}

// OnEnd implements sink.
func (s socketSink) OnEnd(_ context.Context, f func()) { s.Operation.OnEnd(f) }

// Closing implements socket.Host.
func (h *socketHost) Closing(reason error) (code uint16, text string) {
	switch p := h.tell(context.WithoutCancel(h.connection), reason); p.code {
	case CodeUnauthenticated:
		return socket.CloseForbidden, p.text
	case CodeUnavailable:
		return socket.CloseStopping, p.text
	default: // a fault, a time-out or too many sockets: a page must come back by itself when it is over
		return socket.CloseTryAgain, p.text
	}
}
