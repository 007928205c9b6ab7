// Package failpoint names the moments at which a crash would hurt most, so that tests can have one there. In a normal
// build Hit does nothing and costs nothing. A binary built with the tag failpoints kills itself, as kill -9 would, when it
// reaches the point that the environment names:
//
//	go build -tags failpoints -o parley-failpoints .
//	PARLEY_FAILPOINT=call.sent@3 ./parley-failpoints     # dies when it comes to call.sent for the third time
//
// That build also takes PARLEY_LEASE, such as 3s: how soon another process takes over what a dead one held.
package failpoint

// Points are the names that Hit is called with.
var Points = []string{
	"message.stored", // a customer's message is committed, and its sender does not know yet
	"log.commit",     // any verb, before its commit
	"log.committed",  // any verb, after its commit and before anybody is woken
	"turn.claimed",   // a worker has a turn and has not begun
	"turn.begun",
	"turn.asked",     // before the question goes to the model
	"turn.streaming", // the first piece of the answer is there
	"turn.answered",  // the whole answer is there, and not stored
	"step.stored",    // the answer is stored, with its calls and perhaps the end of the turn
	"turn.parked",    // the turn waits for an approval
	"call.approved",  // the approval is committed
	"call.reserved",  // before the call is marked as sent
	"call.sent",      // it is marked, and not yet sent
	"call.answered",  // the answer is there, and not stored
	"call.finished",  // the answer is stored
	"reminder.fired", // a reminder became a message or a turn
}
