package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"entgo.io/ent/dialect"

	"parley/replica"
	"parley/storage"
)

// checkWait bounds how long `parley check` waits for a database or a broker.
const checkWait = 5 * time.Second

// folders looks whether the server may write where it must, and whether one does.
func (k *checkup) folders() {
	var needed []string
	if k.c.SecretKey.IsEmpty() && k.keys == nil {
		needed = append(needed, k.c.Data)
	}
	if k.c.embedded() {
		folder := filepath.Dir(k.c.file())
		needed = append(needed, folder)
		if _, err := os.Stat(filepath.Join(folder, "parley.lock")); err == nil {
			release, err := lockData(folder)
			if k.running = err != nil; !k.running {
				_ = release() // it goes with the process anyway
			}
		}
	}
	slices.Sort(needed)
	for _, folder := range slices.Compact(needed) {
		k.writable(folder)
	}
}

// writable tries to write into a folder, or where it would be made.
func (k *checkup) writable(folder string) {
	present := folder
	for {
		info, err := os.Stat(present)
		if err == nil && !info.IsDir() {
			k.say(isWrong, "folder", "%s is no folder", present)
			return
		}
		if err == nil {
			break
		}
		if up := filepath.Dir(present); !errors.Is(err, os.ErrNotExist) || up == present {
			k.say(isWrong, "folder", "%s cannot be used: %v", folder, err)
			return
		}
		present = filepath.Dir(present)
	}
	f, err := os.CreateTemp(present, ".parley-check-*")
	if err != nil {
		k.say(isWrong, "folder", "%s cannot be written to by this user: %v", folder, err)
		return
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		k.say(isWrong, "folder", "%s: %v", folder, err)
		return
	}
	if present != folder {
		k.say(isFine, "folder", "%s will be made", folder)
		return
	}
	k.say(isFine, "folder", "%s can be written to", folder)
}

// database looks whether it answers, which state its tables are in, and whether the key fits.
func (k *checkup) database(ctx context.Context) {
	if k.faulty["DATABASE_URL"] {
		return
	}
	name := placeOf(k.c.Database)
	if k.c.embedded() {
		name = k.c.file()
		if info, err := os.Stat(name); errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
			k.say(isFine, "database", "%s will be made at the first start", name)
			return
		}
		if err := storage.LookLikeSQLite(name); err != nil { // to read all of it would take minutes
			k.say(isWrong, "database", "%v", err)
			return
		}
	}
	ctx, cancel := context.WithTimeout(ctx, checkWait)
	defer cancel()
	db, err := storage.Open(ctx, k.c.Database, storage.Options{Guard: k.c.CheckSQL, MaxConns: 2})
	if err != nil {
		k.say(isWrong, "database", "%s: %v", name, err)
		return
	}
	defer func() { _ = db.Close() }() // nothing was written
	if db.Dialect == dialect.Postgres {
		k.postgres(ctx, db)
	}
	applied, pending, err := db.Pending(ctx)
	switch {
	case err != nil:
		k.say(isWrong, "database", "%s: %v", name, err)
	case applied == 0:
		k.say(isFine, "database", "%s answers and is empty: the first start makes its tables", name)
	case len(pending) > 0:
		k.say(isFine, "database", "%s answers; the next start brings it up to date by %s", name, strings.Join(pending, ", "))
	default:
		k.say(isFine, "database", "%s answers and is up to date", name)
	}
	if err != nil || applied == 0 {
		return
	}
	if k.running {
		k.say(isFine, "database", "a server is running on it now")
	}
	if err := checkMoved(ctx, db.Client); err != nil {
		k.say(isWrong, "database", "%v", err)
	}
	switch {
	case k.keys != nil:
		if err := checkSealed(ctx, db, k.keys, k.keyFrom); err != nil {
			k.say(isWrong, "secret key", "%v", err)
		}
	case k.c.SecretKey.IsEmpty() && k.c.embedded():
		k.say(isWrong, "secret key", "there is none, and the database was begun with one: set PARLEY_SECRET_KEY, or put the old file into its place as %s", k.c.secretKeyFile())
	}
}

// postgres looks at what servers need of it.
func (k *checkup) postgres(ctx context.Context, db *storage.DB) {
	var encoding string
	var connections int
	var mayMake bool
	var clock int64
	const ask = `SELECT current_setting('server_encoding'), current_setting('max_connections')::bigint,
		COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false), (extract(epoch FROM clock_timestamp()) * 1000)::bigint`
	before := time.Now()
	if err := db.SQL.QueryRowContext(ctx, ask).Scan(&encoding, &connections, &mayMake, &clock); err != nil {
		k.say(isWrong, "database", "%v", err)
		return
	}
	if encoding != "UTF8" {
		k.say(isWrong, "database", "its encoding is %s: make one with ENCODING 'UTF8', or texts of customers cannot be stored", encoding)
	}
	if !mayMake {
		k.say(isWrong, "database", "its user may not make tables: GRANT CREATE ON SCHEMA public, or let it own the database")
	}
	if connections < 2*21 {
		k.say(isOdd, "database", "max_connections is %d, and each server uses up to 21", connections)
	}
	if off := time.UnixMilli(clock).Sub(before).Abs(); off > checkWait {
		k.say(isOdd, "database", "its clock and that of this machine are %v apart: tokens and sessions end early or late", off.Round(time.Second))
	}
}

