package access

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/ms"
	"parley/ent/session"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/seal"
)

// How long a session lasts: SessionIdle behind its last use, SessionLife at most.
const (
	SessionIdle = 12 * time.Hour
	SessionLife = 7 * 24 * time.Hour
)

const (
	// maxSessions is how many sessions a key may have. The one that was used longest ago gives way to a new one.
	maxSessions = 50
	// maxUserAgent is how much is kept of what a browser says that it is, in bytes.
	maxUserAgent = 300
	maxCookie    = 512
)

// SignedIn is a session that began. The cookie is not kept.
type SignedIn struct {
	Viewer  viewer.Viewer
	Session *ent.Session
	Cookie  seal.Text
}

// SignIn takes a key for a session. The error is ErrUnauthenticated for a key that is unknown or revoked, and for thread tokens.
func (s *Service) SignIn(ctx context.Context, key, userAgent string) (SignedIn, error) {
	if strings.HasPrefix(key, tokenPrefix) {
		return SignedIn{}, ErrUnauthenticated
	}
	v, err := s.Authenticate(ctx, key)
	if err != nil {
		return SignedIn{}, err
	}
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	in := SignedIn{Cookie: seal.Hide(base64.RawURLEncoding.EncodeToString(b))}
	userAgent = strings.ToValidUTF8(strings.ReplaceAll(userAgent[:min(len(userAgent), maxUserAgent)], "\x00", ""), "")
	err = s.log.Write(viewer.NewContext(ctx, v), func(ctx context.Context, tx *eventlog.Tx) (err error) {
		if err := makeRoom(ctx, tx, v.Key); err != nil {
			return err
		}
		in.Session, err = tx.Client().Session.Create().SetKeyID(v.Key).SetHash(hashKey(in.Cookie.Reveal())).SetUserAgent(userAgent).
			SetCreatedAt(tx.Now).SetLastUsedAt(tx.Now).SetNotAfter(tx.Now.Add(SessionLife)).Save(ctx)
		return err
	})
	if err != nil {
		return SignedIn{}, fmt.Errorf("begin a session: %w", err)
	}
	v.Session, v.Expires = in.Session.ID, int64(in.Session.NotAfter)
	in.Viewer = v
	return in, nil
}

// makeRoom deletes the workspace's sessions that have ended, and those of the key that are too many.
func makeRoom(ctx context.Context, tx *eventlog.Tx, keyID string) error {
	ended := session.Or(session.LastUsedAtLT(tx.Now.Add(-SessionIdle)), session.NotAfterLT(tx.Now))
	if _, err := tx.Client().Session.Delete().Where(ended).Exec(ctx); err != nil {
		return err
	}
	old, err := tx.Client().Session.Query().Where(session.KeyID(keyID)).Order(session.ByLastUsedAt(sql.OrderDesc()), session.ByID(sql.OrderDesc())).
		Offset(maxSessions - 1).Limit(maxSessions).IDs(ctx)
	if err != nil || len(old) == 0 {
		return err
	}
	_, err = tx.Client().Session.Delete().Where(session.IDIn(old...)).Exec(ctx)
	return err
}

// AuthenticateSession says who is signed in with a cookie. The error is ErrUnauthenticated unless the database fails.
func (s *Service) AuthenticateSession(ctx context.Context, cookie string) (viewer.Viewer, error) {
	if cookie == "" || len(cookie) > maxCookie {
		return viewer.Viewer{}, ErrUnauthenticated
	}
	system := viewer.SystemContext(ctx, "authenticate")
	const find = `SELECT s.id, s.workspace_id, s.last_used_at, s.not_after, k.id, k.name, k.role, COALESCE(k.last_used_at, 0)
		FROM sessions s JOIN api_keys k ON k.id = s.key_id AND k.workspace_id = s.workspace_id WHERE s.hash = $1 AND k.revoked_at IS NULL`
	var v viewer.Viewer
	var used, end, keyUsed ms.Time
	err := eventlog.Scan(system, s.log.Client(), find, []any{hashKey(cookie)}, func(row eventlog.Row) error {
		return row.Scan(&v.Session, &v.Workspace, &used, &end, &v.Key, &v.Name, &v.Role, &keyUsed)
	})
	now := ms.Now()
	switch {
	case err != nil:
		return viewer.Viewer{}, fmt.Errorf("look up a session: %w", err)
	case v.Session == "" || !alive(used, end, now):
		return viewer.Viewer{}, ErrUnauthenticated
	}
	v.Expires = int64(end)
	s.useKey(ctx, v, keyUsed)
	s.useSession(ctx, v, used, now)
	return v, nil
}

// alive says whether a session goes on that was last used then.
func alive(used, end, now ms.Time) bool { return now.Sub(used) < SessionIdle && now < end }

// useSession notes that a session is used, as useKey does.
func (s *Service) useSession(ctx context.Context, v viewer.Viewer, used, now ms.Time) {
	if now.Sub(used) > noteEvery {
		_ = s.log.Client().Session.Update().Where(session.ID(v.Session)).SetLastUsedAt(now).Exec(viewer.NewContext(ctx, v))
	}
}

// sessionHolds says whether a session goes on, and uses it: whoever follows a stream is there.
func (s *Service) sessionHolds(ctx context.Context, v viewer.Viewer) (bool, error) {
	const find = `SELECT s.last_used_at, s.not_after FROM sessions s JOIN api_keys k ON k.id = s.key_id AND k.workspace_id = s.workspace_id
		WHERE s.id = $1 AND s.workspace_id = $2 AND k.revoked_at IS NULL`
	var used, end ms.Time
	err := eventlog.Scan(viewer.NewContext(ctx, v), s.log.Client(), find, []any{v.Session, v.Workspace}, func(row eventlog.Row) error {
		return row.Scan(&used, &end)
	})
	if now := ms.Now(); err == nil && alive(used, end, now) {
		s.useSession(ctx, v, used, now)
		return true, nil
	}
	return false, err
}

// Sessions are the sessions of the viewer's key, last used first. A thread token has none.
func (s *Service) Sessions(ctx context.Context) ([]*ent.Session, error) {
	v, _ := viewer.FromContext(ctx)
	if v.Key == "" {
		return []*ent.Session{}, nil
	}
	now := ms.Now()
	return s.log.Client().Session.Query().
		Where(session.KeyID(v.Key), session.LastUsedAtGT(now.Add(-SessionIdle)), session.NotAfterGT(now)).
		Order(session.ByLastUsedAt(sql.OrderDesc()), session.ByID(sql.OrderDesc())).Limit(maxSessions).All(ctx)
}

// SessionEnd is when a session ends unless it is used before.
func SessionEnd(row *ent.Session) ms.Time { return min(row.LastUsedAt.Add(SessionIdle), row.NotAfter) }

// EndSession ends the viewer's session. Without one it does nothing.
func (s *Service) EndSession(ctx context.Context) error {
	v, _ := viewer.FromContext(ctx)
	if v.Session == "" {
		return nil
	}
	_, err := s.log.Client().Session.Delete().Where(session.ID(v.Session)).Exec(ctx)
	s.recheck(v.Session)
	return err
}

// EndSessions ends all sessions of the viewer's key, and returns how many there were.
func (s *Service) EndSessions(ctx context.Context) (int, error) {
	v, _ := viewer.FromContext(ctx)
	n, err := s.log.Client().Session.Delete().Where(session.KeyID(v.Key)).Exec(ctx)
	s.recheck(v.Session)
	return n, err
}
