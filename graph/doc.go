// Package graph is the GraphQL API: it reads requests, says who asks, calls a verb of dialogue, delivery or access, and
// returns rows of ent. What the API offers stands in schema.graphql; who may use a root field stands there too (@auth).
//
//	http.Handle("/graphql", graph.New(graph.Options{…}))
//
// errors.go is the one table from our errors to codes, auth.go says who asks, once.go makes mutations repeatable,
// events.go turns the log into subscriptions, connection.go ends what they run on for a reason that clients learn, and
// limit/ refuses documents that would cost too much to validate.
package graph
