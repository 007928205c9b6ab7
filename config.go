package main

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"parley/access"
	"parley/delivery"
	"parley/graph"
	"parley/outbound"
	"parley/rate"
	"parley/retention"
	"parley/seal"
)

// Config is everything a server is told from outside. Zero fields take their defaults in withDefaults. docs/configuration.md lists the variables.
type Config struct {
	Listen         string                                                            // address, `127.0.0.1:8080`
	Data           string                                                            // folder of the embedded database and of generated keys
	Database       string                                                            // postgres://… or sqlite://path
	AdminKey       seal.Text                                                         // first admin key; empty generates one
	SecretKey      seal.Text                                                         // keys for secrets, cursors and tokens; empty generates one in Data
	PublicURL      string                                                            // address seen by browsers
	AllowedOrigins []string                                                          // origins that may open a WebSocket
	TrustedProxies []netip.Prefix                                                    // networks of proxies that say who asks
	OutboundAllow  []netip.Prefix                                                    // addresses that requests may go to besides public ones
	WebhookRetries delivery.Schedule                                                 // when failed webhooks are tried again; nil means the default
	KeepEvents     time.Duration                                                     // how long events are kept; 0 means the default
	KeepAudit      time.Duration                                                     // how long the audit log is kept; 0 means the default
	KeepDeliveries time.Duration                                                     // how long deliveries are kept that have ended; 0 means the default
	GeminiKey      seal.Text                                                         // of the Gemini API; empty means no such provider
	GeminiBaseURL  string                                                            // of a proxy in front of it; empty means Google's own address
	GeminiModel    string                                                            // for agents that choose `gemini` or nothing; empty leaves it to the provider
	GeminiThinking string                                                            // how long its models think; empty leaves it to them
	GeminiSafety   string                                                            // from where on it blocks content; empty leaves it to Google
	GeminiStream   string                                                            // "off" asks it for answers in one piece, for proxies that cannot stream
	OpenAIKey      seal.Text                                                         // of the OpenAI-compatible server; may be empty if OpenAIBaseURL is set
	OpenAIBaseURL  string                                                            // of that server; empty means OpenAI's own
	OpenAIModel    string                                                            // what agents use that choose no model, unless there is GeminiKey; empty leaves that to the scripted provider
	NATS           string                                                            // servers that carry hints between replicas; empty leaves that to Postgres
	Live           graph.LiveLimits                                                  // what one caller may hold of live delivery; 0 means the default
	Rates          rate.Limits                                                       // what each caller may ask for in a minute; nil bounds nothing
	ReadsAtOnce    int                                                               // how many planned reads run at once; 0 means the default
	StopDelay      time.Duration                                                     // how long a server that was told to stop serves on while /readyz says so
	Documents      string                                                            // folder or manifest of the only documents that are executed; empty means all are
	CheckSQL       bool                                                              // guard every statement (for tests)
	ran            func(ctx context.Context, query string, args []driver.NamedValue) // hears of every statement (for tests)
	LogLevel       slog.Level                                                        // what is less is not written
	LogJSON        bool                                                              // lines are JSON
	TraceEndpoint  string                                                            // URL that spans are posted to; empty traces nothing

	GeminiLegacyModel string // for agents that choose gemini-legacy without a model; empty leaves it to the provider
}

