package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

const (
	// releaseTags are those of `make build`, scripts/release and deploy/Dockerfile.
	releaseTags = "grpcnotrace"
	// mostBytes is how large the stripped binary may be.
	mostBytes = 50_000_000
)

// unlinked are beginnings of packages that a server must not hold, with what brought them in once.
var unlinked = map[string]string{
	"ariga.io/atlas":                      "the planner of migrations, by ent/migrate",
	"entgo.io/contrib":                    "entgql, by generated code that imports it instead of parley/ent/relay",
	"entgo.io/ent/dialect/sql/sch":        "the planner of migrations, by ent/migrate",
	"entgo.io/ent/entc":                   "the generator of ent, by entgql",
	"github.com/99designs/gqlgen/codegen": "the generator of gqlgen, by entgql",
	"github.com/hashicorp/hcl":            "the language of atlas",
	"golang.org/x/net/trace":              "gRPC without its tag grpcnotrace",
	"golang.org/x/tools":                  "a generator",
	"parley/ent/migrate":                  "ent's client, which ent/entc.go mends",
}

func TestTheServerHoldsNoGenerators(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "-tags", releaseTags, ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(out))
	if len(packages) < 100 {
		t.Fatalf("only %d packages: what is read here?", len(packages))
	}
	for _, name := range packages {
		for beginning, why := range unlinked {
			if strings.HasPrefix(name, beginning) {
				t.Errorf("%s is linked: %s", name, why)
			}
		}
	}
}

// What grows it at once by 16 MB: a call by which types are asked for methods whose names the linker cannot know, as text/template
// makes it, or ent's description of fields (ent/field). `go build -ldflags=-dumpdep` names it with the mark <ReflectMethod>.
func TestTheBinaryIsSmall(t *testing.T) {
	t.Parallel()
	info, err := os.Stat(binary(t, "parley"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes", info.Size())
	if info.Size() > mostBytes {
		t.Errorf("the stripped binary has %d bytes, more than %d: what is new in `go list -deps .` or in `go tool nm -size`?", info.Size(), mostBytes)
	}
}
