package access

import (
	"testing"
	"time"

	"entgo.io/ent/dialect"

	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
)

// Once a minute a key is authenticated, for it to be noted that it is used.
func TestAKeyIsPresumedUntilItsUseIsToBeNoted(t *testing.T) {
	s := New(eventlog.New(nil, dialect.Postgres, nil), nil)
	key := NewKey()
	for age, want := range map[time.Duration]bool{0: true, noteEvery - 10*time.Second: true, noteEvery + time.Millisecond: false} {
		s.holders.Add(hashKey(key), holder{viewer.Viewer{Key: "key_1"}, ms.Now().Add(-age)})
		if _, ok := s.Presume(t.Context(), key); ok != want {
			t.Errorf("%v after its use was noted it is presumed: %t", age, ok)
		}
	}
}
