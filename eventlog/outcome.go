package eventlog

import "parley/ent/ms"

// reach keeps when a tag was first put on that is an outcome of a dialogue. Figures are counted from it: the tag itself may be
// taken off again, and events are kept for a while only.
func (t *Thread) reach(tag string) {
	switch tag {
	case "success":
		t.first(&t.Row.SuccessAt)
	case "get_contact":
		t.first(&t.Row.ContactAt)
	case "interest":
		t.first(&t.Row.InterestAt)
	case "operator":
		t.first(&t.Row.OperatorAt)
	case "close":
		t.first(&t.Row.ClosedAt)
	}
}

// first keeps the present moment, unless there is one.
func (t *Thread) first(at **ms.Time) {
	if *at == nil {
		now := t.tx.Now
		*at, t.reached = &now, true
	}
}
