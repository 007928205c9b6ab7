package dialogue

import "time"

// nextAllowed returns t, or the end of the quiet hours if t lies in them. From and to are HH:MM on the clocks of the zone;
// the span holds from, not to, and may span midnight. The same from and to mean none.
//
// It reads the clock minute by minute, so that nights in which clocks are changed need no rule of their own: an end that
// a clock skips is where it goes on, and an hour that comes twice is quiet twice.
func nextAllowed(t time.Time, zone *time.Location, from, to string) time.Time {
	if from == to {
		return t
	}
	quiet := func(at time.Time) bool {
		now := at.In(zone).Format("15:04")
		if from < to {
			return from <= now && now < to
		}
		return now >= from || now < to
	}
	for quiet(t) {
		t = t.Truncate(time.Minute).Add(time.Minute)
	}
	return t
}
