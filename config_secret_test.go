package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"parley/dialogue"
	"parley/ent/providercredential"
	"parley/seal"
)

// What carries keys through the program tells none of them, however it is printed or logged.
func TestWhatCarriesKeysTellsNone(t *testing.T) {
	t.Parallel()
	canary := "canary" + strings.Repeat("x", 40)
	e := env{
		"PARLEY_ADMIN_KEY": canary, "PARLEY_SECRET_KEY": canary, "GEMINI_API_KEY": canary, "OPENAI_API_KEY": canary,
		"DATABASE_URL": "postgres://user:" + canary + "@127.0.0.1/db", "NATS_URL": "nats://user:" + canary + "@127.0.0.1",
	}
	c, err := configFromEnv(e.get)
	if err != nil {
		t.Fatal(err)
	}
	carriers := []any{c, &c}
	for _, kind := range []providercredential.Kind{providercredential.KindOPENAI, providercredential.KindGEMINI} {
		credential := dialogue.Credential{ID: "pcr_1", Kind: kind, BaseURL: "http://127.0.0.1:1", Key: seal.Hide(canary)}
		p, err := makeProvider(credential, http.DefaultClient)
		if err != nil {
			t.Fatal(err)
		}
		carriers = append(carriers, credential, p)
	}
	var out bytes.Buffer
	for _, v := range carriers {
		for _, verb := range []string{"%v", "%+v", "%s", "%q"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("told", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("told", "v", v)
	}
	if at := strings.Index(out.String(), canary); at >= 0 {
		t.Errorf("a key is told: …%s", out.String()[max(0, at-300):at+60])
	}
}
