//go:build !benchmark

package main

// measured has a server measured; see benchmark_on.go.
func measured(*app) (stop func()) { return func() {} }
