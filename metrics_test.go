package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	collector "github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	prometheus "github.com/prometheus/common/model"

	"parley/dialogue/model"
	"parley/storage/storagetest"
)

// family is a metric as /metrics gives it.
type family struct {
	kind, help string
	labels     []string
}

// metricsNow are the metrics of a server in which everything has happened once.
func metricsNow(t *testing.T) map[string]family {
	t.Helper()
	_, endpoints := newEndpoints(t)
	e := environment(t, storagetest.SQLite)
	address, printed, _ := startServer(t, e, map[string]model.Provider{"orders": orders{}})
	w := newTraced(t, address, printedKey.FindString(printed), endpoints, 0)
	w.say(t, "01")
	query(t, address, "prl_wrong", `{ viewer { id } }`)
	query(t, address, w.key, `{ thread(id: "thr_none") { id } }`)
	found := map[string]family{}
	waitUntil(t, func() bool { // until the turn has ended, and webhooks were answered
		parser := expfmt.NewTextParser(prometheus.LegacyValidation)
		all, err := parser.TextToMetricFamilies(strings.NewReader(get(t, address+"/metrics") + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		for name, f := range all {
			found[name] = familyOf(f)
		}
		return found["parley_turn_seconds"].kind != "" && found["parley_delivery_attempt_seconds"].kind != ""
	})
	return found
}

// A gauge that asks the database may fail when the others are needed most.
func TestAMetricThatFailsLeavesTheOthers(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	handler := metricsOf(storagetest.Open(t, storagetest.SQLite(t)), slog.New(slog.NewTextHandler(&log, nil)), failing{})
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if body := answer.Body.String(); answer.Code != http.StatusOK || !strings.Contains(body, "\nparley_build_info{") || !strings.Contains(body, "\ngo_sql_open_connections{") {
		t.Errorf("answered %d: %s", answer.Code, body)
	}
	if !strings.Contains(log.String(), "no database") {
		t.Errorf("the log says %q", log.String())
	}
}

// failing is a collector that has nothing but an error.
type failing struct{}

func (failing) Describe(chan<- *collector.Desc) {}

func (failing) Collect(ch chan<- collector.Metric) {
	ch <- collector.NewInvalidMetric(collector.NewDesc("parley_failing", "", nil, nil), errors.New("no database"))
}

func familyOf(f *dto.MetricFamily) family {
	labels := map[string]bool{}
	for _, m := range f.Metric {
		for _, l := range m.Label {
			labels[l.GetName()] = true
		}
	}
	return family{strings.ToLower(f.GetType().String()), f.GetHelp(), slices.Sorted(maps.Keys(labels))}
}

var (
	selectorOf = regexp.MustCompile(`\b((?:parley|go|process)_[a-z_]+|up)\b(?:\{([^}]*)\})?`)
	labelOf    = regexp.MustCompile(`(\w+)\s*(?:=~|!~|!=|=)\s*"`)
	byOf       = regexp.MustCompile(`\bby \(([^)]*)\)`)
	quoted     = regexp.MustCompile(`"[^"]*"`)
)

// faultsOf are what an expression uses and the server does not give. Prometheus adds instance and job itself.
func faultsOf(expression string, known map[string]family) (faults []string) {
	labels := []string{"instance", "job", "le"}
	for _, m := range selectorOf.FindAllStringSubmatch(expression, -1) {
		f, ok := known[m[1]]
		for _, part := range []string{"_bucket", "_sum", "_count"} {
			if base, cut := strings.CutSuffix(m[1], part); cut && known[base].kind == "histogram" {
				f, ok = known[base], true
			}
		}
		if !ok && m[1] != "up" {
			faults = append(faults, m[1])
		}
		own := append([]string{"instance", "job", "le", "quantile"}, f.labels...)
		for _, l := range labelOf.FindAllStringSubmatch(m[2], -1) {
			if !slices.Contains(own, l[1]) {
				faults = append(faults, m[1]+"{"+l[1]+"}")
			}
		}
		labels = append(labels, f.labels...)
	}
	for _, m := range byOf.FindAllStringSubmatch(quoted.ReplaceAllString(expression, ""), -1) {
		for l := range strings.SplitSeq(m[1], ",") {
			if l = strings.TrimSpace(l); !slices.Contains(labels, l) {
				faults = append(faults, "by ("+l+")")
			}
		}
	}
	return faults
}

// The dashboard and the alerts use metrics and labels that there are, and the document lists all metrics.
func TestMetricsAreUsedAndDescribed(t *testing.T) {
	t.Parallel()
	known := metricsNow(t)
	for expression, faulty := range map[string]bool{`sum(rate(parley_turns_total{reason="x"}[1m]))`: false, `parley_none`: true, `parley_turns_total{none="x"}`: true, `sum by (none) (parley_turns_total)`: true} {
		if (len(faultsOf(expression, known)) > 0) != faulty {
			t.Errorf("%s: %v", expression, faultsOf(expression, known))
		}
	}
	expressions := append(dashboardExpressions(t), alertExpressions(t)...)
	if len(expressions) < 60 {
		t.Errorf("only %d expressions were found", len(expressions))
	}
	for _, expression := range expressions {
		for _, fault := range faultsOf(expression, known) {
			t.Errorf("%s uses %s, which the server does not give", expression, fault)
		}
	}
	checkWritten(t, "docs/observability.md", map[string]string{"metrics": metricsTable(known)})
}

func dashboardExpressions(t *testing.T) (all []string) {
	t.Helper()
	text, err := os.ReadFile("deploy/monitoring/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			all = append(all, target.Expr)
		}
	}
	return all
}

var alertOf = regexp.MustCompile(`(?m)^        expr: (?:\|\n((?:          .*\n)+)|(.*)$)`)

func alertExpressions(t *testing.T) (all []string) {
	t.Helper()
	text, err := os.ReadFile("deploy/monitoring/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("docs/observability.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range alertOf.FindAllStringSubmatch(string(text), -1) {
		all = append(all, m[1]+m[2])
	}
	for _, m := range regexp.MustCompile(`- alert: (\w+)`).FindAllStringSubmatch(string(text), -1) {
		if !strings.Contains(string(page), "`"+m[1]+"`") {
			t.Errorf("docs/observability.md does not say what to do about %s", m[1])
		}
	}
	if n := strings.Count(string(text), "expr:"); n != len(all) {
		t.Errorf("%d of %d expressions of alerts can be read", len(all), n)
	}
	return all
}

// metricsTable lists our own metrics and those of the database pools.
func metricsTable(known map[string]family) string {
	var b strings.Builder
	b.WriteString("| metric | type | labels | what it counts |\n| --- | --- | --- | --- |\n")
	for _, name := range slices.Sorted(maps.Keys(known)) {
		f := known[name]
		if strings.HasPrefix(name, "parley_") || strings.HasPrefix(name, "go_sql_") {
			labels := ""
			if len(f.labels) > 0 {
				labels = "`" + strings.Join(f.labels, "`, `") + "`"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", name, f.kind, labels, f.help)
		}
	}
	return b.String()
}

var updateDocs = flag.Bool("docs", false, "rewrite what pages of docs/ take from the code")

// writtenPart is a part of the documents that the code writes.
var writtenPart = regexp.MustCompile(`(?s)<!-- written by the code: (\w+) -->\n.*?<!-- end -->`)

// checkWritten holds the parts of a page that the code writes against the code, or writes them with -docs.
func checkWritten(t *testing.T, path string, parts map[string]string) {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	left := maps.Clone(parts)
	want := writtenPart.ReplaceAllStringFunc(string(page), func(was string) string {
		name := writtenPart.FindStringSubmatch(was)[1]
		text, ok := parts[name]
		if !ok {
			return was // another test writes it
		}
		delete(left, name)
		return fmt.Sprintf("<!-- written by the code: %s -->\n\n%s\n<!-- end -->", name, text)
	})
	for name := range left {
		t.Errorf("%s lacks the part %q", path, name)
	}
	if want == string(page) {
		return
	}
	if *updateDocs {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s is not what the code does: run go test . -run %s -docs", path, t.Name())
}
