// Package socket speaks graphql-transport-ws, the protocol of the npm package graphql-ws, on connections taken over from
// net/http. It knows messages, operations and how a connection ends, and nothing of keys or resolvers: those are behind
// [Host].
//
//	s, err := socket.Accept(w, r, socket.Options{Origins: origins, MaxMessage: 256 << 10})
//	s.Serve(ctx, end, host, done)
//
// A socket at rest costs no goroutine where a [Poller] watches it, and else one, which reads. Whoever has something to say writes it at once, without waiting; what
// the client's side does not take is kept, up to a bound, and written by a goroutine that lives until it is gone. A client
// that does not read is told so and closed, and nobody waits for it.
package socket
