// Package access makes and checks what lets somebody in: workspaces with their first key, API keys, and tokens for one
// thread. Keys are kept as hashes only.
//
//	a := access.New(log, keys)
//	v, err := a.Authenticate(ctx, "prl_…")
//	ctx = viewer.NewContext(ctx, v)
package access

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"parley/ent"
	"parley/ent/apikey"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/invalid"
	"parley/seal"
)

// ErrUnauthenticated is returned for a key or token that is unknown, revoked or expired. It does not say which.
var ErrUnauthenticated = errors.New("the key or token is unknown, revoked or expired")

const (
	keyPrefix  = "prl_"
	hintLength = 8
	// MinKey is the least length of a key that somebody chose.
	MinKey = 32
)

// Service makes and checks keys. It is safe for concurrent use.
type Service struct {
	log  *eventlog.Log
	keys *seal.Keys

	mu      sync.Mutex // protects checked
	checked map[string]check

	holders *lru.Cache[string, holder] // by the hashes of keys
}

// check is when a key or session was last seen to be valid.
type check struct {
	at    time.Time
	valid bool
}

// New returns the service for one database.
func New(log *eventlog.Log, keys *seal.Keys) *Service {
	return &Service{log: log, keys: keys, checked: map[string]check{}, holders: newHolders()}
}

// NewKey returns a random key with 256 bits.
func NewKey() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return keyPrefix + base64.RawURLEncoding.EncodeToString(b)
}

func hashKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// CreateWorkspace makes a workspace with its feed and its first admin key. An empty adminKey means a new one, which is
// returned; it cannot be read again.
func (s *Service) CreateWorkspace(ctx context.Context, name, adminKey string) (workspaceID, key string, err error) {
	var bad invalid.Error
	bad.Text("name", name, 1, 200)
	bad.Check(adminKey == "" || len(adminKey) >= MinKey, "key", "must have at least %d characters", MinKey)
	if err := bad.Err(); err != nil {
		return "", "", err
	}
	key = adminKey
	if key == "" {
		key = NewKey()
	}
	workspaceID = id.New(id.Workspace)
	ctx = viewer.WorkerContext(ctx, workspaceID, "make a workspace")
	err = s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		err := tx.Client().Workspace.Create().SetID(workspaceID).SetName(name).SetHistory(id.New("his")).Exec(ctx)
		if err != nil {
			return err
		}
		if err := eventlog.MakeFeed(ctx, tx.Client(), workspaceID); err != nil {
			return err
		}
		_, err = insertKey(ctx, tx.Client(), "admin", apikey.RoleADMIN, key)
		return err
	})
	if ent.IsConstraintError(err) {
		return "", "", invalid.One("name", "a workspace called %q exists, or the key is in use", name)
	}
	return workspaceID, key, err
}

func insertKey(ctx context.Context, c *ent.Client, name string, role apikey.Role, key string) (*ent.APIKey, error) {
	return c.APIKey.Create().SetName(name).SetRole(role).SetHash(hashKey(key)).SetHint(key[:hintLength]).Save(ctx)
}

// Created is a new API key: its id, and the key itself, which is not kept and is empty when the creation is repeated.
type Created struct {
	ID  string    `json:"id"`
	Key seal.Text `json:"-"`
}

// CreateKey makes a key in the viewer's workspace.
func (s *Service) CreateKey(ctx context.Context, name string, role viewer.Role) (Created, error) {
	var bad invalid.Error
	bad.Text("name", name, 1, 200)
	bad.Check(apikey.RoleValidator(apikey.Role(role)) == nil, "role", "must be ADMIN, OPERATOR, INTEGRATOR or APP")
	if err := bad.Err(); err != nil {
		return Created{}, err
	}
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (Created, error) {
		key := NewKey()
		row, err := insertKey(ctx, tx.Client(), name, apikey.Role(role), key)
		if err != nil {
			return Created{}, err
		}
		return Created{row.ID, seal.Hide(key)}, nil
	})
}

// Revoked is the result of RevokeKey.
type Revoked struct {
	ID string `json:"id"`
}

// RevokeKey ends a key of the viewer's workspace. Revoking it again changes nothing. The last admin key cannot be
// revoked, nor can a viewer revoke the key it uses: both would lock somebody out.
func (s *Service) RevokeKey(ctx context.Context, keyID string) (Revoked, error) {
	if v, _ := viewer.FromContext(ctx); v.Key == keyID {
		return Revoked{}, invalid.One("id", "is the key that asks: revoke it with another admin key")
	}
	revoked, err := eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (Revoked, error) {
		row, err := tx.Client().APIKey.Query().Where(apikey.ID(keyID)).Only(ctx)
		if err != nil || row.RevokedAt != nil {
			return Revoked{keyID}, err
		}
		if row.Role == apikey.RoleADMIN {
			admins, err := s.lockAdmins(ctx, tx)
			if err != nil {
				return Revoked{}, err
			}
			if len(admins) < 2 {
				return Revoked{}, invalid.One("id", "is the workspace's last admin key: make another one first")
			}
			if v, _ := viewer.FromContext(ctx); v.Key != "" && !slices.Contains(admins, v.Key) {
				return Revoked{}, ErrUnauthenticated // revoked while it waited for the lock
			}
		}
		return Revoked{keyID}, tx.Client().APIKey.Update().Where(apikey.ID(keyID)).SetRevokedAt(tx.Now).Exec(ctx)
	})
	s.recheck(keyID)
	return revoked, err
}

