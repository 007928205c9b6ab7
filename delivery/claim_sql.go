package delivery

// The statements of claiming. They run as the system worker "delivery claim". {now} is a scalar subquery, so that
// Postgres reads its clock once and can use the index on next_at; conditions on state are literal, so that both
// databases can use the partial indexes.

// A query outside a transaction begins with SELECT, for storage to send it to the readers.

// lookSQL shows what is pending at endpoints that may be sent to. {endpoints} yields their ids. The due ones are counted up to
// {count}.
const lookSQL = `SELECT i.id, i.workspace_id, i.ordering, h.consecutive_failures, h.breaker <> 'CLOSED', i.rate_per_second IS NOT NULL,
	COALESCE(h.paused_until, 0), CASE WHEN h.breaker = 'OPEN' THEN COALESCE(h.breaker_until, 0) ELSE 0 END, {now},
	{due LIVE}, {next LIVE}, {due REPLAY}, {next REPLAY}
FROM ({endpoints}) AS hop JOIN integrations i ON i.id = hop.id JOIN integration_health h ON h.integration_id = i.id
WHERE i.state = 'ENABLED' AND i.deleted_at IS NULL`

const (
	dueSQL = `(SELECT count(*) FROM (
		SELECT 1 FROM deliveries d
		WHERE d.integration_id = i.id AND d.state = 'PENDING' AND d.lane = '{lane}' AND d.next_at <= {now} LIMIT {count}) AS few)`
	nextSQL = `(SELECT min(d.next_at) FROM deliveries d
		WHERE d.integration_id = i.id AND d.state = 'PENDING' AND d.lane = '{lane}' AND d.next_at > {now})`

	givenEndpoints = `SELECT v.id FROM {v}`
)

// pendingEndpoints yields the id of every integration with pending deliveries. The recursive part hops from one to the
// next in the index, however many deliveries each has.
const pendingEndpoints = `
	WITH RECURSIVE hop (id) AS (
		SELECT min(integration_id) FROM deliveries WHERE state = 'PENDING'
		UNION ALL
		SELECT (SELECT min(d.integration_id) FROM deliveries d WHERE d.state = 'PENDING' AND d.integration_id > hop.id)
		FROM hop WHERE hop.id IS NOT NULL
	) SELECT id FROM hop WHERE id IS NOT NULL`

// parentSQL is the span in which an event happened, for a server that traces; it stands where a claim has {parent}.
const parentSQL = `(SELECT COALESCE(e.traceparent, '') FROM events e WHERE e.id = event_id)`

// window is how many due deliveries of an endpoint are looked at, oldest first, before its threads are.
const window = 32

// way is how the claimable deliveries of an endpoint are found.
type way string

const (
	anyOrder way = "NONE"
	fifo     way = "FIFO"
	// byThread looks into the window, which is quick as long as many threads are in it.
	byThread way = "THREAD"
	// byHeads hops over the threads, for an endpoint whose window is full of deliveries that wait for others.
	byHeads way = "heads"
)

// claimableSQL selects, for each way, the deliveries d of endpoint {integration} and lane $4 that can be claimed, in the
// order in which they should be. What they wait for may be in either lane. {in} is IN ( but for Postgres an array, which
// keeps its planner from reading every pending row, as the comparison with NULL does where NOT EXISTS would say the same.
var claimableSQL = map[way]string{
	anyOrder: `
		SELECT d.{key} FROM deliveries d
		WHERE d.integration_id = {integration} AND d.state = 'PENDING' AND d.lane = $4 AND d.next_at <= {now}
		ORDER BY d.next_at, d.id`,

	fifo: `
		SELECT d.{key} FROM deliveries d
		WHERE d.id {in}
			SELECT head.id FROM (
				SELECT o.id FROM deliveries o
				WHERE o.integration_id = {integration} AND o.state IN ('PENDING', 'RUNNING') AND o.ordinal IS NOT NULL AND NOT o.stepped_aside AND NOT o.outside
				ORDER BY o.ordinal, o.id LIMIT 1) AS head
			UNION ALL
			SELECT aside.id FROM (
				SELECT w.id, w.stepped_aside OR w.outside OR w.ordinal IS NULL AS free FROM deliveries w
				WHERE w.integration_id = {integration} AND w.state = 'PENDING' AND w.lane = $4 AND w.next_at <= {now}
				ORDER BY w.next_at, w.id LIMIT {window}) AS aside
			WHERE aside.free
		{/in} AND {still}
		ORDER BY d.next_at, d.id`,

	// Postgres needs the row itself, for its lock; SQLite reads no more of the window than it has room for.
	byThread: `
		SELECT d.{key} FROM {window of deliveries}
			AND (d.thread_id IS NULL OR d.stepped_aside OR d.outside OR (
				SELECT o.id FROM deliveries o
				WHERE o.integration_id = d.integration_id AND o.thread_id = d.thread_id AND o.sequence < d.sequence
					AND o.state IN ('PENDING', 'RUNNING') AND NOT o.stepped_aside AND NOT o.outside
				ORDER BY o.sequence LIMIT 1) IS NULL)
		{oldest first}`,

	byHeads: `
		SELECT d.{key} FROM deliveries d
		WHERE d.id {in}
			WITH RECURSIVE hop (thread_id) AS (
				SELECT (
					SELECT n.thread_id FROM deliveries n
					WHERE n.integration_id = {integration} AND n.state IN ('PENDING', 'RUNNING') AND n.thread_id > ''
					ORDER BY n.integration_id, n.thread_id LIMIT 1)
				UNION ALL
				SELECT (
					SELECT n.thread_id FROM deliveries n
					WHERE n.integration_id = {integration} AND n.state IN ('PENDING', 'RUNNING') AND n.thread_id > hop.thread_id
					ORDER BY n.integration_id, n.thread_id LIMIT 1
				) FROM hop WHERE hop.thread_id IS NOT NULL
			) SELECT (
				SELECT o.id FROM deliveries o
				WHERE o.integration_id = {integration} AND o.thread_id = hop.thread_id
					AND o.state IN ('PENDING', 'RUNNING') AND NOT o.stepped_aside AND NOT o.outside
				ORDER BY o.sequence LIMIT 1
			) FROM hop
		{/in} AND {still}
		ORDER BY d.next_at, d.id`,
}

