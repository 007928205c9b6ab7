package delivery

import (
	"os"
	"parley/eventlog"
	"strings"
	"testing"
)

func TestZI(t *testing.T) {
	s := &Service{log: eventlog.New(nil, "postgres", nil)}
	dump := func(n, q string) {
		os.WriteFile("/tmp/q_"+n+".sql", []byte("set search_path=xpl; explain (analyze,buffers,costs off) "+q+";"), 0o644)
	}
	dump("waiting", s.sql(waitingSQL))
	dump("running", s.sql(runningSQL))
	for w, c := range claimableSQL {
		q := s.sql(claimPostgres, "{claimable}", c, "{integration}", "r.integration_id", "{rooms}", "((select id from integrations order by id limit 1), 8)", "{lease}", "35000")
		q = strings.ReplaceAll(q, "$1", "'me'")
		os.WriteFile("/tmp/q_"+string(w)+".sql", []byte("set search_path=xpl; begin; explain (analyze,costs off) "+q+"; rollback;"), 0o644)
	}
}
