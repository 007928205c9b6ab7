package scripted

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// fires holds every condition of a rule against the dialogue.
func (d *dialogue) fires(r *rule) (why firing, ok bool) {
	w := &r.when
	if w.model != "" && w.model != d.request.Model ||
		w.first != nil && *w.first == d.spoke ||
		w.after != "" && !d.follows(w.after, w.result != nil) ||
		!d.slotsFit(w) {
		return why, false
	}
	if w.result != nil {
		if why.result = d.wants(w.result); why.result == nil {
			return why, false
		}
	}
	text, news := d.newsFor(r)
	if !news || w.answer != "" && (d.program.answer(text) != w.answer || len(d.changed()) > 0) {
		return why, false
	}
	if !d.program.says(r, words(text), text) {
		return why, false
	}
	why.groups = groupsOf(w, text)
	return why, true
}

// newsFor gives the customer's words that are still open for a rule: it has not acted on them, and no rule has said
// anything to them. A rule that waits for a result sees all of them.
func (d *dialogue) newsFor(r *rule) (text string, news bool) {
	after := -1
	if r.when.result == nil && !r.again {
		if at, done := d.lastDone[r.name]; done {
			after = at
		}
		after = max(after, d.answeredAt())
	}
	var all []string
	for _, t := range d.texts {
		if t.at > after {
			all = append(all, t.text)
		}
	}
	opening := len(d.texts) == 0 && !d.spoke && r.when.first != nil
	return clip(strings.Join(all, "\n")), len(all) > 0 || r.when.result != nil || opening
}

func (d *dialogue) slotsFit(w *when) bool {
	has := func(name string) bool { return d.values[name] != nil }
	changed := d.changed()
	for name, want := range w.is {
		if !same(d.values[name], want) {
			return false
		}
	}
	return !slices.ContainsFunc(w.filled, func(n string) bool { return !has(n) }) &&
		!slices.ContainsFunc(w.missing, has) &&
		(len(w.given) == 0 || slices.ContainsFunc(w.given, func(n string) bool { return d.given[n] != nil })) &&
		(len(w.changed) == 0 || slices.ContainsFunc(w.changed, func(n string) bool { return slices.Contains(changed, n) }))
}

// changed lists the slots to which the customer now gave another value, in order of their names.
func (d *dialogue) changed() (all []string) {
	for _, name := range slices.Sorted(maps.Keys(d.given)) {
		if d.before[name] != nil && d.values[name] != nil {
			all = append(all, name)
		}
	}
	return all
}

func groupsOf(w *when, text string) map[string]any {
	if w.pattern == nil {
		return nil
	}
	m := w.pattern.FindStringSubmatch(text)
	out := map[string]any{}
	for i, name := range w.pattern.SubexpNames() {
		if i < len(m) {
			out[strconv.Itoa(i)] = m[i]
			if name != "" {
				out[name] = m[i]
			}
		}
	}
	return out
}

// follows says whether the agent's last answer came from a rule; mere asides and misses in between do not count.
// Within says whether answers of this very turn count too.
func (d *dialogue) follows(name string, within bool) bool {
	from := d.burst
	if within {
		from = len(d.marks)
	}
	for i := from - 1; i >= 0; i-- {
		k := d.marks[i]
		switch {
		case k.Rule == "":
			continue
		case slices.Contains(k.Acted, name):
			return true
		case k.Aside || k.Rule == fallbackRule || k.Rule == offerRule:
			continue
		case textOf(d.request.Messages[i]) == "":
			if r := d.program.rule(k.Rule); r != nil && !r.when.contextual() {
				continue
			}
		}
		return false
	}
	return false
}
