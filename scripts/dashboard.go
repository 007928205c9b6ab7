//go:build ignore

// This program writes deploy/monitoring/dashboard.json, the Grafana dashboard:
//
//	go run scripts/dashboard.go
package main

import (
	"encoding/json"
	"log"
	"os"
	"strings"
)

// panel is one graph: lines of PromQL with their legends, parted by ` => `.
type panel struct {
	title, unit, help string
	lines             []string
}

type row struct {
	title  string
	panels []panel
}

func rate(metric, by string) string {
	return "sum by (" + by + ") (rate(" + metric + `{instance=~"$instance"}[$__rate_interval])) => {{` + strings.ReplaceAll(by, ", ", "}} {{") + "}}"
}

func quantile(q, metric, by string) string {
	return "histogram_quantile(" + q + ", sum by (le" + by + ") (rate(" + metric + `_bucket{instance=~"$instance"}[$__rate_interval])))`
}

func gauge(metric string) string { return metric + `{instance=~"$instance"} => {{instance}}` }

var rows = []row{
	{"API", []panel{
		{"Operations a second", "ops", "Root fields, by name.", []string{rate("parley_graphql_operations_total", "type, field")}},
		{"Errors a second", "ops", "By field and code; requests that came to no operation by code alone.", []string{
			`sum by (field, code) (rate(parley_graphql_operations_total{instance=~"$instance", code!="OK"}[$__rate_interval])) => {{field}} {{code}}`,
			`sum by (code) (rate(parley_graphql_refused_total{instance=~"$instance"}[$__rate_interval])) => refused {{code}}`}},
		{"Time of operations, p99", "s", "", []string{quantile("0.99", "parley_graphql_operation_seconds", ", field") + " => {{field}}"}},
		{"Time of operations, p50", "s", "", []string{quantile("0.5", "parley_graphql_operation_seconds", ", field") + " => {{field}}"}},
		{"Reads a second", "ops", "By a plan, or generically.", []string{rate("parley_planned_reads_total", "by")}},
		{"Wait of reads, p99", "s", "Of queries with a plan, until others have read.", []string{quantile("0.99", "parley_planned_read_wait_seconds", "") + " => p99"}},
		{"Refused by rates a second", "ops", "", []string{rate("parley_rate_refused_total", "caller")}},
	}},
	{"Dialogue", []panel{
		{"Turns a second", "ops", "By why they ended.", []string{rate("parley_turns_total", "reason")}},
		{"Time of turns", "s", "From the beginning to the end of a turn.", []string{
			quantile("0.5", "parley_turn_seconds", "") + " => p50", quantile("0.99", "parley_turn_seconds", "") + " => p99"}},
		{"Turns that wait", "short", "", []string{
			`max(parley_turns_due{instance=~"$instance"}) => due`, `max(parley_turns_parked{instance=~"$instance"}) => parked`,
			`sum(parley_turns_running{instance=~"$instance"}) => running`}},
		{"Wait of due turns", "s", "", []string{
			`max(parley_turn_oldest_due_seconds{instance=~"$instance"}) => oldest now`, quantile("0.99", "parley_turn_wait_seconds", "") + " => p99"}},
		{"Requests to models a second", "ops", "", []string{rate("parley_model_requests_total", "provider, outcome")}},
		{"Time to a model's first text", "s", "", []string{quantile("0.5", "parley_model_first_text_seconds", ", provider") + " => p50 {{provider}}", quantile("0.99", "parley_model_first_text_seconds", ", provider") + " => p99 {{provider}}"}},
		{"Time of requests to models, p99", "s", "", []string{quantile("0.99", "parley_model_request_seconds", ", provider") + " => {{provider}}"}},
		{"Steps a second", "ops", "", []string{rate("parley_steps_total", "provider")}},
		{"Tokens a second", "short", "", []string{rate("parley_model_tokens_total", "provider, kind")}},
		{"Calls a second", "ops", "", []string{rate("parley_calls_total", "state")}},
		{"Time of HTTP functions", "s", "", []string{quantile("0.5", "parley_call_seconds", "") + " => p50", quantile("0.99", "parley_call_seconds", "") + " => p99"}},
	}},
	{"Webhooks", []panel{
		{"Attempts a second", "ops", "", []string{rate("parley_delivery_attempts_total", "outcome")}},
		{"Deliveries ended a second", "ops", "", []string{rate("parley_deliveries_total", "state")}},
		{"From event to first answer", "s", "", []string{quantile("0.5", "parley_delivery_first_answer_seconds", "") + " => p50", quantile("0.99", "parley_delivery_first_answer_seconds", "") + " => p99"}},
		{"Time of attempts, p99", "s", "", []string{quantile("0.99", "parley_delivery_attempt_seconds", ", outcome") + " => {{outcome}}"}},
		{"Waiting", "short", "", []string{
			`max(parley_delivery_pending{instance=~"$instance"}) => pending`, `max(parley_delivery_held{instance=~"$instance"}) => held`,
			`sum(parley_delivery_in_flight{instance=~"$instance"}) => being sent`}},
		{"Age of the oldest", "s", "", []string{
			`max(parley_delivery_oldest_due_seconds{instance=~"$instance"}) => due`, `max(parley_delivery_oldest_held_seconds{instance=~"$instance"}) => held`}},
		{"Endpoints in trouble, an hour", "short", "", []string{
			`sum(increase(parley_delivery_breaker_opened_total{instance=~"$instance"}[1h])) => breakers opened`,
			`sum by (for) (increase(parley_integration_failing_total{instance=~"$instance"}[1h])) => failing {{for}}`,
			`sum(increase(parley_integration_disabled_total{instance=~"$instance"}[1h])) => disabled`,
			`sum(increase(parley_delivery_held_dropped_total{instance=~"$instance"}[1h])) => held ones given up`}},
		{"Outcomes that came too late, a second", "ops", "", []string{`sum(rate(parley_delivery_fenced_total{instance=~"$instance"}[$__rate_interval])) => fenced`}},
	}},
	{"Live", []panel{
		{"Connections", "short", "", []string{`sum by (transport) (parley_live_connections{instance=~"$instance"}) => {{transport}}`}},
		{"Endings a second", "ops", "", []string{rate("parley_live_closed_total", "transport, reason")}},
		{"Bytes that wait for slow readers", "bytes", "", []string{gauge("parley_live_backlog_bytes")}},
		{"Catch-ups a second", "ops", "", []string{rate("parley_live_catchups_total", "from")}},
		{"Shared executions", "short", "", []string{`sum(parley_live_groups{instance=~"$instance"}) => groups`, `sum(parley_live_group_members{instance=~"$instance"}) => members`}},
	}},
	{"Server", []panel{
		{"Database connections", "short", "", []string{
			`go_sql_in_use_connections{instance=~"$instance"} => {{instance}} {{db_name}} in use`, `go_sql_max_open_connections{instance=~"$instance"} => {{instance}} {{db_name}} at most`}},
		{"Wait for database connections", "s", "Seconds of waiting in a second.", []string{`rate(go_sql_wait_duration_seconds_total{instance=~"$instance"}[$__rate_interval]) => {{instance}} {{db_name}}`}},
		{"Memory", "bytes", "", []string{gauge("process_resident_memory_bytes"), `go_memstats_heap_alloc_bytes{instance=~"$instance"} => {{instance}} heap`}},
		{"Processor", "percentunit", "", []string{`rate(process_cpu_seconds_total{instance=~"$instance"}[$__rate_interval]) => {{instance}}`}},
		{"Goroutines", "short", "", []string{gauge("go_goroutines")}},
		{"Garbage collection, longest pause", "s", "", []string{`go_gc_duration_seconds{instance=~"$instance", quantile="1"} => {{instance}}`}},
		{"Rows deleted a second", "ops", "", []string{rate("parley_retention_deleted_total", "table"), `sum by (table) (rate(parley_erased_total{instance=~"$instance"}[$__rate_interval])) => erased {{table}}`}},
		{"Versions", "short", "", []string{`sum by (version, database) (parley_build_info{instance=~"$instance"}) => {{version}} {{database}}`}},
	}},
}

