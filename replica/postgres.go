package replica

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"
)

const (
	// pingEvery is how often the listening connection is tried: one that is half open is silent.
	pingEvery = 30 * time.Second
	// answerLimit is how long an answer on it may take.
	answerLimit = 10 * time.Second
	// maxUnread is how many notifications may wait to be handled before the connection is read no further.
	maxUnread = 1024
)

// Postgres carries messages by NOTIFY, on one channel, with one connection that listens. It carries them from the schema
// that the connections of pool use, to those in the same schema.
// https://www.postgresql.org/docs/current/sql-notify.html
type Postgres struct {
	pool    *sql.DB
	address string
}

// NewPostgres returns a carrier over the database at address, which pool is connected to. It holds nothing to be closed.
func NewPostgres(pool *sql.DB, address string) *Postgres { return &Postgres{pool, address} }

// channelSQL names the channel. Identifiers are cut off after 63 bytes, so the schema is hashed.
const channelSQL = `'parley_' || md5(current_schema())`

// Publish implements Carrier. It is a statement of its own: in the transaction that it tells of, NOTIFY would make all
// commits of the database wait for each other.
func (p *Postgres) Publish(ctx context.Context, message string) error {
	_, err := p.pool.ExecContext(ctx, `SELECT pg_notify(`+channelSQL+`, $1)`, message)
	return err
}

// Receive implements Carrier.
func (p *Postgres) Receive(ctx context.Context, heard func(string), lost func()) error {
	var channel string
	if err := p.pool.QueryRowContext(ctx, `SELECT `+channelSQL).Scan(&channel); err != nil {
		return fmt.Errorf("name the channel: %w", err)
	}
	conn, notes, err := p.connect(ctx)
	if err != nil {
		return err
	}
	defer func() {
		_ = conn.Close()
		for range notes { // it may be about to pass one on
		}
	}()
	// Close ends whoever waits for an answer.
	answered := make(chan error, 1)
	ask := func(question func() error) { go func() { answered <- question() }() }
	ask(func() error {
		_, err := conn.Listen(channel)
		return err
	})
	listening, waiting := false, true // for an answer
	limit := time.NewTimer(answerLimit)
	defer limit.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case n, open := <-notes:
			if !open {
				return fmt.Errorf("the connection was lost: %w", conn.Err())
			}
			heard(n.Extra)
		case err := <-answered:
			if err != nil {
				return fmt.Errorf("listen: %w", err)
			}
			if !listening {
				lost() // what came before
			}
			listening, waiting = true, false
			limit.Reset(pingEvery)
		case <-limit.C:
			if waiting {
				return errors.New("the connection does not answer")
			}
			waiting = true
			limit.Reset(answerLimit)
			ask(conn.Ping)
		}
	}
}

// connect opens the connection that listens. The driver's dialing does not end with ctx; what it opens later is closed.
func (p *Postgres) connect(ctx context.Context) (*pq.ListenerConn, chan *pq.Notification, error) {
	type dialled struct {
		conn *pq.ListenerConn
		err  error
	}
	notes, done := make(chan *pq.Notification, maxUnread), make(chan dialled, 1)
	go func() {
		conn, err := pq.NewListenerConn(p.address, notes)
		if ctx.Err() != nil && err == nil {
			_ = conn.Close()
			for range notes { // until it has ended
			}
		}
		done <- dialled{conn, err}
	}()
	select {
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	case d := <-done:
		if d.err == nil && ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if d.err != nil {
			return nil, nil, fmt.Errorf("connect: %w", d.err)
		}
		return d.conn, notes, nil
	}
}