// lockAdmins locks the admin keys of the viewer's workspace that hold, so that two of them cannot revoke each other, and
// returns their ids.
func (s *Service) lockAdmins(ctx context.Context, tx *eventlog.Tx) ([]string, error) {
	q := tx.Client().APIKey.Query().Where(apikey.RoleEQ(apikey.RoleADMIN), apikey.RevokedAtIsNil()).Order(apikey.ByID())
	if s.log.Postgres() {
		q.ForUpdate()
	}
	rows, err := q.All(ctx)
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return ids, err
}

// Authenticate says who holds a key or thread token. The error is ErrUnauthenticated unless the database fails.
func (s *Service) Authenticate(ctx context.Context, secret string) (viewer.Viewer, error) {
	if token, ok := strings.CutPrefix(secret, tokenPrefix); ok {
		return s.readThreadToken(token)
	}
	if len(secret) < MinKey || len(secret) > 512 {
		return viewer.Viewer{}, ErrUnauthenticated
	}
	system := viewer.SystemContext(ctx, "authenticate")
	const find = `SELECT id, workspace_id, name, role, COALESCE(revoked_at, 0), COALESCE(last_used_at, 0) FROM api_keys WHERE hash = $1`
	hash := hashKey(secret)
	rows, err := s.log.Client().QueryContext(system, find, hash)
	if err != nil {
		return viewer.Viewer{}, fmt.Errorf("look up a key: %w", err)
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		if err := rows.Err(); err != nil { // the database failed: the key may be good
			return viewer.Viewer{}, fmt.Errorf("look up a key: %w", err)
		}
		return viewer.Viewer{}, ErrUnauthenticated
	}
	var v viewer.Viewer
	var revoked, used ms.Time
	if err := rows.Scan(&v.Key, &v.Workspace, &v.Name, &v.Role, &revoked, &used); err != nil {
		return viewer.Viewer{}, err
	}
	if err := rows.Close(); err != nil {
		return viewer.Viewer{}, err
	}
	if revoked != 0 {
		return viewer.Viewer{}, ErrUnauthenticated
	}
	if noted := s.useKey(ctx, v, used); s.log.Postgres() {
		s.holders.Add(hash, holder{v, noted})
	}
	return v, nil
}

// noteEvery is how often it is noted that a key or session is used: not a write for every request.
const noteEvery = time.Minute

// useKey notes that a key is used, which was noted last at the given time, and returns when it is noted now. Where that fails, as on
// a full disk, who has a good key may read all the same.
func (s *Service) useKey(ctx context.Context, v viewer.Viewer, used ms.Time) ms.Time {
	now := ms.Now()
	if now.Sub(used) <= noteEvery {
		return used
	}
	_ = s.log.Client().APIKey.Update().Where(apikey.ID(v.Key)).SetLastUsedAt(now).Exec(viewer.NewContext(ctx, v))
	return now
}

// recheckEvery bounds how long the answer of StillValid is good. Streams ask twice a second (graph/connection.go); so each time they
// ask the database, and outlive the revocation of their key on any replica by less than a second.
const recheckEvery = 400 * time.Millisecond

// StillValid says whether a viewer that was let in earlier would be let in now. Streams ask it; the answer for one key or session
// is good for 400 ms, so that a thousand streams of one key cost two queries a second.
func (s *Service) StillValid(ctx context.Context, v viewer.Viewer) bool {
	if v.Expires != 0 && v.Expires < int64(ms.Now()) {
		return false
	}
	if v.Key == "" {
		return true
	}
	holder := cmp.Or(v.Session, v.Key)
	s.mu.Lock()
	last := s.checked[holder]
	s.mu.Unlock()
	if time.Since(last.at) < recheckEvery {
		return last.valid
	}
	var valid bool
	var err error
	if v.Session != "" {
		valid, err = s.sessionHolds(ctx, v)
	} else {
		valid, err = s.log.Client().APIKey.Query().Where(apikey.ID(v.Key), apikey.RevokedAtIsNil()).Exist(viewer.NewContext(ctx, v))
	}
	if err != nil {
		return true // the database is away: what the stream reads will fail by itself
	}
	s.mu.Lock()
	if len(s.checked) >= maxChecked {
		clear(s.checked)
	}
	s.checked[holder] = check{time.Now(), valid}
	s.mu.Unlock()
	return valid
}

// maxChecked bounds how many answers of StillValid are remembered.
const maxChecked = 10_000

// recheck forgets what StillValid knows of a key or session.
func (s *Service) recheck(holder string) {
	s.mu.Lock()
	delete(s.checked, holder)
	s.mu.Unlock()
}
