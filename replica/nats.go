package replica

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// NATS carries messages over NATS core, which keeps nothing: a message goes to those who listen at that moment.
// https://docs.nats.io/nats-concepts/core-nats
type NATS struct {
	conn    *nats.Conn
	subject string
	again   chan struct{} // poked when messages may have been lost
}

// NewNATS returns a carrier over the NATS servers at url (several separated by commas), for those who use the same subject.
// It does not wait for a connection, and connects anew for ever. The error is for a url that is none. Call Close at the end.
func NewNATS(url, subject string) (*NATS, error) {
	n := &NATS{subject: subject, again: make(chan struct{}, 1)}
	poke := func() {
		select {
		case n.again <- struct{}{}:
		default:
		}
	}
	var err error
	n.conn, err = nats.Connect(url, nats.Name("parley"), nats.NoEcho(), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1),
		nats.ReconnectWait(again), nats.ReconnectBufSize(-1), // what cannot be sent is lost: it would be stale
		nats.ConnectHandler(func(*nats.Conn) { poke() }), nats.ReconnectHandler(func(*nats.Conn) { poke() }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { poke() })) // such as of a slow reader
	if err != nil {
		return nil, fmt.Errorf("NATS_URL: %w", err)
	}
	return n, nil
}

// ProbeNATS connects once to the NATS servers at url, and returns why that fails.
func ProbeNATS(url string, within time.Duration) error {
	conn, err := nats.Connect(url, nats.Name("parley check"), nats.Timeout(within))
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.FlushTimeout(within)
}

// Close ends the connection.
func (n *NATS) Close() { n.conn.Close() }

// Publish implements Carrier.
func (n *NATS) Publish(_ context.Context, message string) error {
	return n.conn.Publish(n.subject, []byte(message))
}

// Receive implements Carrier.
func (n *NATS) Receive(ctx context.Context, heard func(string), lost func()) error {
	messages := make(chan *nats.Msg, maxUnread)
	sub, err := n.conn.ChanSubscribe(n.subject, messages)
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	defer func() { _ = sub.Unsubscribe() }()
	for {
		select {
		case <-ctx.Done():
			return nil
		case m := <-messages:
			heard(string(m.Data))
		case <-n.again:
			lost()
		}
	}
}
