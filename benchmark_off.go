//go:build !benchmark

package main

// profiled says whether somebody may ask for a profile of memory.
const profiled = false

// measured has a server measured; see benchmark_on.go.
func measured(*app) (stop func()) { return func() {} }
