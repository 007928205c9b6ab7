// Package delivery brings events to the endpoints of integrations: it claims the deliveries that package eventlog wrote
// in the transaction of their event, sends each as a signed POST, and records what came of it. It also holds the verbs
// by which integrations are managed.
//
//	d := delivery.New(log, keys, client, guard, delivery.Options{Version: "1.0"})
//	g.Go(func() error { return d.Run(ctx) }) // until ctx ends; any number of replicas on one Postgres
//
// A delivery is one row, outbox and queue at once:
//
//	                                      resend
//	           ┌────────────────────────────────────────────────────────────┐
//	           ▼      claim                  finish: 2xx                    │
//	event ─▶ PENDING ────────▶ RUNNING ────────────────────────▶ DONE ──────┤
//	           ▲                 │ │ │       finish: last try failed        │
//	           ├─────────────────┘ │ └─────────────────────────▶ EXHAUSTED ─┤
//	           │ failed, lost,     │         failed while disabled          │
//	           │ given back        └───────────────────────────▶ HELD ──────┘
//	           └──── integration disabled: PENDING ▶ HELD; deleted: PENDING, HELD ▶ CANCELLED; released: HELD ▶ PENDING
//
// Claim takes what is due at endpoints that are neither paused, disabled nor deleted, up to their caps, and raises the
// row's count of attempts, which is the fence: an outcome is recorded only while the row is RUNNING under that count.
// A worker that was thought dead, whose lease was ended and its delivery sent by another, can change nothing any more.
//
// What holds, whatever fails:
//
//   - At least once from the commit of the event on; never again after a success was recorded, unless asked by Resend.
//   - An outcome, its attempt row and the endpoint's health are one transaction.
//   - In a THREAD endpoint an event waits for the earlier ones of its thread until they are done, or have failed three
//     times and stepped aside; in a FIFO endpoint it waits for all earlier ones until they are done or exhausted.
//   - Only an endpoint's own failures cost a try: a crash, a stop, a pause, an open breaker or what we refuse to send does not.
//   - Attempts of a workspace have positions without a gap, in order of commit.
//   - One endpoint fills at most its cap of a process's workers; one workspace at most its own while others have something to
//     send; free workers go round workspaces first and endpoints second.
//   - A rate, and the one delivery that a breaker lets through, hold over all processes.
package delivery
