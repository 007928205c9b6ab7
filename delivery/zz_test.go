package delivery_test

import (
	"database/sql"
	"fmt"
	"os"
	"parley/delivery"
	"parley/storage"
	"testing"
)

func TestZZ(t *testing.T) {
	admin, _ := sql.Open("postgres", os.Getenv("TEST_POSTGRES_URL"))
	defer admin.Close()
	admin.Exec("drop schema if exists xpl cascade")
	admin.Exec("create schema xpl")
	db, err := storage.Open(t.Context(), os.Getenv("TEST_POSTGRES_URL")+"&search_path=xpl", storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.Migrate(t.Context())
	f := newFixture(t, db, delivery.Options{})
	for i := range 3 {
		f.integration(t, delivery.Input{URL: "https://example.com", Name: fmt.Sprint(i)})
	}
	for range 20 {
		th := f.thread(t)
		for range 20 {
			x := []string{}
			for range 20 {
				x = append(x, "hello")
			}
			f.say(t, th, x...)
		}
	}
}
