package delivery

// The statements of claiming. They run as the system worker "delivery claim". {now} is a scalar subquery, so that
// Postgres reads its clock once and can use the index on next_at; conditions on state are literal, so that both
// databases can use the partial indexes.

// A query outside a transaction begins with SELECT, for storage to send it to the readers.

// runningSQL finds what is being sent. The condition on lease_until leads to the index of leases, which is short; with a
// GROUP BY SQLite would rather read the whole table.
const runningSQL = `SELECT integration_id, workspace_id FROM deliveries WHERE state = 'RUNNING' AND lease_until > 0`

// waitingSQL finds the endpoints that may be sent to and have deliveries pending, with how many are due, counted up to
// {window}. The recursive part hops from one endpoint to the next in the index, however many deliveries each has.
const waitingSQL = `SELECT i.id, i.workspace_id, i.ordering, h.consecutive_failures, (
	SELECT count(*) FROM (
		SELECT 1 FROM deliveries d
		WHERE d.integration_id = i.id AND d.state = 'PENDING' AND d.next_at <= {now} LIMIT {window}
	) AS few
)
FROM (` + pendingEndpoints + `) AS hop JOIN integrations i ON i.id = hop.id JOIN integration_health h ON h.integration_id = i.id
WHERE i.state = 'ENABLED' AND i.deleted_at IS NULL AND (h.paused_until IS NULL OR h.paused_until <= {now})`

// pendingEndpoints yields the id of every integration with pending deliveries.
const pendingEndpoints = `
	WITH RECURSIVE hop (id) AS (
		SELECT min(integration_id) FROM deliveries WHERE state = 'PENDING'
		UNION ALL
		SELECT (SELECT min(d.integration_id) FROM deliveries d WHERE d.state = 'PENDING' AND d.integration_id > hop.id)
		FROM hop WHERE hop.id IS NOT NULL
	) SELECT id FROM hop WHERE id IS NOT NULL`

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

// claimableSQL selects, for each way, the deliveries d of endpoint {integration} that can be claimed, in the order in
// which they should be. {in} is IN ( but for Postgres an array, which keeps its planner from reading every pending row.
var claimableSQL = map[way]string{
	anyOrder: `
		SELECT d.id FROM deliveries d
		WHERE d.integration_id = {integration} AND d.state = 'PENDING' AND d.next_at <= {now}
		ORDER BY d.next_at, d.id`,

	fifo: `
		SELECT d.id FROM deliveries d
		WHERE d.id {in}
			SELECT head.id FROM (
				SELECT o.id FROM deliveries o
				WHERE o.integration_id = {integration} AND o.state IN ('PENDING', 'RUNNING') AND NOT o.stepped_aside AND NOT o.outside
				ORDER BY o.ordinal, o.id LIMIT 1) AS head
			UNION ALL
			SELECT aside.id FROM (
				SELECT w.id, w.stepped_aside OR w.outside AS free FROM deliveries w
				WHERE w.integration_id = {integration} AND w.state = 'PENDING' AND w.next_at <= {now}
				ORDER BY w.next_at, w.id LIMIT {window}) AS aside
			WHERE aside.free
		{/in} AND d.state = 'PENDING' AND d.next_at <= {now}
		ORDER BY d.next_at, d.id`,

	byThread: `
		SELECT d.id FROM deliveries d
		WHERE d.id IN (
				SELECT w.id FROM deliveries w
				WHERE w.integration_id = {integration} AND w.state = 'PENDING' AND w.next_at <= {now}
				ORDER BY w.next_at, w.id LIMIT {window})
			AND d.state = 'PENDING' AND d.next_at <= {now}
			AND (d.thread_id IS NULL OR d.stepped_aside OR d.outside OR NOT EXISTS (
				SELECT 1 FROM deliveries o
				WHERE o.integration_id = d.integration_id AND o.thread_id = d.thread_id AND o.sequence < d.sequence
					AND o.state IN ('PENDING', 'RUNNING') AND NOT o.stepped_aside AND NOT o.outside))
		ORDER BY d.next_at, d.id`,

	byHeads: `
		SELECT d.id FROM deliveries d
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
		{/in} AND d.state = 'PENDING' AND d.next_at <= {now}
		ORDER BY d.next_at, d.id`,
}

const take = `
UPDATE deliveries SET state = 'RUNNING', attempts = attempts + 1, lease_owner = $1, lease_until = {now} + {lease}`

const taken = `
RETURNING deliveries.id, deliveries.workspace_id, deliveries.integration_id, deliveries.event_id, deliveries.attempts,
	deliveries.tries, deliveries.stepped_aside, deliveries.created_at, deliveries.next_at, deliveries.lease_until`

// claimSQLite takes $3 deliveries of integration $2. The one writer needs no locks.
const claimSQLite = take + `
WHERE id IN ({claimable} LIMIT $3)
	AND EXISTS (SELECT 1 FROM integrations i WHERE i.id = $2 AND i.state = 'ENABLED' AND i.deleted_at IS NULL)` + taken

// claimPostgres takes deliveries of many endpoints, each with its room. Rows that another process is claiming are
// locked, and skipped. That does not break the order: in the snapshot of this statement they are still pending, and so
// hold up what comes after them.
const claimPostgres = `
WITH picked AS MATERIALIZED (
	SELECT x.id FROM (VALUES {rooms}) AS r (integration_id, room)
	JOIN integrations i ON i.id = r.integration_id AND i.state = 'ENABLED' AND i.deleted_at IS NULL
	CROSS JOIN LATERAL ({claimable} LIMIT r.room FOR UPDATE OF d SKIP LOCKED) AS x
)` + take + `
FROM picked WHERE deliveries.id = picked.id` + taken
