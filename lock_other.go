//go:build !unix

package main

// lockData trusts the operator on systems without flock: run one server on an embedded database at a time.
func lockData(string) (release func() error, err error) { return func() error { return nil }, nil }

// knowsHolders says that holdFolder cannot tell whether another process holds a folder.
const knowsHolders = false

// holdFolder holds nothing on systems without flock.
func holdFolder(string) (release func() error, err error) { return func() error { return nil }, nil }
