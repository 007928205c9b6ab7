package eventlog

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"parley/ent"
	"parley/ent/event"
	"parley/ent/feedshard"
	"parley/ent/thread"
	"parley/ent/viewer"
)

const (
	// tailPage is how many events of a shard are read at once.
	tailPage = 500
	// tailPoll is how often the database is asked for what nobody has told of: the bound on how late an event of another
	// replica is seen.
	tailPoll = 500 * time.Millisecond
	// goneEvery is how many polls come for one that looks for threads that were erased, gonePage how many at once.
	goneEvery = 10
	gonePage  = 1000
	// tidyEvery is how often what nobody follows is looked for at most.
	tidyEvery = 10 * time.Second
	// failedPolls in a row are so many that those who follow look at the database themselves, and end if it is not there: a
	// client that is told so may find it from another replica.
	failedPolls = 4
)

// tails pass new events on to those who follow them. Each event is read once for all of them, or not at all if this process
// has written it. What is read is kept for a while, so that who was cut off catches up from memory. Its goroutine is there
// as long as anybody follows.
type tails struct {
	log    *Log
	signal Signal
	mu     sync.RWMutex // protects everything below, in tails and topics too
	of     map[string]*tail
	users  int
	stop   func() // ends the goroutine, and waits for it
	tidied time.Time

	fromMemory, fromTables atomic.Int64

	in      sync.Mutex // protects everything below: who writes waits for nobody who follows
	running int        // goroutines that take what comes: one, or a second one that is ending
	inbox   []Wake
	doubt   bool // commits of other servers may have been missed
}

// tail is the end of one workspace's feed.
type tail struct {
	workspace string
	known     bool          // whether reached is
	reached   [Shards]int64 // position of the last event that was passed on
	dirty     uint8         // shards with events that were not
	topics    map[string]*topic
	readers   int // of all topics
}

// allThreads is the topic of a whole workspace.
const allThreads = ""

// join makes the caller a reader of a topic, until it calls leave.
func (s *tails) join(workspace, name string) (r *reader, leave func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy(time.Now())
	t := s.of[workspace]
	if t == nil {
		t = &tail{workspace: workspace, dirty: ^uint8(0), topics: map[string]*topic{}}
		s.of[workspace] = t
	}
	r = t.join(name, &s.mu)
	if s.users++; s.users == 1 {
		s.start()
	}
	return r, func() { s.leave(r) }
}

func (s *tails) leave(r *reader) {
	s.mu.Lock()
	r.leave(time.Now())
	stop := func() {}
	if s.users--; s.users == 0 {
		stop = s.stop
	}
	s.mu.Unlock()
	stop()
}

// start begins the goroutine. The caller holds the lock.
func (s *tails) start() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	s.stop = func() { cancel(); <-ended }
	s.in.Lock()
	s.running++
	s.in.Unlock()
	go func() {
		defer close(ended)
		s.run(ctx)
		s.in.Lock()
		s.running--
		s.in.Unlock()
		s.takeAll()
	}()
}

func (s *tails) run(ctx context.Context) {
	poll := time.NewTicker(tailPoll)
	defer poll.Stop()
	_ = s.poll(ctx) // the next one comes soon
	for n, failed := 1, 0; ; {
		if s.takeAll() {
			_ = s.poll(ctx)
		}
		s.readAll(ctx)
		select {
		case <-ctx.Done():
			return
		case <-s.signal:
		case <-poll.C:
			if n, failed = n+1, failed+1; s.poll(ctx) == nil {
				failed = 0
			}
			if failed == failedPolls {
				s.lookAll()
			}
			if n%goneEvery == 0 {
				s.dropGone(ctx)
			}
		}
	}
}

// maxInbox is how many commits wait with their events; those of more are read.
const maxInbox = 1000

// passed takes note of a commit: of its events, or, when they are not given, of the shards that have new ones.
func (s *tails) passed(w Wake) {
	if w.Shards == 0 {
		return
	}
	s.in.Lock()
	if len(s.inbox) >= maxInbox {
		w.Events = nil
	}
	s.inbox = append(s.inbox, w)
	running := s.running > 0
	s.in.Unlock()
	if running {
		s.signal.Poke()
	} else {
		s.takeAll() // nobody follows: it is little work
	}
}

// unsure asks for a poll now.
func (s *tails) unsure() {
	s.in.Lock()
	s.doubt = true
	s.in.Unlock()
	s.signal.Poke()
}

// takeAll passes on what has come, and says whether something may have been missed.
func (s *tails) takeAll() (doubt bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.in.Lock()
	inbox, doubt := s.inbox, s.doubt
	s.inbox, s.doubt = nil, false
	s.in.Unlock()
	for _, w := range inbox {
		if t := s.of[w.Workspace]; t != nil {
			t.take(w)
		}
	}
	return doubt
}

// followed returns the workspaces that anybody follows and that are as wanted.
func (s *tails) followed(wanted func(*tail) bool) (workspaces []string) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for workspace, t := range s.of {
		if t.readers > 0 && wanted(t) {
			workspaces = append(workspaces, workspace)
		}
	}
	return workspaces
}

