// Package id makes the identifiers of stored nouns: a prefix that names the type, an underscore and a ULID in
// lower case, as in `thr_01hzy3k7v5q0c8x2m4n6p8r9sa`. They sort by time of creation and never repeat.
//
//	newThreadID := id.Func(id.Thread)
//	s := newThreadID() // "thr_…"
package id

import (
	"crypto/rand"
	"strings"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"
)

// Prefixes of every stored noun. A prefix never changes meaning: clients keep ids for years.
const (
	Workspace    = "wsp"
	APIKey       = "key"
	Agent        = "agt"
	Function     = "fun"
	Customer     = "cus"
	Thread       = "thr"
	Message      = "msg"
	Note         = "not"
	Turn         = "trn"
	Step         = "stp"
	Call         = "cal"
	ThreadTag    = "tag"
	Event        = "evt"
	FeedShard    = "fsh"
	Integration  = "int"
	Secret       = "sec"
	Delivery     = "del"
	Attempt      = "att"
	Mutation     = "mut"
	Version      = "ver"
	Reminder     = "rem"
	TestRun      = "run"
	TestEvent    = "tev"
	Credential   = "pcr"
	Price        = "mpr"
	TestUsage    = "tus"
	ErasedUsage  = "eus"
	Health       = "ihl"
	Replay       = "rpl"
	Audit        = "aud"
	DeliveryFeed = "dfd"
	Session      = "ses"
	ReadMark     = "rdm"
)

var entropy = struct {
	sync.Mutex // protects source, which is not safe for concurrent use
	source     *ulid.MonotonicEntropy
}{source: ulid.Monotonic(rand.Reader, 0)}

// New returns a new id with the given prefix. Ids made by one process sort in the order of their making.
// It panics only if the system's random source fails.
func New(prefix string) string {
	entropy.Lock()
	defer entropy.Unlock()
	u, err := ulid.New(ulid.Timestamp(time.Now()), entropy.source)
	if err != nil { // the random part of this millisecond is used up: begin anew
		u = ulid.MustNew(ulid.Timestamp(time.Now()), rand.Reader)
	}
	return prefix + "_" + strings.ToLower(u.String())
}

// At returns a new id that sorts as if it had been made at the given time, for rows about the past. Ids of one millisecond are
// in no order.
func At(prefix string, ms int64) string {
	return prefix + "_" + strings.ToLower(ulid.MustNew(uint64(ms), rand.Reader).String())
}

// Func returns a generator of ids with the given prefix, in the form ent wants for a default.
func Func(prefix string) func() string {
	return func() string { return New(prefix) }
}

// Prefix returns the part of an id before its underscore, and whether s has the form of an id at all.
func Prefix(s string) (string, bool) {
	prefix, rest, ok := strings.Cut(s, "_")
	if !ok || len(prefix) != 3 || len(rest) != ulid.EncodedSize {
		return "", false
	}
	if _, err := ulid.ParseStrict(strings.ToUpper(rest)); err != nil {
		return "", false
	}
	return prefix, true
}
