// Package plan answers queries of one family by one statement each, in which the database puts the answer together: no row
// becomes an object of ours, and no field goes through the generic executor.
//
// A plan is compiled once for an operation and a role. Where it does not know a field it says so, and the generic path
// answers; it does the same at any time while a plan runs, so that a plan has no errors of its own: what it cannot answer
// to the letter it leaves alone. Every mention of a table carries the condition on the workspace (row.from).
//
//	p, ok := plan.Compile(operation, viewer.Operator, dialect.Postgres)
//	statement, arguments, err := p.Statement(run)
//	… the one row's columns, through p.Finish
package plan
