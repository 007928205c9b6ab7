package dialogue

import (
	"fmt"
	"strings"
	"testing"

	"parley/dialogue/model"
)

func TestHistoryIsOrderedByWhatWasKnown(t *testing.T) {
	user := func(seq int64, text string) entry {
		return entry{sequence: seq, messages: []model.Message{{Role: model.User, Parts: []model.Part{{Text: text}}}}}
	}
	step := func(read int64, number int, text string) entry {
		return entry{sequence: read, rank: 2, number: number, messages: []model.Message{{Role: model.Model, Parts: []model.Part{{Text: text}}}}}
	}
	got := join([]entry{user(2, "one"), user(5, "two, while the model wrote"), step(2, 1, "answer to one"), step(5, 2, "answer to two"),
		user(9, "[operator Ann] hello"), user(8, "three"), user(10, "four"), user(11, "five")})
	var lines []string
	for _, m := range got {
		var texts []string
		for _, p := range m.Parts {
			texts = append(texts, p.Text)
		}
		lines = append(lines, fmt.Sprintf("%s: %s", m.Role, strings.Join(texts, " | ")))
	}
	want := "user: one\nmodel: answer to one\nuser: two, while the model wrote\nmodel: answer to two\nuser: three\nuser: [operator Ann] hello\nuser: four | five"
	if s := strings.Join(lines, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}

func TestALongHistoryLosesItsOldestPart(t *testing.T) {
	var all []entry
	for i := range int64(100) {
		all = append(all, entry{sequence: 2*i + 1, messages: []model.Message{{Role: model.User, Parts: []model.Part{{Text: strings.Repeat("u", 5000)}}}}},
			entry{sequence: 2*i + 1, rank: 2, messages: []model.Message{{Role: model.Model, Parts: []model.Part{{Text: strings.Repeat("m", 5000)}}}}})
	}
	got := join(all)
	if len(got) != 80 && len(got) != 79 {
		t.Errorf("%d messages are left", len(got))
	}
	if got[0].Role != model.User {
		t.Errorf("the history begins with %s", got[0].Role)
	}
}
