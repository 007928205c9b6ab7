package access

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"parley/ent"
	"parley/ent/apikey"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/seal"
)

// TicketLife is how long a stream ticket is good for.
const TicketLife = 30 * time.Second

// The form of stream tickets.
const (
	ticketPrefix  = "prs_"
	ticketPurpose = "stream ticket 1"
)

// StreamTicket lets its maker's browser open one stream by a URL, which cannot carry a key.
type StreamTicket struct {
	Ticket  seal.Text `json:"-"` // made again from the rest when the creation is repeated
	Expires ms.Time   `json:"expires"`
	ID      string    `json:"id"`
}

// ticket is what a stream ticket carries: for whom it was made, and until when that viewer itself lasts.
type ticket struct {
	ID        string  `json:"i"`
	Expires   ms.Time `json:"e"`
	Workspace string  `json:"w"`
	Key       string  `json:"k,omitempty"`
	Thread    string  `json:"t,omitempty"`
	Until     int64   `json:"u,omitempty"`
	Session   string  `json:"s,omitempty"`
}

// CreateStreamTicket makes a ticket for the viewer.
func (s *Service) CreateStreamTicket(ctx context.Context) (StreamTicket, error) {
	made, err := eventlog.WriteOnce(ctx, s.log, func(_ context.Context, tx *eventlog.Tx) (StreamTicket, error) {
		return StreamTicket{ID: id.New("tkt"), Expires: tx.Now.Add(TicketLife)}, nil
	})
	if err != nil {
		return StreamTicket{}, err
	}
	v, _ := viewer.FromContext(ctx)
	payload, err := json.Marshal(ticket{made.ID, made.Expires, v.Workspace, v.Key, v.Thread, v.Expires, v.Session})
	if err != nil {
		return StreamTicket{}, err
	}
	made.Ticket = seal.Hide(ticketPrefix + s.keys.Token(ticketPurpose, payload))
	return made, nil
}

// RedeemStreamTicket says who made a ticket and uses it up, on all replicas. The error is ErrUnauthenticated unless the
// database fails.
func (s *Service) RedeemStreamTicket(ctx context.Context, text string) (viewer.Viewer, error) {
	t, err := s.readTicket(text)
	if err != nil {
		return viewer.Viewer{}, err
	}
	v, err := s.maker(ctx, t)
	if err != nil {
		return viewer.Viewer{}, err
	}
	// It is remembered like a mutation that must not be done twice, for longer than the ticket is good.
	ctx = eventlog.WithOnce(viewer.NewContext(ctx, v), eventlog.Once{Viewer: t.Key + t.Thread, Name: "redeemStreamTicket", ID: t.ID})
	use := id.New("use")
	first, err := eventlog.WriteOnce(ctx, s.log, func(context.Context, *eventlog.Tx) (string, error) { return use, nil })
	if err == nil && first != use {
		err = ErrUnauthenticated
	}
	return v, err
}

func (s *Service) readTicket(text string) (t ticket, err error) {
	if len(text) < len(ticketPrefix) || len(text) > 1024 || text[:len(ticketPrefix)] != ticketPrefix {
		return t, ErrUnauthenticated
	}
	payload, err := s.keys.ReadToken(ticketPurpose, text[len(ticketPrefix):])
	if err != nil || json.Unmarshal(payload, &t) != nil || t.Expires < ms.Now() || t.Until != 0 && t.Until < int64(ms.Now()) {
		return t, ErrUnauthenticated
	}
	return t, nil
}

// maker is the viewer who made a ticket, as it is now.
func (s *Service) maker(ctx context.Context, t ticket) (viewer.Viewer, error) {
	if t.Key == "" {
		return viewer.Viewer{Workspace: t.Workspace, Role: viewer.ThreadToken, Thread: t.Thread, Expires: t.Until}, nil
	}
	ctx = viewer.WorkerContext(ctx, t.Workspace, "stream ticket")
	key, err := s.log.Client().APIKey.Query().Where(apikey.ID(t.Key), apikey.RevokedAtIsNil()).Only(ctx)
	if ent.IsNotFound(err) {
		return viewer.Viewer{}, ErrUnauthenticated
	}
	if err != nil {
		return viewer.Viewer{}, err
	}
	v := viewer.Viewer{Workspace: t.Workspace, Key: key.ID, Name: key.Name, Role: viewer.Role(key.Role), Session: t.Session, Expires: t.Until}
	if t.Session == "" {
		return v, nil
	}
	if holds, err := s.sessionHolds(ctx, v); err != nil || !holds {
		return viewer.Viewer{}, cmp.Or(err, ErrUnauthenticated)
	}
	return v, nil
}
