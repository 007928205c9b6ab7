//go:build ignore

// This program writes the next migration of both dialects: what is missing to make the tables of the present
// migrations equal to ent/schema. `make migration NAME=add_something` runs it.
//
//	TEST_POSTGRES_URL=postgres://… go run storage/newmigration.go add_something
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"

	"parley/storage"
	"parley/storage/drift"
)

func main() {
	if len(os.Args) != 2 || os.Getenv("TEST_POSTGRES_URL") == "" {
		log.Fatal("usage: TEST_POSTGRES_URL=postgres://… (an empty database) go run storage/newmigration.go NAME")
	}
	dir, err := os.MkdirTemp("", "migration")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for dialect, url := range map[string]string{
		"sqlite":   "sqlite://" + filepath.Join(dir, "empty.db"),
		"postgres": os.Getenv("TEST_POSTGRES_URL"),
	} {
		if err := write(context.Background(), dialect, url, os.Args[1]); err != nil {
			log.Fatalf("%s: %v", dialect, err)
		}
	}
}

func write(ctx context.Context, dialect, url, name string) error {
	db, err := storage.Open(ctx, url, storage.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Migrate(ctx); err != nil {
		return err
	}
	statements, err := drift.Of(ctx, db)
	if err != nil || statements == "" {
		return err
	}
	folder := filepath.Join("storage", "migrations", dialect)
	present, err := filepath.Glob(filepath.Join(folder, "*.sql"))
	if err != nil {
		return err
	}
	last := 0 // numbers may be left out
	if len(present) > 0 {
		if _, err := fmt.Sscanf(filepath.Base(slices.Max(present)), "%04d_", &last); err != nil {
			return fmt.Errorf("read the number of the last migration: %w", err)
		}
	}
	path := filepath.Join(folder, fmt.Sprintf("%04d_%s.sql", last+1, name))
	log.Printf("wrote %s: read it before you commit it", path)
	return os.WriteFile(path, []byte(statements), 0o644)
}
