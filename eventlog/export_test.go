package eventlog

// Assumed says whether the thread is assumed to be as it was, and not locked.
func (t *Thread) Assumed() bool { return t.assumed }
