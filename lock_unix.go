//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockData makes sure that one server at a time works on the embedded database: a server that starts takes over at once
// what an earlier one left running, which it may do only when that one is gone. The lock goes with the process, however
// it ends.
func lockData(folder string) (release func() error, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the database: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(folder, "parley.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the database: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(fmt.Errorf("another server is running on %s: stop it first, or use Postgres for several", folder), f.Close())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the database: %w", err), f.Close())
	}
	return f.Close, nil
}

// knowsHolders says whether holdFolder can tell that another process holds a folder.
const knowsHolders = true

// holdFolder locks a folder until it is released, or this process ends, however it does. It fails when somebody else
// holds the folder, and when the folder is no longer there.
func holdFolder(folder string) (release func() error, err error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", folder, err), f.Close())
	}
	// Whoever held it before may have removed it after it was opened here.
	if _, err := os.Stat(folder); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
}
