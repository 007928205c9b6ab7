package delivery

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDefaultSchedule(t *testing.T) {
	t.Parallel()
	for failed, want := range []time.Duration{
		0, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
		2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 18 * time.Hour, 24 * time.Hour,
	} {
		for _, c := range []struct{ r, factor float64 }{{0, 0.85}, {0.5, 1}, {0.999999, 1.15}} {
			got, ok := DefaultSchedule.Next(failed, c.r)
			if exact := float64(want) * c.factor; !ok || float64(got) < exact*0.9999-1 || float64(got) > exact*1.0001+1 {
				t.Errorf("after %d failures, r %v: %s, %t; want about %s", failed, c.r, got, ok, time.Duration(exact))
			}
		}
	}
	for _, failed := range []int{-1, 12, 13} {
		if wait, ok := DefaultSchedule.Next(failed, 0.5); ok {
			t.Errorf("after %d failures: %s, want the tries spent", failed, wait)
		}
	}
	if _, ok := (Schedule{}).Next(0, 0); ok {
		t.Error("an empty schedule has a try")
	}
}

func TestSchedulesAreReadOrRefused(t *testing.T) {
	t.Parallel()
	got, err := ParseSchedule(" 5s,2m , 168h")
	if want := (Schedule{0, 5 * time.Second, 2 * time.Minute, 168 * time.Hour}); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	if got, err := ParseSchedule(" "); got != nil || err != nil {
		t.Errorf("nothing is %v, %v", got, err)
	}
	for _, text := range []string{"soon", "5", "-1s", "169h", "5s,,1m", strings.Repeat("1s,", 50) + "1s"} {
		if got, err := ParseSchedule(text); err == nil {
			t.Errorf("%.20q is %v", text, got)
		}
	}
}
