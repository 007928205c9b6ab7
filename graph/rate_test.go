package graph_test

import (
	"fmt"
	"testing"

	"parley/storage"
	"parley/storage/storagetest"
)

func TestTheRateOfAnIntegration(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		a := newAPI(t, db)
		id := a.must(`mutation { createIntegration(input: {name: "i", url: "http://127.0.0.1:1/", eventTypes: ["*"], ratePerSecond: 50}) { integration { id } } }`, nil).
			text("createIntegration", "integration", "id")
		for _, c := range []struct{ change, want string }{
			{`name: "j"`, `50`}, {`ratePerSecond: 7`, `7`}, {`name: "k"`, `7`}, {`ratePerSecond: null`, `<nil>`},
		} {
			r := a.must(fmt.Sprintf(`mutation { updateIntegration(input: {id: %q, %s}) { integration { ratePerSecond } } }`, id, c.change), nil)
			if got := r.at("updateIntegration", "integration", "ratePerSecond"); fmt.Sprint(got) != c.want {
				t.Errorf("after %s: %v, want %s", c.change, got, c.want)
			}
		}
	})
}
