package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

const maxBody = 16 << 10

var cars = []string{"red Fiat Panda", "white Toyota Yaris"}

// NewHandler serves the garage's three paths:
//
//   - GET /appointments?service=…&date=… says when the service is free on a day, and its price.
//   - POST /bookings books one of those times.
//   - POST /courtesy-cars lends a car for the day of a booking.
//
// Posts answer 201, and the same Idempotency-Key gets the same answer. Faults of the caller are 422, a time that
// somebody else has taken is 409, both with {"error": sentence, "field": name}.
func NewHandler(diary *Diary, now func() time.Time) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /appointments", func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		service, day, open, err := plan(query.Get("service"), query.Get("date"), now())
		if err != nil {
			refuse(w, err)
			return
		}
		date := day.Format(time.DateOnly)
		times := diary.Free(service, date, open)
		answer(w, http.StatusOK, map[string]any{
			"service": service, "date": date, "day": sayDay(date), "price": fmt.Sprintf("€%d", prices[service]),
			"times": times, "summary": cmp.Or(strings.Join(times, ", "), "no time"),
		})
	})
	mux.HandleFunc("POST /bookings", func(w http.ResponseWriter, r *http.Request) {
		write(w, r, diary, func(asked Entry, all []Entry) (Entry, error) { return book(asked, all, now()) })
	})
	mux.HandleFunc("POST /courtesy-cars", func(w http.ResponseWriter, r *http.Request) { write(w, r, diary, lend) })
	return mux
}

// plan checks a service and a day.
func plan(service, date string, now time.Time) (name string, day time.Time, open []string, err error) {
	service = strings.ToLower(strings.TrimSpace(service))
	if prices[service] == 0 {
		return "", day, nil, fault{"service", fmt.Sprintf("we do not offer %q", service)}
	}
	if day, err = readDay(date, now); err != nil {
		return "", day, nil, err
	}
	if open = openOn(day); len(open) == 0 {
		return "", day, nil, fault{"date", "we are closed on Sundays"}
	}
	return service, day, open, nil
}

// book checks a booking against the opening times and the bookings there are.
func book(asked Entry, all []Entry, now time.Time) (Entry, error) {
	service, day, open, err := plan(asked.Service, asked.Date, now)
	if err != nil {
		return Entry{}, err
	}
	date := day.Format(time.DateOnly)
	switch {
	case !slices.Contains(open, asked.Time):
		return Entry{}, fault{"time", "we begin at " + strings.Join(open, ", ")}
	case asked.Plate == "":
		return Entry{}, fault{"plate", "the number plate is missing"}
	case asked.Name == "" || asked.Phone == "":
		return Entry{}, fault{"name", "we need a name and a phone number"}
	}
	if left := free(all, service, date, open); !slices.Contains(left, asked.Time) {
		return Entry{}, takenError(fmt.Sprintf("%s is taken; still free: %s", asked.Time, strings.Join(left, ", ")))
	}
	return Entry{
		Service: service, Date: date, Time: asked.Time,
		Plate: strings.ToUpper(strings.ReplaceAll(asked.Plate, " ", "-")), Name: asked.Name, Phone: asked.Phone,
	}, nil
}

// lend finds a car that is in the yard on the day of the booking.
func lend(asked Entry, all []Entry) (Entry, error) {
	booking, found := find(all, asked.Booking)
	if !found {
		return Entry{}, fault{"booking", fmt.Sprintf("there is no booking %q", asked.Booking)}
	}
	for _, car := range cars {
		if !slices.ContainsFunc(all, func(e Entry) bool { return e.Car == car && e.Date == booking.Date }) {
			return Entry{Date: booking.Date, Name: booking.Name, Booking: booking.Number, Car: car}, nil
		}
	}
	return Entry{}, takenError("all courtesy cars are out on " + sayDay(booking.Date))
}

// takenError says that somebody else was first.
type takenError string

func (e takenError) Error() string { return string(e) }

func write(w http.ResponseWriter, r *http.Request, diary *Diary, make func(asked Entry, all []Entry) (Entry, error)) {
	var asked Entry
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&asked); err != nil {
		refuse(w, fault{"", "this is no JSON object: " + err.Error()})
		return
	}
	entry, err := diary.Write(r.Header.Get("Idempotency-Key"), func(all []Entry) (Entry, error) { return make(asked, all) })
	if err != nil {
		refuse(w, err)
		return
	}
	answer(w, http.StatusCreated, map[string]string{
		"number": entry.Number, "service": entry.Service, "day": sayDay(entry.Date), "time": entry.Time, "plate": entry.Plate, "car": entry.Car,
	})
}

func sayDay(date string) string {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return day.Format("Monday 2 January")
}

func refuse(w http.ResponseWriter, err error) {
	var mend fault
	var taken takenError
	switch {
	case errors.As(err, &mend):
		answer(w, http.StatusUnprocessableEntity, map[string]string{"error": mend.text, "field": mend.field})
	case errors.As(err, &taken):
		answer(w, http.StatusConflict, map[string]string{"error": err.Error(), "field": "time"})
	default:
		answer(w, http.StatusInternalServerError, map[string]string{"error": "the diary could not be written"})
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller hung up: nothing is left to tell it
}
