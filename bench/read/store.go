//go:build linux

package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"time"
)

func newWriter(db *sql.DB) (*writer, error) {
	s, err := db.Prepare(storeSQL) //nolint:noctx // for the life of the program
	return &writer{s}, err
}

var made atomic.Int64

// newID is an id of Parley's form that sorts by time.
func newID(prefix string) string {
	return fmt.Sprintf("%s_01%014d%010d", prefix, time.Now().UnixMilli(), made.Add(1))
}

// store stores a message of a customer.
func (w *writer) store(ctx context.Context, workspace string, body []byte) ([]byte, error) {
	var in struct {
		Variables struct {
			Input struct{ ThreadID, Text string }
		}
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	thread, said := in.Variables.Input.ThreadID, in.Variables.Input.Text
	message, event := newID("msg"), newID("evt")
	var stored, id string
	err := w.stmt.QueryRowContext(ctx, workspace, thread, message, time.Now().UnixMilli(), said, event, `{"messageId":"`+message+`"}`,
		fmt.Sprintf(eventBody, event, workspace, thread, message, said)).Scan(&stored, &id)
	return []byte(`{"data":{"sendMessage":{"message":{"id":"` + id + `"}}}}`), err
}
