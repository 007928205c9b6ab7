//go:build !linux

package main

// unmapProgram is for Linux, where pages of a program's file count as resident as long as they are mapped.
func unmapProgram() error { return nil }
