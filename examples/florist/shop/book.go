package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// Order is one line of the orders' file.
type Order struct {
	Number  string    `json:"number"`
	Created time.Time `json:"created"`
	Key     string    `json:"key,omitempty"`    // the Idempotency-Key it came with
	Digest  string    `json:"digest,omitempty"` // of the request, to tell a repetition from a mistake
	Price   string    `json:"price"`
	Wish    Wish      `json:"order"`
}

// Day is the day of delivery as people say it.
func (o Order) Day() string {
	day, err := time.Parse(time.DateOnly, o.Wish.Date)
	if err != nil {
		return o.Wish.Date
	}
	return day.Format("Monday 2 January")
}

// ErrKeyUsed says that an Idempotency-Key came back with another order.
var ErrKeyUsed = errors.New("this Idempotency-Key belongs to another order")

// Book holds the orders: all in memory, each on disk before it is confirmed. It is safe for concurrent use.
type Book struct {
	mu    sync.Mutex // protects everything below
	file  *os.File
	count int
	byKey map[string]Order
}

// OpenBook reads the orders in the file, which need not exist. A last line without its end was never confirmed to
// anybody, and is cut off.
func OpenBook(path string) (*Book, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	book := &Book{file: file, byKey: map[string]Order{}}
	if err := book.load(path); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return book, nil
}

func (b *Book) load(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	for number, line := range bytes.Split(bytes.TrimSuffix(whole, []byte("\n")), []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var order Order
		if err := json.Unmarshal(line, &order); err != nil {
			return fmt.Errorf("%s, line %d: %w", path, number+1, err)
		}
		b.remember(order)
	}
	return b.file.Truncate(int64(len(whole)))
}

// remember must be called with mu held, or before the book is shared.
func (b *Book) remember(order Order) {
	b.count++
	if order.Key != "" {
		b.byKey[order.Key] = order
	}
}

// Earlier returns the order that the key made, if it made one, or ErrKeyUsed if its request was a different one. An
// empty key never made any.
func (b *Book) Earlier(key, digest string) (order Order, found bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.earlier(key, digest)
}

// earlier must be called with mu held.
func (b *Book) earlier(key, digest string) (Order, bool, error) {
	order, found := b.byKey[key]
	if found && order.Digest != digest {
		return Order{}, false, ErrKeyUsed
	}
	return order, found, nil
}

// Add gives the order its number and returns it once it is on disk. If its key made an order meanwhile, that one is
// returned, or ErrKeyUsed as from Earlier.
func (b *Book) Add(order Order) (Order, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if earlier, found, err := b.earlier(order.Key, order.Digest); found || err != nil {
		return earlier, err
	}
	order.Number = fmt.Sprintf("W-%d", 1001+b.count)
	line, err := json.Marshal(order)
	if err != nil {
		return Order{}, err
	}
	if _, err := b.file.Write(append(line, '\n')); err != nil {
		return Order{}, err
	}
	if err := b.file.Sync(); err != nil {
		return Order{}, err
	}
	b.remember(order)
	return order, nil
}

// Close closes the file. Orders that were confirmed are in it.
func (b *Book) Close() error { return b.file.Close() }
