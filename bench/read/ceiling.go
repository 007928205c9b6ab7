//go:build linux

package main

import (
	"cmp"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// keySQL is the check of a key that all servers of a run make.
const keySQL = `SELECT id, workspace_id, COALESCE(revoked_at, 0) FROM api_keys WHERE hash = $1`

// pageSQL builds the answer, whole and finished, in the way that was found to be fastest: the databases' functions that make objects
// (json_build_object, json_object) take longer than joining texts.
var pageSQL = map[bool]string{true: `SELECT concat('{"data":{"threads":{"edges":[', (SELECT string_agg(concat('{"node":{"id":"', t.id, '","status":"', t.status, '","channel":', to_json(t.channel),
	',"messageCount":', t.message_count, ',"lastActivityAt":"', to_char(to_timestamp(t.last_activity_at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
	'","agent":', (SELECT concat('{"id":"', a.id, '","name":', to_json(a.name), '}') FROM agents a WHERE a.id = t.agent_id AND a.workspace_id = $1),
	',"tags":[', (SELECT string_agg(concat('{"name":', to_json(g.name), '}'), ',' ORDER BY g.name) FROM thread_tags g WHERE g.thread_id = t.id AND g.workspace_id = $1),
	'],"messages":{"edges":[', (SELECT string_agg(concat('{"node":{"id":"', m.id, '","author":"', m.author, '","text":', to_json(m.text), ',"createdAt":"',
		to_char(to_timestamp(m.created_at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '"}}'), ',' ORDER BY m.sequence)
		FROM (SELECT id, author, text, created_at, sequence FROM messages WHERE thread_id = t.id AND workspace_id = $1 ORDER BY sequence DESC LIMIT 3) m), ']}}}'), ',')
	FROM (SELECT id, status, channel, message_count, last_activity_at, agent_id FROM threads WHERE workspace_id = $1 AND erased_at IS NULL ORDER BY last_activity_at DESC, id DESC LIMIT 20) t), ']}}}')`,
	false: `SELECT concat('{"data":{"threads":{"edges":[', (SELECT group_concat(concat('{"node":{"id":"', t.id, '","status":"', t.status, '","channel":', json_quote(t.channel),
	',"messageCount":', t.message_count, ',"lastActivityAt":"', strftime('%Y-%m-%dT%H:%M:%fZ', t.last_activity_at / 1000.0, 'unixepoch'),
	'","agent":', (SELECT concat('{"id":"', a.id, '","name":', json_quote(a.name), '}') FROM agents a WHERE a.id = t.agent_id AND a.workspace_id = $1),
	',"tags":[', (SELECT group_concat(concat('{"name":', json_quote(g.name), '}'), ',' ORDER BY g.name) FROM thread_tags g WHERE g.thread_id = t.id AND +g.workspace_id = $1),
	'],"messages":{"edges":[', (SELECT group_concat(concat('{"node":{"id":"', m.id, '","author":"', m.author, '","text":', json_quote(m.text), ',"createdAt":"',
		strftime('%Y-%m-%dT%H:%M:%fZ', m.created_at / 1000.0, 'unixepoch'), '"}}'), ',' ORDER BY m.sequence)
		FROM (SELECT id, author, text, created_at, sequence FROM messages WHERE thread_id = t.id AND +workspace_id = $1 ORDER BY sequence DESC LIMIT 3) m), ']}}}'), ',')
	FROM (SELECT id, status, channel, message_count, last_activity_at, agent_id FROM threads WHERE workspace_id = $1 AND erased_at IS NULL ORDER BY last_activity_at DESC, id DESC LIMIT 20) t), ']}}}')`}

// ceiling is a bare handler: no GraphQL, no limits, no ids of requests.
type ceiling struct {
	db        *sql.DB
	key, page *sql.Stmt
	write     *writer
}

func serveCeiling(url string) error {
	postgres := strings.HasPrefix(url, "postgres")
	var db *sql.DB
	var err error
	if postgres {
		db, err = sql.Open("postgres", url+"&binary_parameters=yes")
		db.SetMaxOpenConns(20)
		db.SetMaxIdleConns(20)
	} else {
		db, err = sql.Open("sqlite", "file:"+strings.TrimPrefix(url, "sqlite://")+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)&_pragma=cache_size(-16000)&_pragma=query_only(1)")
		db.SetMaxOpenConns(8)
		db.SetMaxIdleConns(8)
	}
	if err != nil {
		return err
	}
	c := &ceiling{db: db}
	if c.key, err = db.Prepare(keySQL); err != nil { //nolint:noctx // for the life of the program
		return err
	}
	if c.page, err = db.Prepare(pageSQL[postgres]); err != nil { //nolint:noctx // as above
		return err
	}
	if postgres {
		if c.write, err = newWriter(db); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // for the life of the program
	if err != nil {
		return err
	}
	fmt.Printf("serves on http://%s \n", listener.Addr())
	return http.Serve(listener, c) //nolint:gosec // on loopback, to be measured
}

// ServeHTTP answers whatever it is asked with the page, or stores what it is sent.
func (c *ceiling) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	sum := sha256.Sum256([]byte(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")))
	var key, workspace string
	var revoked int64
	if err := c.key.QueryRowContext(r.Context(), hex.EncodeToString(sum[:])).Scan(&key, &workspace, &revoked); err != nil || revoked != 0 {
		http.Error(w, "who asks?", http.StatusUnauthorized)
		return
	}
	var answer sql.RawBytes
	if r.URL.Path == "/write" {
		answer, err = c.write.store(r.Context(), workspace, body)
	} else {
		var rows *sql.Rows
		if rows, err = c.page.QueryContext(r.Context(), workspace); err == nil {
			defer func() { _ = rows.Close() }()
			if rows.Next() {
				err = rows.Scan(&answer)
			} else {
				err = cmp.Or(rows.Err(), sql.ErrNoRows)
			}
		}
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	_, _ = w.Write(answer)
}
