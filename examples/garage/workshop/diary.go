package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
)

// Entry is one line of the diary: a booking, or a courtesy car for one.
type Entry struct {
	Number  string `json:"number"`
	Key     string `json:"key,omitempty"` // the Idempotency-Key it was made with
	Service string `json:"service,omitempty"`
	Date    string `json:"date"`
	Time    string `json:"time,omitempty"`
	Plate   string `json:"plate,omitempty"`
	Name    string `json:"name,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Booking string `json:"booking,omitempty"` // which a courtesy car is for
	Car     string `json:"car,omitempty"`
}

// Diary holds all entries in memory, each on disk before it is confirmed. It is safe for concurrent use.
type Diary struct {
	mu      sync.Mutex // protects everything below
	file    *os.File
	entries []Entry
}

// OpenDiary reads the file, which need not exist. A last line without its end was confirmed to nobody: it is cut off.
func OpenDiary(path string) (*Diary, error) {
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	d := &Diary{}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	for line := range bytes.Lines(whole) {
		var entry Entry
		if err := json.Unmarshal(line, &entry); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", path, len(d.entries)+1, err)
		}
		d.entries = append(d.entries, entry)
	}
	if d.file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
		return nil, err
	}
	return d, d.file.Truncate(int64(len(whole)))
}

// Write makes an entry and returns it once it is on disk. The same key always gets the entry it made first. Otherwise
// make fills in what is new; it is called with all entries there are, and nobody writes meanwhile.
func (d *Diary) Write(key string, make func(all []Entry) (Entry, error)) (Entry, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at := slices.IndexFunc(d.entries, func(e Entry) bool { return key != "" && e.Key == key }); at >= 0 {
		return d.entries[at], nil
	}
	entry, err := make(d.entries)
	if err != nil {
		return Entry{}, err
	}
	entry.Number, entry.Key = fmt.Sprintf("B-%d", 2001+len(d.entries)), key
	line, err := json.Marshal(entry)
	if err != nil {
		return Entry{}, err
	}
	if _, err := d.file.Write(append(line, '\n')); err != nil {
		return Entry{}, err
	}
	if err := d.file.Sync(); err != nil {
		return Entry{}, err
	}
	d.entries = append(d.entries, entry)
	return entry, nil
}

// Free lists the times of a day at which a service is not booked yet.
func (d *Diary) Free(service, date string, open []string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return free(d.entries, service, date, open)
}

func free(all []Entry, service, date string, open []string) []string {
	return slices.DeleteFunc(slices.Clone(open), func(time string) bool {
		return slices.ContainsFunc(all, func(e Entry) bool { return e.Service == service && e.Date == date && e.Time == time })
	})
}

// find returns a booking by its number.
func find(all []Entry, number string) (Entry, bool) {
	at := slices.IndexFunc(all, func(e Entry) bool { return e.Service != "" && strings.EqualFold(e.Number, number) })
	if at < 0 {
		return Entry{}, false
	}
	return all[at], true
}

// Close closes the file.
func (d *Diary) Close() error { return d.file.Close() }
