package graph

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/ent/viewer"
	"parley/graph/socket"
)

// maxOperations is how many operations may be live on one socket.
const maxOperations = 50

var errManyOperations = errors.New("too many operations are live on this socket: end one, or open another socket")

// socketHost is what stands behind one socket: the key that opened it, and the execution of its operations.
type socketHost struct {
	*front
	*connection
	exec   graphql.GraphExecutor
	viewer *viewer.Viewer            // nil until there is one; operations begin afterwards
	why    func(reason error) public // tell, with the context of the socket but without its end
}

var _ socket.Host = (*socketHost)(nil)

// Admit implements socket.Host: by the payload, or by the header of the handshake. The socket ends with the key or token
// that opened it.
func (h *socketHost) Admit(ctx context.Context, payload json.RawMessage) error {
	header, err := authorizationOf(payload)
	if err == nil && header != "" {
		ctx, err = h.admit(ctx, header)
		if v, ok := viewer.FromContext(ctx); ok && err == nil {
			h.viewer = &v
		}
	}
	if err == nil && h.viewer == nil {
		err = errBadInit
	}
	if err == nil {
		h.streams.endWithKey(h.connection, *h.viewer)
	}
	return err
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
func (h *socketHost) Request(payload json.RawMessage) (*graphql.RawParams, error) { return readRequest(payload) }

// Run implements socket.Host. Answers are made at the pace at which the client reads them.
func (h *socketHost) Run(ctx context.Context, o *socket.Operation, params *graphql.RawParams) {
	ctx = viewer.NewContext(ctx, *h.viewer)
	fail := func(err error) { o.Error(encodeErrors(gqlerror.List{h.front.tell(ctx, err).gql(ctx)})) }
	defer func() {
		if cause := recover(); cause != nil {
			fail(recovered(h.logger)(ctx, cause))
		}
	}()
	if o.Others() >= maxOperations {
		fail(errManyOperations)
		return
	}
	responses, run, refused := dispatch(ctx, h.exec, params)
	if refused != nil {
		o.Error(encodeErrors(refused.Errors))
		return
	}
	for first := true; o.Ready(ctx); first = false {
		switch response := responses(run); {
		case ctx.Err() != nil:
			return // nobody hears it, or must
		case response == nil && first && run.Err() != nil:
			fail(run.Err())
			return
		case response == nil:
			o.Complete()
			return
		case first && isRequestError(response):
			o.Error(encodeErrors(response.Errors))
			return
		default:
			o.Next(encodeAnswer(response))
		}
	}
}

// Closing implements socket.Host.
func (h *socketHost) Closing(reason error) (code uint16, text string) {
	switch p := h.why(reason); p.code {
	case CodeUnauthenticated:
		return socket.CloseForbidden, p.text
	case CodeUnavailable:
		return socket.CloseStopping, p.text
	default: // a fault or a time-out: a page must come back by itself when it is over
		return socket.CloseTryAgain, p.text
	}
}

// dispatch begins an operation. The answers are to be asked for with the context that is returned; refused is the answer
// to an operation that is not executed.
func dispatch(ctx context.Context, exec graphql.GraphExecutor, params *graphql.RawParams) (graphql.ResponseHandler, context.Context, *graphql.Response) {
	ctx = graphql.StartOperationTrace(ctx)
	operation, errs := exec.CreateOperationContext(ctx, params)
	if errs != nil {
		return nil, ctx, exec.DispatchError(graphql.WithOperationContext(ctx, operation), errs)
	}
	responses, ctx := exec.DispatchOperation(ctx, operation)
	return responses, ctx, nil
}
