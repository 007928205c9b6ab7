package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"parley/dialogue"
	"parley/dialogue/model"
	"parley/ent/providercredential"
	"parley/outbound"
	"parley/seal"
)

func TestProvidersOfWorkspacesAreGuarded(t *testing.T) {
	t.Parallel()
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	client := outbound.New(outbound.Options{Guard: outbound.NewGuard(outbound.GuardOptions{AllowHTTP: true})})
	defer client.CloseIdle()
	for _, kind := range []providercredential.Kind{
		providercredential.KindOPENAI, providercredential.KindGEMINI, providercredential.KindGEMINI_LEGACY,
	} {
		c := dialogue.Credential{ID: "pcr_1", Kind: kind, BaseURL: strings.Replace(server.URL, "127.0.0.1", "localhost", 1), Key: seal.Hide("key")}
		p, err := makeProvider(c, client.LimitedHTTPClient(1<<20, 1<<10))
		if err != nil {
			t.Fatal(err)
		}
		var refused *outbound.RefusedError
		var address *outbound.URLError
		for _, err := range p.Generate(t.Context(), model.Request{Model: "x", Messages: []model.Message{
			{Role: model.User, Parts: []model.Part{{Text: "Hi"}}}}}) {
			if !errors.As(err, &refused) && !errors.As(err, &address) {
				t.Errorf("%s reaches this machine: %v", kind, err)
			}
		}
		lister, ok := p.(model.Lister)
		if !ok {
			continue
		}
		if _, err := lister.Models(t.Context()); !errors.As(err, &refused) && !errors.As(err, &address) {
			t.Errorf("%s lists models of this machine: %v", kind, err)
		}
	}
	if asked {
		t.Error("a request came through")
	}
}
