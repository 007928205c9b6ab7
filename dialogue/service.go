package dialogue

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/id"
	"parley/eventlog"
	"parley/outbound"
	"parley/seal"
	"parley/trace"
)

// Options sets up a Service. The zero value of every field but Providers and DefaultModel is usable.
type Options struct {
	// Providers are the models by the name agents use for them ("scripted", "gemini").
	Providers map[string]model.Provider
	// DefaultModel is what agents use that choose none: a provider's name, or `provider/model`.
	DefaultModel string
	// Make makes a provider of a workspace from its credential. It contacts nobody, sends through client alone, which is
	// guarded, follows no redirect and bounds answers, and returns ErrNoKind for a kind that it does not know. A provider
	// with a method Close is closed when it is used no more. Nil knows no kind.
	Make func(c Credential, client *http.Client) (model.Provider, error)
	// CheckScript judges the script of an agent when it is saved; nil takes any JSON object.
	CheckScript func(script json.RawMessage) error

	// Workers is how many turns run at once in this process; 0 means 64.
	Workers int
	// LeaseFor is how long a turn stays with a worker that gives no sign of life; 0 means 30 s.
	LeaseFor time.Duration
	// DrainFor is how long running turns may go on once Run is told to end; 0 means 10 s, negative not at all.
	DrainFor time.Duration
	// PollFor is the longest sleep between two looks at the queue, for wake-ups that got lost; 0 means 1 s.
	PollFor time.Duration
	// ModelIdle is how long a model may be silent before its answer counts as failed; 0 means 60 s.
	ModelIdle time.Duration
	// FirstWithin is how long a model may take to its first sign of life when another one can be tried after it; 0 means
	// 20 s. For the last one it is ModelIdle.
	FirstWithin time.Duration
	// RetryPause is the pause before the agent's models are tried a second time; 0 means 1 s.
	RetryPause time.Duration
	// ApprovalFor is how long a call waits for a person's approval; 0 means DefaultApprovalFor.
	ApprovalFor time.Duration

	// OrphanedAfter is when a call counts as lost that was on its way when its turn ended; 0 means 3 min, which is longer
	// than any living worker waits for an answer: two tries of the longest timeout, and a pause.
	OrphanedAfter time.Duration

	// Sole says that no other process runs turns of this database, so that Run takes over at once what an earlier one
	// left running, without waiting for its leases to end.
	Sole bool

	// Scratch opens an empty, migrated database of its own for a dry run, and says how to throw it away. Nil means that
	// there are no dry runs.
	Scratch func(ctx context.Context) (log *eventlog.Log, discard func() error, err error)

	// PublicURL is this server's own address as others see it; functions learn it in the header User-Agent.
	PublicURL string
	// Tracer follows turns; nil follows none.
	Tracer *trace.Tracer
	// Live hears messages while models write them, if set.
	Live Generations
	// Logger is slog.Default() if nil.
	Logger *slog.Logger
}

// DefaultApprovalFor is how long a call waits for a person.
const DefaultApprovalFor = 24 * time.Hour

// ID is the result of a verb that makes or changes one thing: its id.
type ID struct {
	ID string `json:"id"`
}

// Service is the dialogue engine: verbs that change agents, functions and threads, and the workers that run turns.
// Verbs may be called at any time, also when Run is not running or runs elsewhere. It is safe for concurrent use.
type Service struct {
	log       *eventlog.Log
	keys      *seal.Keys
	client    *outbound.Client
	guard     *outbound.Guard
	o         Options
	name      string // of this process, in leases
	running   registry
	versions  versionCache
	agents    agentCache
	pasts     pasts
	own       *ownProviders
	lists     *modelLists
	endpoints endpoints
	dryRuns   chan *dryRun
	warnings  warnings
	masks     masks
	dryRunMu  sync.Mutex // held while a run is stored and put into dryRuns
	metrics   *metrics
	suggested suggested                    // replies that are being suggested
	instead   func(*ent.Function) *outcome // on the stage of a dry run: what a call brings without being sent
}

// New returns a Service on a log's database. HTTP functions are called through client, and so are the model
// providers of workspaces; guard judges their URLs when they are saved. It panics when Options name no default model, or one whose provider is not there.
func New(log *eventlog.Log, keys *seal.Keys, client *outbound.Client, guard *outbound.Guard, o Options) *Service {
	o.Workers = cmp.Or(o.Workers, 64)
	o.LeaseFor = cmp.Or(o.LeaseFor, 30*time.Second)
	o.DrainFor = cmp.Or(o.DrainFor, 10*time.Second)
	o.PollFor = cmp.Or(o.PollFor, time.Second)
	o.ModelIdle = cmp.Or(o.ModelIdle, 60*time.Second)
	o.FirstWithin = cmp.Or(o.FirstWithin, 20*time.Second)
	o.RetryPause = cmp.Or(o.RetryPause, time.Second)
	o.ApprovalFor = cmp.Or(o.ApprovalFor, DefaultApprovalFor)
	o.OrphanedAfter = cmp.Or(o.OrphanedAfter, 3*time.Minute)
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if provider, _ := splitModel(o.DefaultModel); o.Providers[provider] == nil {
		panic(fmt.Sprintf("dialogue: the default model %q has no provider", o.DefaultModel))
	}
	if o.Make == nil {
		o.Make = func(Credential, *http.Client) (model.Provider, error) { return nil, ErrNoKind }
	}
	own := &ownProviders{
		client: log.Client(), keys: keys, make: o.Make, http: client.LimitedHTTPClient(maxModelAnswer, maxModelFailure),
		known: map[string]knownCredentials{}, made: map[string]*ownProvider{},
	}
	s := &Service{
		log: log, keys: keys, client: client, guard: guard, o: o, name: id.New("wrk"), own: own, lists: newModelLists(),
		dryRuns: make(chan *dryRun, dryRunsWaiting), running: registry{turns: map[string]*hold{}}, endpoints: endpoints{known: map[string]*endpoint{}},
	}
	s.metrics = newMetrics(s)
	return s
}

// splitModel cuts `provider/model` at the first slash; a bare provider means its default model.
func splitModel(choice string) (provider, name string) {
	provider, name, _ = strings.Cut(choice, "/")
	return provider, name
}