// configFromEnv reads the environment. The error names every variable that cannot be taken.
func configFromEnv(getenv func(string) string) (Config, error) {
	c := Config{
		Listen: getenv("PARLEY_LISTEN"), Data: getenv("PARLEY_DATA"), Database: getenv("DATABASE_URL"),
		AdminKey: seal.Hide(getenv("PARLEY_ADMIN_KEY")), SecretKey: seal.Hide(getenv("PARLEY_SECRET_KEY")), PublicURL: getenv("PARLEY_PUBLIC_URL"),
		AllowedOrigins: strings.FieldsFunc(getenv("PARLEY_ALLOWED_ORIGINS"), func(r rune) bool { return r == ',' || r == ' ' }),
		GeminiKey:      seal.Hide(getenv("GEMINI_API_KEY")), GeminiBaseURL: getenv("GEMINI_BASE_URL"), GeminiModel: getenv("GEMINI_MODEL"),
		GeminiThinking: getenv("GEMINI_THINKING_LEVEL"), GeminiSafety: getenv("GEMINI_SAFETY"), GeminiStream: getenv("GEMINI_STREAMING"),
		OpenAIKey: seal.Hide(getenv("OPENAI_API_KEY")), OpenAIBaseURL: getenv("OPENAI_BASE_URL"), OpenAIModel: getenv("OPENAI_MODEL"),
		NATS: getenv("NATS_URL"), Documents: getenv("PARLEY_DOCUMENTS"), CheckSQL: getenv("PARLEY_CHECK_SQL") == "on", GeminiLegacyModel: getenv("GEMINI_LEGACY_MODEL"),
	}
	var wrongRates error
	allow, err := outbound.ParseAllow(getenv("PARLEY_OUTBOUND_ALLOW"))
	if err != nil {
		err = fmt.Errorf("PARLEY_OUTBOUND_ALLOW: %w", err)
	}
	c.OutboundAllow = allow
	proxies, wrongProxies := outbound.ParseAllow(getenv("PARLEY_TRUSTED_PROXIES"))
	if wrongProxies != nil {
		err = errors.Join(err, fmt.Errorf("PARLEY_TRUSTED_PROXIES: %w", wrongProxies))
	}
	c.TrustedProxies = proxies
	retries, bad := delivery.ParseSchedule(getenv("PARLEY_WEBHOOK_RETRIES"))
	if bad != nil {
		bad = fmt.Errorf("PARLEY_WEBHOOK_RETRIES: %w", bad)
	}
	c.WebhookRetries = retries
	for name, keep := range map[string]*time.Duration{"PARLEY_KEEP_EVENTS": &c.KeepEvents, "PARLEY_KEEP_DELIVERIES": &c.KeepDeliveries, "PARLEY_KEEP_AUDIT": &c.KeepAudit} {
		if name == "PARLEY_KEEP_AUDIT" && getenv(name) == "" {
			continue // its default is another one
		}
		var wrong error
		if *keep, wrong = retention.ParseKeep(getenv(name)); wrong != nil {
			bad = errors.Join(bad, fmt.Errorf("%s: %w", name, wrong))
		}
	}
	for name, most := range map[string]*int{
		"PARLEY_READS_AT_ONCE": &c.ReadsAtOnce, "PARLEY_KEY_CONNECTIONS": &c.Live.KeyConnections, "PARLEY_THREAD_CONNECTIONS": &c.Live.ThreadConnections,
		"PARLEY_KEY_MESSAGES": &c.Live.KeyMessages, "PARLEY_THREAD_MESSAGES": &c.Live.ThreadMessages,
	} {
		if text := getenv(name); text != "" {
			n, wrong := strconv.ParseUint(text, 10, 31)
			if *most = int(n); wrong != nil || n == 0 {
				bad = errors.Join(bad, fmt.Errorf("%s must be a number of at least 1, not %q", name, text))
			}
		}
	}
	c.Rates, wrongRates = ratesFromEnv(getenv)
	bad = errors.Join(bad, wrongRates, c.logFromEnv(getenv), c.traceFromEnv(getenv))
	c = c.withDefaults()
	var wrongDelay error
	c.StopDelay, wrongDelay = stopDelay(getenv("PARLEY_STOP_DELAY"), c.embedded())
	return c, errors.Join(err, bad, wrongDelay, c.validate())
}

func (c Config) withDefaults() Config {
	if c.Listen == "" {
		c.Listen = "127.0.0.1:8080"
	}
	if c.Data == "" {
		c.Data = "./data"
	}
	if c.Database == "" {
		c.Database = "sqlite://" + filepath.Join(c.Data, "parley.db")
	}
	return c
}

