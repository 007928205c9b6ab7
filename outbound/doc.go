// Package outbound is the only door through which Parley calls addresses that
// its users typed in: webhooks, HTTP functions and model endpoints of a
// workspace. It holds the [Guard] that decides which addresses may be reached,
// the [Client] that sends one bounded request and reports exactly how it went,
// and the signatures of Standard Webhooks 1.0 ([Sign], [Verify]): symmetric ones
// of a [Secret] (v1) and asymmetric ones of a [PrivateKey] (v1a).
//
// Three promises matter to callers:
//
//   - The address is judged when the socket is opened, after the name was
//     resolved, so a name that answers differently the second time gains nothing.
//   - One Do is at most one request on the wire. net/http would replay some
//     requests by itself when a kept connection breaks; here it cannot.
//   - A failed Do says whether any byte of the request may have left, so that
//     only what surely never left is tried again without an idempotency key.
//
// A webhook is one call:
//
//	guard := outbound.NewGuard(outbound.GuardOptions{})
//	client := outbound.New(outbound.Options{Guard: guard})
//	defer client.CloseIdle()
//
//	header := outbound.Sign(eventID, now, body, secret)
//	header.Set("Content-Type", "application/json")
//	res, err := client.Do(ctx, outbound.Request{
//		Method: "POST", URL: endpoint, Header: header, Body: body,
//		Timeout: 15 * time.Second, MaxBody: 4 << 10,
//	})
//
// The package starts no goroutine of its own and reads no environment; kept
// connections live until CloseIdle or their idle time ends.
package outbound