func main() {
	source := map[string]any{"type": "prometheus", "uid": "${datasource}"}
	var panels []any
	id, y := 0, 0
	place := func(w, h, x int) map[string]int { return map[string]int{"w": w, "h": h, "x": x, "y": y} }
	for _, r := range rows {
		id++
		panels = append(panels, map[string]any{"id": id, "type": "row", "title": r.title, "collapsed": false, "gridPos": place(24, 1, 0), "panels": []any{}})
		y++
		for i, p := range r.panels {
			id++
			var targets []any
			for j, line := range p.lines {
				query, legend, _ := strings.Cut(line, " => ")
				targets = append(targets, map[string]any{"refId": string(rune('A' + j)), "expr": query, "legendFormat": legend, "datasource": source})
			}
			panels = append(panels, map[string]any{
				"id": id, "type": "timeseries", "title": p.title, "description": p.help, "datasource": source, "gridPos": place(8, 8, 8*(i%3)), "targets": targets,
				"fieldConfig": map[string]any{"defaults": map[string]any{"unit": p.unit, "min": 0}, "overrides": []any{}},
				"options":     map[string]any{"legend": map[string]any{"displayMode": "list", "placement": "bottom"}, "tooltip": map[string]any{"mode": "multi"}},
			})
			if i%3 == 2 || i == len(r.panels)-1 {
				y += 8
			}
		}
	}
	board := map[string]any{
		"uid": "parley", "title": "Parley", "tags": []string{"parley"}, "schemaVersion": 39, "refresh": "30s", "editable": true,
		"time": map[string]any{"from": "now-6h", "to": "now"}, "panels": panels,
		"templating": map[string]any{"list": []any{
			map[string]any{"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Data source"},
			map[string]any{"name": "instance", "type": "query", "label": "Server", "datasource": source, "query": "label_values(parley_build_info, instance)",
				"refresh": 2, "includeAll": true, "multi": true, "allValue": ".*", "current": map[string]any{"text": "All", "value": "$__all"}},
		}},
	}
	text, err := json.MarshalIndent(board, "", " ")
	if err == nil {
		err = os.WriteFile("deploy/monitoring/dashboard.json", append(text, '\n'), 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}
