package main

import (
	"context"
	"net/netip"
	"runtime"
	"slices"
)

// readsAtOnce is how many planned reads run at once.
func (a *app) readsAtOnce(ctx context.Context, c Config) (int, error) {
	if c.ReadsAtOnce > 0 {
		return c.ReadsAtOnce, nil
	}
	if c.embedded() {
		return readsWorth(nil, a.db.MostReaders()), nil
	}
	at, err := databaseAddresses(ctx, c.Database)
	return readsWorth(at, a.db.MostReaders()), err
}

// readsWorth is how many reads are worth to run at once, given the addresses of the database and how many connections there are to
// it. A database on this machine has this machine's processors: two reads for each and one more keep them at work, also while a read
// is on its way between server and database, and more only interrupt each other. Of another machine nobody here knows what it has. There the
// connections are the bound, but for a quarter of them, so that nothing else waits for one while reads are many.
func readsWorth(database []netip.AddrPort, connections int) int {
	most := max(1, connections*3/4)
	if slices.ContainsFunc(database, func(a netip.AddrPort) bool { return !a.Addr().IsLoopback() }) {
		return most
	}
	return min(2*runtime.GOMAXPROCS(0)+1, most)
}
