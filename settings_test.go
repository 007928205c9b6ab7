package main

import (
	"strings"
	"testing"
)

// The table in docs/configuration.md has every variable that a server asks for, and no other.
func TestSettingsAreDescribed(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	_, err := configFromEnv(func(name string) string { asked[name] = true; return "" })
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range variables {
		if !asked[v.name] {
			t.Errorf("%s is described, and nobody asks for it", v.name)
		}
		delete(asked, v.name)
	}
	for name := range asked {
		if !strings.HasPrefix(name, "OTEL_") { // OpenTelemetry's own: docs/observability.md has them
			t.Errorf("the server asks for %s, which no setting describes", name)
		}
	}
	var b strings.Builder
	b.WriteString("| variable | meaning | default |\n| --- | --- | --- |\n")
	for _, s := range settings {
		b.WriteString("| `" + strings.Join(s.names, "`, `") + "` | " + s.meaning + " | " + s.fallback + " |\n")
	}
	checkWritten(t, "docs/configuration.md", map[string]string{"settings": b.String()})
}
