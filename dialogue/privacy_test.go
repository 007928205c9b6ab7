package dialogue

import (
	"strings"
	"testing"
	"time"

	"parley/ent"
)

func TestModelsAreNotToldWhatTheWorkspaceHides(t *testing.T) {
	t.Parallel()
	v := &view{
		agent: &ent.Agent{}, thread: &ent.Thread{Channel: "shop window"},
		customer: &ent.Customer{Name: "Ann Example", Email: "ann@example.com", Phone: "+493012345678"},
	}
	facts := map[string]string{"name": "Ann Example", "email": "ann@example.com", "phone": "+493012345678", "channel": "shop window"}
	for _, hidden := range append([]string{""}, Maskable...) {
		v.hidden = []string{hidden}
		text := v.system(time.Now(), false)
		for name, fact := range facts {
			if strings.Contains(text, fact) == (name == hidden) {
				t.Errorf("with %q hidden, %s: %s", hidden, name, text)
			}
		}
	}
}
