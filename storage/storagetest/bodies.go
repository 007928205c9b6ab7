package storagetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"parley/ent/event"
	"parley/eventlog"
	"parley/storage"
)

// schemas are the published schemas of webhook bodies, by event type.
var schemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	all := map[string]*jsonschema.Schema{}
	for _, eventType := range eventlog.WebhookTypes {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(eventlog.Schema(eventType))))
		if err != nil {
			return nil, fmt.Errorf("read the schema of %s: %w", eventType, err)
		}
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		if err := c.AddResource(eventType, doc); err != nil {
			return nil, fmt.Errorf("read the schema of %s: %w", eventType, err)
		}
		if all[eventType], err = c.Compile(eventType); err != nil {
			return nil, fmt.Errorf("compile the schema of %s: %w", eventType, err)
		}
	}
	return all, nil
})

// CheckBody says what is wrong with a webhook body of an event type by the schema that is published for it.
func CheckBody(eventType, body string) error {
	all, err := schemas()
	if err != nil {
		return err
	}
	if all[eventType] == nil {
		return fmt.Errorf("no schema is published for %s", eventType)
	}
	if len(body) > eventlog.MaxBody {
		return fmt.Errorf("the body of %s has %d bytes", eventType, len(body))
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		return fmt.Errorf("read the body of %s: %w", eventType, err)
	}
	return all[eventType].Validate(value)
}

// CheckBodies holds, when the test ends, the bodies of all events that it made in the workspace of ctx against their
// published schemas. A test that has closed the database is left alone.
func CheckBodies(ctx context.Context, t testing.TB, db *storage.DB) {
	ctx = context.WithoutCancel(ctx)
	t.Cleanup(func() {
		// database/sql has no error of its own for this.
		if err := db.Ping(ctx); err != nil && strings.Contains(err.Error(), "database is closed") {
			return
		}
		rows, err := db.Client.Event.Query().Where(event.BodyNEQ("")).All(ctx)
		if err != nil {
			t.Errorf("read the bodies of events: %v", err)
		}
		for _, row := range rows {
			if err := CheckBody(row.Type, row.Body); err != nil {
				t.Errorf("%.1000s\n%.1000s", row.Body, err.Error())
				return
			}
		}
	})
}