// validate returns one sentence for every rule that is broken.
func (c Config) validate() error {
	var errs []error
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		errs = append(errs, fmt.Errorf("PARLEY_LISTEN must be an address with a port such as 127.0.0.1:8080, not %q", c.Listen))
	}
	if !c.embedded() && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://") {
		errs = append(errs, errors.New("DATABASE_URL must begin with postgres:// or sqlite://"))
	}
	if !c.embedded() && c.SecretKey.IsEmpty() {
		errs = append(errs, errors.New("PARLEY_SECRET_KEY is required with Postgres, because every replica must have the same: make one with `openssl rand -base64 32`"))
	}
	if c.NATS != "" && c.embedded() {
		errs = append(errs, errors.New("NATS_URL joins several servers on one Postgres: set DATABASE_URL beside it, or leave it out"))
	}
	if c.OpenAIModel != "" && c.OpenAIKey.IsEmpty() && c.OpenAIBaseURL == "" {
		errs = append(errs, errors.New("OPENAI_MODEL needs OPENAI_API_KEY or OPENAI_BASE_URL beside it"))
	}
	if s := c.GeminiStream; s != "" && s != "on" && s != "off" {
		errs = append(errs, fmt.Errorf("GEMINI_STREAMING must be on or off, not %q", s))
	}
	if c.GeminiKey.IsEmpty() && (c.GeminiBaseURL != "" || c.GeminiModel != "") {
		errs = append(errs, errors.New("GEMINI_BASE_URL and GEMINI_MODEL need GEMINI_API_KEY beside them"))
	}
	if c.GeminiLegacyModel != "" && c.GeminiKey.IsEmpty() {
		errs = append(errs, errors.New("GEMINI_LEGACY_MODEL needs GEMINI_API_KEY beside it"))
	}
	if !c.AdminKey.IsEmpty() && len(c.AdminKey.Reveal()) < access.MinKey {
		errs = append(errs, fmt.Errorf("PARLEY_ADMIN_KEY must have at least %d characters", access.MinKey))
	}
	for name, addresses := range map[string][]string{"PARLEY_PUBLIC_URL": {c.PublicURL}, "PARLEY_ALLOWED_ORIGINS": c.AllowedOrigins} {
		for _, address := range addresses {
			if u, err := url.Parse(address); address != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
				errs = append(errs, fmt.Errorf("%s must hold http or https addresses such as https://chat.example.com, not %q", name, address))
			}
		}
	}
	return errors.Join(errs...)
}

// embedded says whether the database is a file of this process.
func (c Config) embedded() bool { return strings.HasPrefix(c.Database, "sqlite://") }

// file is where the embedded database is.
func (c Config) file() string { return strings.TrimPrefix(c.Database, "sqlite://") }

// loopback says whether only this machine can reach the listener.
func (c Config) loopback() bool {
	host, _, _ := net.SplitHostPort(c.Listen)
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// secretKeyFile is where a generated secret key is kept.
func (c Config) secretKeyFile() string { return filepath.Join(c.Data, "secret.key") }

// readSecretKey returns the configured secret key, or the one in Data, which generate makes when there is none yet, and says
// where it is from.
func (c Config) readSecretKey(generate func() string) (text, from string, err error) {
	if text, from, err = c.presentSecretKey(); err != nil || text != "" {
		return text, from, err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return "", "", fmt.Errorf("make PARLEY_DATA: %w", err)
	}
	text, err = c.keepSecretKey(generate())
	return text, c.secretKeyFile(), err
}

// keepSecretKey writes a new key so that the file is there whole or not at all, also after the machine has failed, and returns the
// key that is in it: when two servers start together, the first one's.
func (c Config) keepSecretKey(key string) (string, error) {
	if err := writeNew(c.secretKeyFile(), key+"\n"); err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("keep the secret key: %w", err)
	}
	kept, err := os.ReadFile(c.secretKeyFile())
	return string(kept), err
}

// ratesFromEnv reads what callers may ask for in a minute; 0 takes a bound away.
func ratesFromEnv(getenv func(string) string) (rate.Limits, error) {
	limits, bad := rate.Default(), error(nil)
	for kind, name := range map[rate.Kind]string{rate.Key: "KEY", rate.Thread: "THREAD", rate.Address: "ADDRESS"} {
		a := limits[kind]
		for name, n := range map[string]*int{"PARLEY_" + name + "_RATE": &a.Fields, "PARLEY_" + name + "_COST": &a.Cost} {
			if text := getenv(name); text != "" {
				given, err := strconv.ParseUint(text, 10, 31)
				if *n = int(given); err != nil {
					bad = errors.Join(bad, fmt.Errorf("%s must be a number, or 0 for no bound, not %q", name, text))
				}
			}
		}
		limits[kind] = a
	}
	return limits, bad
}

// Format tells of a configuration without what is secret in it; addresses of databases hold passwords.
func (c Config) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "configuration of %s in %s", c.Listen, c.Data)
}

// LogValue is Format for logs.
func (c Config) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }
