package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/access"
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
	hidden := seal.Hide(canary)
	carriers := []any{
		c, &c, access.Created{Key: hidden}, access.SignedIn{Cookie: hidden}, access.StreamTicket{Ticket: hidden}, access.ThreadToken{Token: hidden},
		dialogue.CredentialInput{Key: &hidden}, dialogue.FunctionInput{Headers: &[]dialogue.Header{{Value: hidden}}}, dialogue.Header{Value: hidden},
	}
	for _, kind := range []providercredential.Kind{providercredential.KindOPENAI, providercredential.KindGEMINI} {
		credential := dialogue.Credential{ID: "pcr_1", Kind: kind, BaseURL: "http://127.0.0.1:1", Key: hidden}
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

// printable are fields that are named after secrets and are texts or bytes, which anything would print, with the reason why.
var printable = map[string]string{
	"access/ticket.go ticket.Key":                                         "the id of a key, inside of what is signed",
	"ent/viewer/viewer.go Viewer.Key":                                     "the id of a key",
	"eventlog/audit.go Act.Key":                                           "the id of a key",
	"graph/export.go exportLink.Key":                                      "the id of a key, inside of what is signed",
	"graph/limit/merge.go conflict.key":                                   "the name of a field in an answer",
	"graph/limit/places.go place.key":                                     "the name of a field in an answer",
	"outbound/keys.go PublicKey.key":                                      "is public",
	"scenario/play.go play.key":                                           "tells scenarios of a run apart",
	"seal/seal.go key.secret":                                             "Keys, which hold them, print themselves",
	"dialogue/model/recording/recordingtest/recordingtest.go Harness.Key": "for tests only",
	"fakemodel/server.go Options.Key":                                     "of a model that is played, for tests",
	"scenario/client.go client.key":                                       "of the command parley test, which logs nothing",
	"scenario/receiver.go receiver.secret":                                "of the command parley test, which logs nothing",
	"scenario/run.go Options.Key":                                         "of the command parley test, which logs nothing",
}

// A key, a token or the like in the field of a struct is a seal.Text, or something else that does not print: a struct is logged sooner
// or later. Generated code is what GraphQL and ent make of it, which nothing prints; TestSecretsLeaveNoTrace looks for that.
func TestFieldsWithSecretsDoNotPrint(t *testing.T) {
	t.Parallel()
	sources, err := goSources(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	fields := 0
	for _, s := range sources {
		if s.isTest() || s.generated || slices.Contains([]string{"bench", "examples", "scripts"}, s.folder()) {
			continue
		}
		for _, name := range secretFields(t, s) {
			fields++
			if field := s.path + " " + name; printable[field] == "" {
				t.Errorf("%s is a secret that prints, or needs its reason in this test", field)
			}
		}
	}
	if fields != len(printable) {
		t.Errorf("%d fields, but %d reasons", fields, len(printable))
	}
}

var secretName = regexp.MustCompile(`(?i)(key|secret|token|password|ticket|cookie|credential)$`)

// secretFields are the fields of the structs of a file that are named after a secret and are a text or bytes.
func secretFields(t *testing.T, s goSource) (all []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), s.path, s.text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		named, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		of, ok := named.Type.(*ast.StructType)
		if !ok {
			return true
		}
		for _, f := range of.Fields.List {
			var kind strings.Builder
			if err := printer.Fprint(&kind, token.NewFileSet(), f.Type); err != nil {
				t.Fatal(err)
			}
			if !slices.Contains([]string{"string", "[]byte"}, kind.String()) {
				continue
			}
			for _, name := range f.Names {
				if secretName.MatchString(name.Name) {
					all = append(all, named.Name.Name+"."+name.Name)
				}
			}
		}
		return true
	})
	return all
}