func (t *tail) any() bool { return true }

func (t *tail) unread() bool { return t.dirty != 0 }

// poll finds the shards that have gone on.
func (s *tails) poll(ctx context.Context) error {
	ctx = viewer.SystemContext(ctx, "feed")
	rows, err := s.log.client.FeedShard.Query().Where(feedshard.WorkspaceIDIn(s.followed((*tail).any)...)).All(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, row := range rows {
		if t := s.of[row.WorkspaceID]; t != nil && row.LastPosition > t.reached[row.Shard] {
			t.dirty |= 1 << row.Shard
		}
	}
	return nil
}

// lookAll has all who follow look at the database.
func (s *tails) lookAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.of {
		for _, to := range t.topics {
			to.look()
		}
	}
}

// readAll reads what is new.
func (s *tails) readAll(ctx context.Context) {
	for _, workspace := range s.followed((*tail).unread) {
		ctx := viewer.WorkerContext(ctx, workspace, "feed")
		for ctx.Err() == nil {
			more, err := s.read(ctx, workspace)
			if err != nil || !more {
				break // after an error the next poll tries again
			}
		}
	}
}

// read passes on the next page of one shard, and says whether there may be more.
func (s *tails) read(ctx context.Context, workspace string) (more bool, err error) {
	s.mu.Lock()
	t := s.of[workspace]
	if t == nil || t.dirty == 0 {
		s.mu.Unlock()
		return false, nil
	}
	// What is committed from here on makes a shard dirty again.
	if !t.known {
		t.dirty = 0
		s.mu.Unlock()
		return true, s.begin(ctx, t)
	}
	shard := bits.TrailingZeros8(t.dirty)
	t.dirty &^= 1 << shard
	from := t.reached[shard]
	s.mu.Unlock()

	rows, err := s.log.client.Event.Query().Where(event.WorkspaceID(workspace), event.Shard(shard), event.PositionGT(from)).
		Order(event.ByPosition()).Limit(tailPage).Select(liveColumns...).All(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		t.dirty |= 1 << shard
		return false, fmt.Errorf("read new events of %s: %w", workspace, err)
	}
	if len(rows) == tailPage {
		t.dirty |= 1 << shard
	}
	for _, row := range rows {
		if row.Position > t.reached[shard]+1 {
			t.reached[shard] = row.Position - 1 // what was erased
		}
		t.pass(row)
	}
	return true, nil
}

// begin finds where the feed ends now. Readers that have joined before look at the database once more.
func (s *tails) begin(ctx context.Context, t *tail) error {
	ends, err := s.log.FeedEnd(ctx, t.workspace)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		t.dirty = ^uint8(0)
		return err
	}
	t.begin(ends)
	return nil
}

// dropGone has the readers of erased threads look at the database, where they learn so.
func (s *tails) dropGone(ctx context.Context) {
	for _, workspace := range s.followed((*tail).any) {
		s.mu.RLock()
		names := s.of[workspace].threads() // there as long as nobody joins, and then not yet idle for long
		s.mu.RUnlock()
		for some := range slices.Chunk(names, gonePage) {
			there, err := s.log.client.Thread.Query().Where(thread.IDIn(some...)).IDs(viewer.WorkerContext(ctx, workspace, "feed"))
			if err != nil {
				return // the next time comes soon
			}
			slices.Sort(there)
			s.log.Gone(workspace, slices.DeleteFunc(some, func(id string) bool {
				_, found := slices.BinarySearch(there, id)
				return found
			}))
		}
	}
}

// Gone forgets the events that are kept of threads that are being erased, and what is remembered of them, and has those who follow them look at the database,
// where they learn so. Other servers find out by themselves within seconds.
func (l *Log) Gone(workspace string, threads []string) {
	if len(threads) == 0 {
		return
	}
	l.recollections.forget(threads)
	l.tails.mu.Lock()
	defer l.tails.mu.Unlock()
	if t := l.tails.of[workspace]; t != nil {
		t.forget(append(slices.Clone(threads), allThreads))
	}
}

// tidy forgets what nobody has followed for a while. The caller holds the lock.
func (s *tails) tidy(now time.Time) {
	if now.Sub(s.tidied) < tidyEvery {
		return
	}
	s.tidied = now
	for workspace, t := range s.of {
		if t.tidy(now); len(t.topics) == 0 {
			delete(s.of, workspace)
		}
	}
}

// liveColumns are what those who follow need of an event: all but its webhook body.
var liveColumns = []string{
	event.FieldID, event.FieldWorkspaceID, event.FieldCreatedAt, event.FieldShard, event.FieldPosition, event.FieldThreadID,
	event.FieldSequence, event.FieldType, event.FieldData,
}

// forLive returns a copy of an event with what liveColumns has, which holds nothing else in memory.
func forLive(row *ent.Event) *ent.Event {
	slim := *row
	slim.Body = ""
	if row.ThreadID != nil {
		slim.ThreadID, slim.Sequence = new(*row.ThreadID), new(*row.Sequence)
	}
	return &slim
}
