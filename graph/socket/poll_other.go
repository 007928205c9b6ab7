//go:build !linux

package socket

import (
	"errors"
	"net"
)

// Elsewhere nothing is watched: every socket reads in a goroutine of its own.
type (
	queue  struct{}
	polled struct{}
)

func newQueue() (*queue, error) { return nil, errors.ErrUnsupported }

func (*queue) wait(*[]uint64) bool { return false }
func (*queue) close()              {}

func newPolled(net.Conn) (polled, bool) { return polled{}, false }

func (*polled) arm(*queue, uint64) bool { return false }
