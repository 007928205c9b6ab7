package main

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"parley/access"
	"parley/ent"
	"parley/ent/setting"
	"parley/eventlog"
	"parley/outbound"
	"parley/seal"
	"parley/storage"

	"github.com/lib/pq"
)

// app is what every command that touches the database needs.
type app struct {
	db     *storage.DB
	keys   *seal.Keys
	log    *eventlog.Log
	access *access.Service
}

// openApp opens the database, brings it up to date, and checks that the secret key is the one it was begun with.
func openApp(ctx context.Context, c Config) (*app, error) {
	text, from, err := c.readSecretKey(seal.Generate)
	if err != nil {
		return nil, err
	}
	keys, err := seal.Parse(text)
	if err != nil {
		return nil, err
	}
	db, err := storage.Open(ctx, c.Database, storage.Options{Guard: c.CheckSQL, Ran: c.ran})
	if err != nil {
		return nil, err
	}
	if _, err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := checkSecretKey(ctx, db.Client, keys, from); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := checkMoved(ctx, db.Client); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	log := eventlog.New(db.Client, db.Dialect, nil)
	return &app{db: db, keys: keys, log: log, access: access.New(log, keys)}, nil
}

func (a *app) close() error { return a.db.Close() }

// checkSecretKey refuses a secret key that the database was not begun with, and begins it if nobody has: secrets, cursors and
// tokens would all fail, one by one and later.
func checkSecretKey(ctx context.Context, client *ent.Client, keys *seal.Keys, from string) error {
	err := checkBegun(ctx, client, keys, from)
	if !ent.IsNotFound(err) {
		return err
	}
	box := hex.EncodeToString(keys.Seal([]byte(secretKeyCheck), "", secretKeyCheck))
	err = client.Setting.Create().SetID(secretKeyCheck).SetValue(box).OnConflictColumns(setting.FieldID).DoNothing().Exec(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) { // no row: another replica was first
		return fmt.Errorf("keep a check of the secret key: %w", err)
	}
	return checkBegun(ctx, client, keys, from)
}

// firstKey makes the first workspace when there is none, and returns its admin key; empty when there was one already.
func (a *app) firstKey(ctx context.Context, c Config) (string, error) {
	n, err := a.db.Client.Workspace.Query().Count(ctx)
	if err != nil || n > 0 {
		return "", err
	}
	_, key, err := a.access.CreateWorkspace(ctx, "default", c.AdminKey.Reveal())
	if again, countErr := a.db.Client.Workspace.Query().Count(ctx); err != nil && countErr == nil && again > 0 {
		return "", nil // another replica was first
	}
	return key, err
}

// newGuard decides where requests may go. Loopback targets are allowed only for a first try on one's own machine: the
// listener is loopback, no public address is set and the database is embedded.
func newGuard(ctx context.Context, c Config, listener net.Addr) (*outbound.Guard, error) {
	o := outbound.GuardOptions{
		Allow:         c.OutboundAllow,
		AllowLoopback: c.loopback() && c.PublicURL == "" && c.embedded(),
	}
	// Who lets requests into a private network means its plain HTTP services too.
	o.AllowHTTP = o.AllowLoopback || len(o.Allow) > 0
	own, err := netip.ParseAddrPort(listener.String())
	if err != nil {
		return nil, fmt.Errorf("read the listener's address: %w", err)
	}
	o.Deny = append(o.Deny, own)
	if c.embedded() {
		return outbound.NewGuard(o), nil
	}
	database, err := databaseAddresses(ctx, c.Database)
	o.Deny = append(o.Deny, database...)
	return outbound.NewGuard(o), err
}

// databaseAddresses finds where Postgres listens, so that no webhook is ever sent there.
func databaseAddresses(ctx context.Context, database string) ([]netip.AddrPort, error) {
	config, err := pq.NewConfig(database)
	if err != nil {
		return nil, errors.New("DATABASE_URL cannot be read")
	}
	var out []netip.AddrPort
	hosts := append([]pq.ConfigMultihost{{Host: config.Host, Hostaddr: config.Hostaddr, Port: config.Port}}, config.Multi...)
	for _, h := range hosts {
		if h.Hostaddr.IsValid() {
			out = append(out, netip.AddrPortFrom(h.Hostaddr.Unmap(), h.Port))
			continue
		}
		if h.Host == "" || strings.HasPrefix(h.Host, "/") || strings.HasPrefix(h.Host, "@") { // a Unix socket
			continue
		}
		ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", h.Host)
		if err != nil {
			return nil, fmt.Errorf("resolve the host of DATABASE_URL: %w", err)
		}
		for _, ip := range ips {
			out = append(out, netip.AddrPortFrom(ip.Unmap(), h.Port))
		}
	}
	return out, nil
}
