package graph

import (
	"context"
	"errors"
	"net/http"

	"github.com/99designs/gqlgen/graphql"

	"parley/ent/viewer"
	"parley/graph/socket"
)

// sockets is the transport of WebSockets.
type sockets struct{ *front }

var _ graphql.Transport = sockets{}

// Supports implements graphql.Transport.
func (t sockets) Supports(r *http.Request) bool { return socket.Is(r) }

// Do implements graphql.Transport. It returns when the handshake is over; the socket ends by itself, or with the stop of
// the streams, and not with the context of the request.
func (t sockets) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	ctx, c := newConnection(detached(r.Context()), kindSocket)
	if !t.streams.add(c) {
		t.refuse(w, r, errStopping)
		return
	}
	s, err := socket.Accept(w, r, t.pages)
	if err != nil {
		c.end(errAnswered)
		t.streams.remove(c)
		t.refuseHandshake(w, r, err)
		return
	}
	told := context.WithoutCancel(ctx)
	h := &socketHost{front: t.front, connection: c, exec: exec, why: func(reason error) public { return t.tell(told, reason) }}
	if v, ok := viewer.FromContext(ctx); ok { // by a header, which programs can send
		h.viewer = &v
	}
	s.Serve(ctx, c.end, h, func() {
		c.end(errAnswered)
		t.streams.remove(c)
	})
}

// detached is a context for what outlives its request. It has the request's id, address and viewer and nothing else: the rest holds
// on to the request and its buffers.
func detached(ctx context.Context) context.Context {
	alone := context.WithValue(context.Background(), requestIDKey{}, requestID(ctx))
	alone = context.WithValue(alone, addressKey{}, address(ctx))
	if v, ok := viewer.FromContext(ctx); ok {
		alone = viewer.NewContext(alone, v)
	}
	return alone
}

// refuseHandshake answers a request that stays one of HTTP.
func (t sockets) refuseHandshake(w http.ResponseWriter, r *http.Request, err error) {
	var bad *socket.HandshakeError
	if errors.As(err, &bad) {
		if bad.Status == http.StatusUpgradeRequired {
			w.Header().Set("Sec-WebSocket-Version", "13")
		}
		err = statusError{bad.Status, bad.Text}
	}
	t.refuse(w, r, err)
}