// claimSQLite takes deliveries of the endpoints that the object $2 names, each with its room, $3 being the most. Where no
// lateral join is known rows are counted instead of limited. CROSS keeps the joins in the order in which they are written,
// whatever statistics of the tables there are.
const claimSQLite = `
UPDATE deliveries SET state = 'RUNNING', attempts = attempts + 1, lease_owner = $1, lease_until = {now} + {lease}
WHERE rowid IN (
	SELECT one.rowid FROM json_each($2) AS r
	CROSS JOIN integrations i ON i.id = r.key AND {open}
	CROSS JOIN integration_health h ON h.integration_id = i.id AND {healthy}
	CROSS JOIN deliveries one ON one.rowid IN (
		SELECT few.at FROM (SELECT c.rowid AS at, row_number() OVER () AS n FROM ({claimable} LIMIT $3) AS c) AS few WHERE few.n <= r.value))
RETURNING id, workspace_id, integration_id, event_id, attempts, tries, stepped_aside, created_at, next_at, lease_until,
	(SELECT i.url FROM integrations i WHERE i.id = integration_id), (SELECT e.body FROM events e WHERE e.id = event_id),
	{parent},
	(SELECT w.integrations_revision FROM workspaces w WHERE w.id = workspace_id)`

// claimPostgres takes deliveries of the endpoints $2, each with its room in $3. Rows that another process is claiming are
// locked, and skipped. That does not break the order: in the snapshot of this statement they are still pending, and so
// hold up what comes after them. Arrays and scalar subqueries lead the planner to the keys, whatever it thinks of the
// tables' sizes. The commit does not wait for the disk: a claim that Postgres loses by crashing is made again, and the next
// outcome that is recorded flushes it.
const claimPostgres = `
WITH picked AS MATERIALIZED (
	SELECT x.id FROM unnest($2::text[], $3::bigint[]) AS r (integration_id, room)
	JOIN integrations i ON i.id = r.integration_id AND {open}
	JOIN integration_health h ON h.integration_id = i.id AND {healthy}
	CROSS JOIN LATERAL ({claimable} LIMIT r.room FOR UPDATE OF d SKIP LOCKED) AS x
), moved AS (
	UPDATE deliveries SET state = 'RUNNING', attempts = attempts + 1, lease_owner = $1, lease_until = {now} + {lease}
	WHERE id = ANY (ARRAY(SELECT picked.id FROM picked)) AND (SELECT set_config('synchronous_commit', 'off', true)) = 'off'
	RETURNING id, workspace_id, integration_id, event_id, attempts, tries, stepped_aside, created_at, next_at, lease_until
) SELECT moved.*, (SELECT i.url FROM integrations i WHERE i.id = moved.integration_id),
	(SELECT e.body FROM events e WHERE e.id = moved.event_id),
	{parent},
	(SELECT w.integrations_revision FROM workspaces w WHERE w.id = moved.workspace_id)
FROM moved`

// stillSQL holds for what is due yet when it is locked. It is written so that no index serves it: of the conditions on d only
// the keys may lead to rows.
const stillSQL = `d.state || '' = 'PENDING' AND d.lane || '' = $4 AND d.next_at + 0 <= {now}`

// The windows of byThread.
const (
	windowSQLite = `(
			SELECT w.rowid, w.integration_id, w.thread_id, w.sequence, w.stepped_aside, w.outside FROM deliveries w
			WHERE w.integration_id = {integration} AND w.state = 'PENDING' AND w.lane = $4 AND w.next_at <= {now}
			ORDER BY w.next_at, w.id LIMIT {window}) AS d
		WHERE TRUE`
	windowPostgres = `deliveries d
		WHERE d.id {in}
				SELECT w.id FROM deliveries w
				WHERE w.integration_id = {integration} AND w.state = 'PENDING' AND w.lane = $4 AND w.next_at <= {now}
				ORDER BY w.next_at, w.id LIMIT {window}{/in}
			AND {still}`
)

const (
	// openSQL holds for an integration that gets deliveries, in the order that the claim keeps.
	openSQL = `i.state = 'ENABLED' AND i.deleted_at IS NULL AND i.ordering = '{ordering}'`
	// healthySQL holds for one that needs no lock for a claim.
	healthySQL = `h.breaker = 'CLOSED' AND (h.paused_until IS NULL OR h.paused_until <= {now}) AND i.rate_per_second IS NULL`
	// probeSQL holds for one whose health is locked, unless its breaker is not closed and has let one through already.
	probeSQL = `(h.breaker = 'CLOSED' OR NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.integration_id = i.id AND o.state = 'RUNNING'))`
)
