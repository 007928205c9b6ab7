package seal_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"parley/seal"
)

type holder struct {
	Open   seal.Text
	hidden seal.Text
	Deep   *holder
}

func TestATextIsHiddenFromWhateverTellsIt(t *testing.T) {
	t.Parallel()
	const canary = "sk-canary-0123456789"
	text := seal.Hide(canary)
	if text.Reveal() != canary || text.IsEmpty() || seal.Hide("").Reveal() != "" || !(seal.Text{}).IsEmpty() || seal.Hide("").String() != "" {
		t.Fatal("it does not hold what it was given")
	}
	var out bytes.Buffer
	for _, v := range []any{text, &text, holder{text, text, &holder{Open: text, hidden: text}}, []seal.Text{text}, map[string]seal.Text{"k": text}, fmt.Errorf("with %v", text)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		for _, logger := range []*slog.Logger{slog.New(slog.NewTextHandler(&out, nil)), slog.New(slog.NewJSONHandler(&out, nil))} {
			logger.Info("told", "v", v)
		}
		if err := json.NewEncoder(&out).Encode(v); err != nil {
			t.Error(err)
		}
	}
	if strings.Contains(out.String(), canary) || strings.Contains(out.String(), fmt.Sprintf("%x", canary)) {
		t.Errorf("it is told: %s", out.String())
	}
	if strings.Count(out.String(), "[redacted]") < 20 {
		t.Errorf("nothing says that there is something: %s", out.String())
	}
}
