//go:build !unix

package socket

import "net"

// tryer is possible nowhere here: every write is a goroutine's that may wait.
type tryer struct{}

func newTryer(net.Conn) tryer { return tryer{} }

func (tryer) possible() bool { return false }

func (tryer) write([]byte) (int, error) { return 0, nil }
