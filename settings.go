package main

import "strings"

// settingGroup is one row of the table in docs/configuration.md: variables that belong together, what they mean in Markdown, and what
// holds where they are not set.
type settingGroup struct {
	names             []string
	secret            bool // their values must not be shown
	meaning, fallback string
}

// settings are all variables that a server reads by itself.
var settings = []settingGroup{
	{[]string{"PARLEY_LISTEN"}, false, "address to listen on", "`127.0.0.1:8080`"},
	{[]string{"PARLEY_DATA"}, false, "folder of the embedded database and of the generated secret key", "`./data`"},
	{[]string{"DATABASE_URL"}, true, "`postgres://…` or `sqlite://path`. Statements are kept prepared on each connection to Postgres; behind a proxy that gives out a connection for one transaction and does not know them (PgBouncer before 1.21), add `?prepared_statements=off`", "SQLite in `PARLEY_DATA`"},
	{[]string{"PARLEY_ADMIN_KEY"}, true, "first admin key, if it should be a given one, which is not printed then; at least 32 characters", "generated, printed once"},
	{[]string{"PARLEY_SECRET_KEY"}, true, "32 bytes in base64 that secrets, cursors and thread tokens are made with; several, separated by commas, for rotation: the first makes, all of them read", "generated into `PARLEY_DATA/secret.key`; required with Postgres"},
	{[]string{"PARLEY_PUBLIC_URL"}, false, "address that browsers see; with https cookies are for https alone", "none"},
	{[]string{"PARLEY_ALLOWED_ORIGINS"}, false, "origins, besides its own and the public one, whose pages may open a WebSocket, or a stream of events by GET; each with scheme and port, separated by commas", "none"},
	{[]string{"PARLEY_KEY_CONNECTIONS"}, false, "WebSockets and streams of events that one key may have open at one server; the servers of an app may share a key ([live.md](live.md#how-much-one-caller-may-hold))", "`20000`"},
	{[]string{"PARLEY_THREAD_CONNECTIONS"}, false, "the same for one customer: all tokens of one thread together", "`20`"},
	{[]string{"PARLEY_KEY_MESSAGES", "PARLEY_THREAD_MESSAGES"}, false, "messages that a client may send over one WebSocket in a minute, or all at once: one with a key, one with a token", "`60000`, `600`"},
	{[]string{"PARLEY_TRUSTED_PROXIES"}, false, "addresses and CIDRs of proxies in front, whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed ([keys and sessions](access.md#behind-a-proxy))", "none"},
	{[]string{"PARLEY_WEBHOOK_RETRIES"}, false, "waits before a failed webhook is tried again, for instance `5s,1m,1h`: at most 50, each at most a week, ±15 %", "`5s,30s,2m,10m,30m,2h,5h,10h,14h,18h,24h`"},
	{[]string{"PARLEY_KEEP_EVENTS"}, false, "how long events are kept, for instance `7d`, `1d12h` or `forever`; at least a day. Cursors from before expire ([retention](retention.md))", "`30d`"},
	{[]string{"PARLEY_KEEP_DELIVERIES"}, false, "how long webhook deliveries are kept that have ended, with their attempts; in the same form", "`30d`"},
	{[]string{"PARLEY_KEEP_AUDIT"}, false, "how long the audit log is kept, in the same form", "`365d`"},
	{[]string{"PARLEY_KEY_RATE", "PARLEY_KEY_COST"}, false, "root fields that one API key may ask for in a minute, or all at once, and their cost ([rates](#how-much-may-be-asked-for)); `0`: no bound", "`300000`, `30000000`"},
	{[]string{"PARLEY_THREAD_RATE", "PARLEY_THREAD_COST"}, false, "the same for all tokens of one thread together", "`1200`, `600000`"},
	{[]string{"PARLEY_ADDRESS_RATE", "PARLEY_ADDRESS_COST"}, false, "the same for one address, for what comes without a key; a wrong key counts as 10 root fields", "`1200`, `300000`"},
	{[]string{"PARLEY_READS_AT_ONCE"}, false, "queries with a plan ([reads.md](reads.md#how-many-read-at-once)) that read at once; others wait in their order of arrival", "two for each processor and one more, at most 6 with SQLite, 15 where Postgres is reached by a loopback address or a Unix socket; else 15"},
	{[]string{"PARLEY_STOP_DELAY"}, false, "how long a server that was told to stop serves on while `/readyz` answers 503, so that proxies send what comes to another one ([rolling restart](operations.md#rolling-restart)); at most `1m`", "`3s` with Postgres, else `0s`"},
	{[]string{"PARLEY_DOCUMENTS"}, false, "a folder with `.graphql` files, or a manifest of persisted documents in JSON: no other documents are executed ([below](#only-documents-of-your-own))", "all are executed"},
	{[]string{"PARLEY_OUTBOUND_ALLOW"}, false, "addresses and CIDRs that webhooks, HTTP functions and model providers of workspaces may reach besides public ones, for instance `10.1.0.0/16`", "none"},
	{[]string{"GEMINI_API_KEY"}, true, "key of Google's Gemini API: makes the providers `gemini`, the default of agents that choose no model, and `gemini-legacy`", "none"},
	{[]string{"GEMINI_MODEL"}, false, "the model for agents that choose none, or only `gemini`", "`gemini-3.8-flash`"},
	{[]string{"GEMINI_BASE_URL"}, true, "a proxy in front of that API, or `parley fake-model`; the address is trusted as it stands", "Google's own"},
	{[]string{"GEMINI_THINKING_LEVEL"}, false, "`MINIMAL`, `LOW`, `MEDIUM` or `HIGH`, of which models know some", "the model's"},
	{[]string{"GEMINI_SAFETY"}, false, "from where on Google blocks harmful text: `BLOCK_LOW_AND_ABOVE`, `BLOCK_MEDIUM_AND_ABOVE`, `BLOCK_ONLY_HIGH`, `BLOCK_NONE` or `OFF`", "Google's"},
	{[]string{"GEMINI_STREAMING"}, false, "`off` asks for answers in one piece, for proxies that cannot stream", "`on`"},
	{[]string{"OPENAI_API_KEY", "OPENAI_BASE_URL"}, true, "an OpenAI-compatible server (OpenAI, Ollama, vLLM, OpenRouter, …): either makes the provider `openai`; the address is trusted as it stands", "none; with a key alone `https://api.openai.com/v1`"},
	{[]string{"OPENAI_MODEL"}, false, "the model of that server for agents that choose none; with `GEMINI_API_KEY` those use `gemini`", "they are scripted"},
	{[]string{"GEMINI_LEGACY_MODEL"}, false, "the model of `gemini-legacy` for agents that choose that provider without a model", "`gemini-2.5-flash-lite`"},
	{[]string{"NATS_URL"}, true, "NATS servers, such as `nats://user:password@host:4222`, several separated by commas, that carry what servers on one Postgres tell each other; see [live.md](live.md#several-servers)", "Postgres does"},
	{[]string{"PARLEY_LOG_LEVEL", "PARLEY_LOG_FORMAT"}, false, "`debug`, `info`, `warn` or `error`; `text` or `json` ([the log](observability.md#the-log))", "`info`, `text`"},
	{[]string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"}, true, "collector that traces are sent to, such as `http://localhost:4318`, or the whole address for spans; [others of OpenTelemetry's variables](observability.md#traces) are read as well", "nothing is traced"},
	{[]string{"PARLEY_CHECK_SQL"}, false, "`on` refuses every SQL statement that touches a workspace's table without naming the workspace; for tests", "off"},
}

// variable is what a server reads from its environment.
type variable struct {
	name   string
	secret bool // its value must not be shown
}

// variables are those of all settings, one by one.
var variables = func() (all []variable) {
	for _, s := range settings {
		for _, name := range s.names {
			all = append(all, variable{name, s.secret})
		}
	}
	return all
}()

// settingNames lists the variables in lines of a terminal's width.
func settingNames() string {
	var b strings.Builder
	width := 0
	for i, v := range variables {
		switch {
		case width == 0:
			b.WriteString("  ")
		case width+len(v.name) > 100:
			b.WriteString("\n  ")
			width = 0
		default:
			b.WriteString(" ")
		}
		b.WriteString(v.name)
		if width += len(v.name) + 1; i == len(variables)-1 {
			b.WriteString("\n")
		}
	}
	return b.String()
}