// listener looks whether the address is free, and where requests of the server may go.
func (k *checkup) listener(ctx context.Context) {
	if k.faulty["PARLEY_LISTEN"] {
		return
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", k.c.Listen)
	switch {
	case err != nil && k.running:
		k.say(isFine, "address", "%s is in use, as by the server that is running", k.c.Listen)
		return
	case errors.Is(err, syscall.EADDRINUSE):
		k.say(isWrong, "address", "%v: end the other program, or set PARLEY_LISTEN", err)
		return
	case err != nil:
		k.say(isWrong, "address", "%v: set PARLEY_LISTEN to an address of this machine and a port, such as 127.0.0.1:8080", err)
		return
	}
	defer func() { _ = l.Close() }() // nobody connected
	k.say(isFine, "address", "%s is free", k.c.Listen)
	guard, err := newGuard(ctx, k.c, l.Addr())
	switch {
	case k.faulty["DATABASE_URL"]:
	case err != nil:
		k.say(isWrong, "outbound", "%v", err)
	default:
		k.say(isFine, "outbound", "%s", guard.Describe())
	}
}

// pages looks whether what browsers see fits together.
func (k *checkup) pages() {
	public, err := url.Parse(k.c.PublicURL)
	switch {
	case k.faulty["PARLEY_PUBLIC_URL"] || err != nil:
	case k.c.PublicURL == "" && (k.c.loopback() || k.faulty["PARLEY_LISTEN"]):
	case k.c.PublicURL == "":
		k.say(isOdd, "pages", "others can reach %s, and PARLEY_PUBLIC_URL does not say by which address: behind TLS set it to https://…, or cookies are sent without it", k.c.Listen)
	case public.Scheme == "http" && !isLocal(public.Hostname()):
		k.say(isOdd, "PARLEY_PUBLIC_URL", "is http: keys, cookies and texts travel unencrypted. Put a proxy with TLS in front (deploy/)")
	case public.Scheme == "https" && len(k.c.TrustedProxies) == 0:
		k.say(isOdd, "PARLEY_TRUSTED_PROXIES", "is unset, and https says that a proxy is in front: all visitors of chat pages count as one address, the proxy's")
	}
	if !k.faulty["PARLEY_PUBLIC_URL"] && !bare(k.c.PublicURL) {
		k.say(isOdd, "PARLEY_PUBLIC_URL", "counts as %s: browsers name an origin by scheme, host and port alone", originOf(k.c.PublicURL))
	}
	if k.faulty["PARLEY_ALLOWED_ORIGINS"] {
		return
	}
	for _, origin := range k.c.AllowedOrigins {
		switch {
		case !bare(origin):
			k.say(isOdd, "PARLEY_ALLOWED_ORIGINS", "%s counts as %s: browsers name an origin by scheme, host and port alone", origin, originOf(origin))
		case origin == k.c.PublicURL:
			k.say(isOdd, "PARLEY_ALLOWED_ORIGINS", "%s is the public address, which is allowed anyway", origin)
		case strings.HasPrefix(origin, "http://") && strings.HasPrefix(k.c.PublicURL, "https://") && !isLocal(hostOf(origin)):
			k.say(isOdd, "PARLEY_ALLOWED_ORIGINS", "%s is http, while this server is https: its pages send keys unencrypted", origin)
		}
	}
}

func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// originOf is the part of an address that browsers name as origin.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Scheme + "://" + u.Host)
}

// bare says whether an address is an origin and nothing more.
func bare(address string) bool { return address == "" || originOf(address) == address }

// documents looks whether the list of documents can be read, if only those are executed.
func (k *checkup) documents() {
	if k.c.Documents == "" || k.faulty["PARLEY_DOCUMENTS"] {
		return
	}
	if _, _, err := trustedDocuments(k.c); err != nil {
		k.say(isWrong, "PARLEY_DOCUMENTS", "%v", err)
	}
}

// providers tells which models there are. They are not asked.
func (k *checkup) providers() {
	made, err := newProviders(k.c)
	if err != nil {
		k.say(isWrong, "models", "%v", err)
		return
	}
	defer made.close()
	var names []string
	for name := range made.byName {
		names = append(names, name)
	}
	slices.Sort(names)
	text := fmt.Sprintf("%s; agents that choose none use %s", strings.Join(names, ", "), made.choice)
	if len(names) == 1 {
		text += ", which is no language model: set GEMINI_API_KEY, or OPENAI_MODEL beside OPENAI_API_KEY or OPENAI_BASE_URL"
	} else if made.choice == "scripted" {
		k.say(isOdd, "OPENAI_MODEL", "is unset: agents that choose no model are scripted, although there is another provider")
	}
	k.say(isFine, "models", "%s", text)
}

// broker looks whether NATS answers.
func (k *checkup) broker() {
	if k.c.NATS == "" || k.faulty["NATS_URL"] {
		return
	}
	if err := replica.ProbeNATS(k.c.NATS, checkWait); err != nil {
		k.say(isWrong, "NATS", "does not answer: %v. Servers would start, and hear of each other late", err)
		return
	}
	k.say(isFine, "NATS", "answers")
}
