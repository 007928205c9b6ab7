package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const maxBody = 16 << 10

// NewHandler serves the shop's two paths:
//
//   - GET /slots?postcode=…&date=… answers with an Offer.
//   - POST /orders takes a Wish and answers 201 with the order's number and price. The same Idempotency-Key gets the
//     same answer however often it comes; with another order it is 409.
//
// Faults of the caller are 400 or 422 with {"error": sentence, "field": name}.
func NewHandler(book *Book, now func() time.Time) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /slots", func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		for _, field := range []string{"postcode", "date"} {
			if query.Get(field) == "" {
				refuse(w, http.StatusBadRequest, field, "the "+field+" is missing")
				return
			}
		}
		offer, err := FindOffer(query.Get("postcode"), query.Get("date"), now())
		if err != nil {
			var fault fieldError
			errors.As(err, &fault)
			refuse(w, http.StatusUnprocessableEntity, fault.field, err.Error())
			return
		}
		answer(w, http.StatusOK, offer)
	})
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			refuse(w, http.StatusBadRequest, "", "the order could not be read")
			return
		}
		createOrder(w, book, r.Header.Get("Idempotency-Key"), body, now())
	})
	return mux
}

func createOrder(w http.ResponseWriter, book *Book, key string, body []byte, now time.Time) {
	digest := fmt.Sprintf("%x", sha256.Sum256(body))
	order, found, err := book.Earlier(key, digest)
	if !found && err == nil {
		order, err = readOrder(body, now)
		order.Key, order.Digest = key, digest
		if err == nil {
			order, err = book.Add(order)
		}
	}
	var fault fieldError
	var malformed malformedError
	switch {
	case errors.As(err, &malformed):
		refuse(w, http.StatusBadRequest, "", err.Error())
	case errors.As(err, &fault):
		refuse(w, http.StatusUnprocessableEntity, fault.field, err.Error())
	case errors.Is(err, ErrKeyUsed):
		refuse(w, http.StatusConflict, "", err.Error())
	case err != nil:
		refuse(w, http.StatusInternalServerError, "", "the order could not be written down")
	default:
		answer(w, http.StatusCreated, map[string]string{
			"number":  order.Number,
			"price":   order.Price,
			"summary": fmt.Sprintf("%s for %s on %s, in the %s", order.Wish.Item, order.Wish.Name, order.Day(), order.Wish.Slot),
		})
	}
}

func refuse(w http.ResponseWriter, status int, field, text string) {
	body := map[string]string{"error": text}
	if field != "" {
		body["field"] = field
	}
	answer(w, status, body)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller hung up: nothing is left to tell it
}
