package delivery

// The statements of claiming. They run as the system worker "delivery claim". {now} is a scalar subquery, so that
// Postgres reads its clock once and can use the index on next_at; conditions on state are literal, so that both
// databases can use the partial indexes.

// A query outside a transaction begins with SELECT, for storage to send it to the readers.

// runningSQL counts what is being sent. The condition on lease_until leads to the index of leases, which is short.
const runningSQL = `SELECT integration_id, workspace_id, count(*) FROM deliveries
WHERE state = 'RUNNING' AND lease_until > 0 GROUP BY integration_id, workspace_id`

// waitingSQL finds the endpoints that may be sent to and have something due, with how much, counted up to {window}. The
// recursive part hops from one endpoint with pending deliveries to the next in the index, however many each has.
const waitingSQL = `SELECT * FROM (
	SELECT i.id, i.workspace_id, i.ordering, (
		SELECT count(*) FROM (
			SELECT 1 FROM deliveries d
			WHERE d.integration_id = i.id AND d.state = 'PENDING' AND d.next_at <= {now} LIMIT {window}
		) AS few
	) AS due
	FROM (` + pendingEndpoints + `) AS hop JOIN integrations i ON i.id = hop.id
	WHERE i.state = 'ENABLED' AND i.deleted_at IS NULL AND (i.paused_until IS NULL OR i.paused_until <= {now})
) AS waiting WHERE due > 0`

// pendingEndpoints yields the id of every integration with pending deliveries.
const pendingEndpoints = `
	WITH RECURSIVE hop (id) AS (
		SELECT min(integration_id) FROM deliveries WHERE state = 'PENDING'
		UNION ALL
		SELECT (SELECT min(d.integration_id) FROM deliveries d WHERE d.state = 'PENDING' AND d.integration_id > hop.id)
		FROM hop WHERE hop.id IS NOT NULL
	) SELECT id FROM hop WHERE id IS NOT NULL`

// window is how many due deliveries of an endpoint are looked at, oldest first, before its threads are.
const window = 64

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
		WHERE d.integration_id = {integration} AND d.state = 'PENDING' AND d.next_at <= {now} AND (d.stepped_aside OR d.id = (
			SELECT o.id FROM deliveries o
			WHERE o.integration_id = {integration} AND o.state IN ('PENDING', 'RUNNING') AND NOT o.stepped_aside
			ORDER BY o.ordinal, o.id LIMIT 1))
		ORDER BY d.next_at, d.id`,

	byThread: `
		SELECT d.id FROM deliveries d
		WHERE d.id IN (
				SELECT w.id FROM deliveries w
				WHERE w.integration_id = {integration} AND w.state = 'PENDING' AND w.next_at <= {now}
				ORDER BY w.next_at, w.id LIMIT {window})
			AND d.state = 'PENDING' AND d.next_at <= {now}
			AND (d.thread_id IS NULL OR d.stepped_aside OR NOT EXISTS (
				SELECT 1 FROM deliveries o
				WHERE o.integration_id = d.integration_id AND o.thread_id = d.thread_id AND o.sequence < d.sequence
					AND o.state IN ('PENDING', 'RUNNING') AND NOT o.stepped_aside))
		ORDER BY d.next_at, d.id`,

	byHeads: `
		SELECT d.id FROM deliveries d
		WHERE d.id {in}
			WITH RECURSIVE hop (thread_id) AS (
				SELECT min(thread_id) FROM deliveries
				WHERE integration_id = {integration} AND state IN ('PENDING', 'RUNNING')
				UNION ALL
				SELECT (
					SELECT min(n.thread_id) FROM deliveries n
					WHERE n.integration_id = {integration} AND n.state IN ('PENDING', 'RUNNING') AND n.thread_id > hop.thread_id
				) FROM hop WHERE hop.thread_id IS NOT NULL
			) SELECT (
				SELECT o.id FROM deliveries o
				WHERE o.integration_id = {integration} AND o.thread_id = hop.thread_id
					AND o.state IN ('PENDING', 'RUNNING') AND NOT o.stepped_aside
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
