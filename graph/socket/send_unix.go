//go:build unix && !linux

package socket

import "syscall"

// sendNow is a write to a socket, which does not block.
func sendNow(fd int, p []byte) (int, error) { return syscall.Write(fd, p) }
