package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A Thursday.
func thursday() time.Time { return time.Date(2026, time.December, 3, 10, 0, 0, 0, time.UTC) }

func open(t *testing.T, path string) http.Handler {
	t.Helper()
	diary, err := OpenDiary(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { diary.Close() })
	return NewHandler(diary, thursday)
}

func do(handler http.Handler, method, target, key, body string) (int, string) {
	request := httptest.NewRequest(method, target, strings.NewReader(body))
	request.Header.Set("Idempotency-Key", key)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}

func TestAppointments(t *testing.T) {
	t.Parallel()
	handler := open(t, filepath.Join(t.TempDir(), "diary.jsonl"))
	for _, test := range []struct {
		service, date string
		status        int
		want          string
	}{
		{"Oil+Change", "tomorrow", 200, `"day":"Friday 4 December","price":"€95"`},
		{"oil+change", "saturday", 200, `"summary":"08:30, 10:30"`},
		{"oil+change", "24+december", 200, `"date":"2026-12-24"`},
		{"oil+change", "2026-12-10", 200, `"day":"Thursday 10 December"`},
		{"oil+change", "thursday", 200, `"date":"2026-12-10"`},
		{"oil+change", "sunday", 422, `closed on Sundays`},
		{"oil+change", "2026-12-03", 422, `today is full`},
		{"oil+change", "2026-12-01", 422, `"field":"date"`},
		{"oil+change", "soon", 422, `"field":"date"`},
		{"wash", "tomorrow", 422, `"field":"service"`},
	} {
		status, body := do(handler, http.MethodGet, "/appointments?service="+test.service+"&date="+test.date, "", "")
		if status != test.status || !strings.Contains(body, test.want) {
			t.Errorf("%s, %s: %d %s; want %d %s", test.service, test.date, status, body, test.status, test.want)
		}
	}
}

func TestBookings(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "diary.jsonl")
	handler := open(t, path)
	const booking = `{"service":"oil change","date":"2026-12-04","time":"10:30","plate":"191-d-12345","name":"Aoife","phone":"+35312345678"}`
	for _, step := range []struct {
		name, path, key, body string
		status                int
		want                  string
	}{
		{"new", "/bookings", "k1", booking, 201, `"number":"B-2001"`},
		{"repeated", "/bookings", "k1", booking, 201, `"number":"B-2001"`},
		{"taken", "/bookings", "k2", booking, 409, `10:30 is taken; still free: 08:30, 13:30, 15:30`},
		{"another bay", "/bookings", "k2", strings.Replace(booking, "oil change", "tyre change", 1), 201, `"number":"B-2002"`},
		{"no such time", "/bookings", "k3", strings.Replace(booking, "10:30", "11:00", 1), 422, `"field":"time"`},
		{"no plate", "/bookings", "k3", strings.Replace(booking, "191-d-12345", "", 1), 422, `"field":"plate"`},
		{"no name", "/bookings", "k3", strings.Replace(booking, "Aoife", "", 1), 422, `"field":"name"`},
		{"no JSON", "/bookings", "k3", `book me in`, 422, `no JSON object`},
		{"car", "/courtesy-cars", "c1", `{"booking":"b-2001"}`, 201, `Fiat`},
		{"same car", "/courtesy-cars", "c1", `{"booking":"B-2001"}`, 201, `Fiat`},
		{"other car", "/courtesy-cars", "c2", `{"booking":"B-2002"}`, 201, `Toyota`},
		{"no car", "/courtesy-cars", "c3", `{"booking":"B-2002"}`, 409, `are out on Friday 4 December`},
		{"no booking", "/courtesy-cars", "c4", `{"booking":"B-2003"}`, 422, `no booking`}, // that is a car
	} {
		if status, body := do(handler, http.MethodPost, step.path, step.key, step.body); status != step.status || !strings.Contains(body, step.want) {
			t.Errorf("%s: %d %s; want %d %s", step.name, status, body, step.status, step.want)
		}
	}

	again := open(t, path) // after a restart
	if status, body := do(again, http.MethodPost, "/bookings", "k1", booking); status != 201 || !strings.Contains(body, "B-2001") {
		t.Errorf("after a restart the key made another booking: %d %s", status, body)
	}
	status, body := do(again, http.MethodGet, "/appointments?service=oil+change&date=tomorrow", "", "")
	if status != 200 || !strings.Contains(body, `"times":["08:30","13:30","15:30"]`) {
		t.Errorf("after a restart: %d %s", status, body)
	}
}
