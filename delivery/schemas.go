package delivery

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"parley/ent/raw"
	"parley/eventlog"
)

// EventType is what is published about a type of events that webhooks carry.
type EventType struct {
	Type        string
	Description string
	SchemaPath  string   // of the schema, on this server
	Schema      raw.JSON // JSON Schema of the bodies
	Example     raw.JSON // a body
}

// SchemasPath is the path below which Schemas answers, and that of the index with `.json` behind it.
const SchemasPath = "/webhooks/schemas"

// EventTypes describes the event types that webhooks carry, in alphabetical order.
func EventTypes() ([]EventType, error) {
	var all []EventType
	for _, t := range Types() {
		example, err := Sample(t)
		if err != nil {
			return nil, err
		}
		all = append(all, EventType{t, eventlog.Describe(t), SchemasPath + "/" + t + ".json", eventlog.Schema(t), raw.JSON(example)})
	}
	return all, nil
}

// Schemas serves the JSON Schema of each event type at /webhooks/schemas/TYPE.json, and a list of the types at
// /webhooks/schemas.json, to everybody and to pages of any origin. What it serves changes with the program only: answers
// carry an ETag, and may be kept for an hour.
func Schemas() (http.Handler, error) {
	types, err := EventTypes()
	if err != nil {
		return nil, err
	}
	type entry struct {
		Type        string `json:"type"`
		Description string `json:"description"`
		Schema      string `json:"schema"`
	}
	index := map[string][]entry{"types": {}}
	mux := http.NewServeMux()
	for _, t := range types {
		index["types"] = append(index["types"], entry{t.Type, t.Description, t.SchemaPath})
		page, err := document(t.Schema, "application/schema+json")
		if err != nil {
			return nil, fmt.Errorf("publish the schema of %s: %w", t.Type, err)
		}
		mux.Handle("GET "+t.SchemaPath, page)
	}
	list, err := raw.Of(index)
	if err != nil {
		return nil, fmt.Errorf("publish the list of event types: %w", err)
	}
	page, err := document(list, "application/json")
	if err != nil {
		return nil, fmt.Errorf("publish the list of event types: %w", err)
	}
	mux.Handle("GET "+SchemasPath+".json", page)
	mux.HandleFunc("GET "+SchemasPath+"/{file}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		name := strings.TrimSuffix(r.PathValue("file"), ".json")
		_ = json.NewEncoder(w).Encode(map[string]string{ // the client may be gone
			"error": fmt.Sprintf("there is no event type %.60q; %s.json lists them all", name, SchemasPath),
		})
	})
	return mux, nil
}

// document serves a JSON text, indented.
func document(text raw.JSON, mediaType string) (http.Handler, error) {
	var page bytes.Buffer
	if err := json.Indent(&page, []byte(text), "", "  "); err != nil {
		return nil, err
	}
	page.WriteByte('\n')
	sum := sha256.Sum256(page.Bytes())
	etag := `"` + hex.EncodeToString(sum[:16]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", mediaType)
		h.Set("ETag", etag)
		h.Set("Cache-Control", "public, max-age=3600")
		h.Set("Access-Control-Allow-Origin", "*")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(page.Bytes()))
	}), nil
}
