package main

import (
	"net/http"
	"time"
)

// bodyWithin bounds how long the body of a request may take. /graphql sets a bound of its own behind it.
const bodyWithin = 30 * time.Second

// boundBodies ends connections over which a body does not arrive. Also where nobody reads it net/http does, behind the answer or before
// it, for as long as it takes: each such request would hold a connection for ever.
func boundBodies(within time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(within)) // a recorder in a test has none
		}
		next.ServeHTTP(w, r)
	})
}
