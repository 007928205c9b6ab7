package scenario

import (
	"strings"
	"testing"
)

// happened reads facts as they are written in files.
func happened(t *testing.T, text string) (facts []fact) {
	t.Helper()
	f, err := Parse("happened", "deliveries *\n> x\n"+text)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range f.lines {
		if l.kind == expectation {
			facts = append(facts, l.fact)
		}
	}
	return facts
}

func TestRewrite(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, section, happened, want string }{
		{"as expected", "> x\n< Hi\nend ANSWERED\n\n", "< Hi\nend ANSWERED", "> x\n< Hi\nend ANSWERED\n\n"},
		{"nothing expected", "> x\n~ < Hi\n\n# next", "< Hi\nend ANSWERED", "> x\n~ < Hi\n< Hi\nend ANSWERED\n\n# next"},
		{"nothing happened", "> x\n< Hi\n| you\n# why\nend ANSWERED", "", "> x\n# why"},
		{"another text", "> x\n< Hi\nend ANSWERED", "< Ho\nend ANSWERED", "> x\n< Ho\nend ANSWERED"},
		{"something more", "> x\n< Hi\n# why\nend ANSWERED", "< Hi\ntag +a\nend ANSWERED", "> x\n< Hi\n# why\ntag +a\nend ANSWERED"},
		{"another order", "> x\ntag +a\ntag +b", "tag +b\ntag +a", "> x\ntag +b\ntag +a"},
		{"several lines", "> x\n< Hi\n| you\nend ANSWERED", "< Hi\n| there\nend ANSWERED", "> x\n< Hi\n| there\nend ANSWERED"},
		{"patterns stay", "> x\n< /^H/\ncall f {\"a\":\"...\"} ANSWERED\nend ...", "< Hi\ncall f {\"a\":1} ANSWERED 200\nend ANSWERED",
			"> x\n< /^H/\ncall f {\"a\":\"...\"} ANSWERED\nend ..."},
		{"any lines", "> x\n...\nend ANSWERED", "< Hi\ntag +a\nend ANSWERED", "> x\n...\nend ANSWERED"},
		{"any lines, none", "> x\n...\nend ANSWERED", "end ANSWERED", "> x\n...\nend ANSWERED"},
		{"any lines between", "> x\n< Hi\n...\ntag +a\nend ANSWERED", "< Hi\ntag +b\ntag +a\nstatus OPEN\nend ANSWERED",
			"> x\n< Hi\n...\ntag +a\nstatus OPEN\nend ANSWERED"},
		{"part of a body", "> x\ndelivery a 200 {\"b\":1}", `delivery a 200 {"b":1,"c":2}`, "> x\ndelivery a 200 {\"b\":1}"},
		{"another body", "> x\ndelivery a 200 {\"b\":1}", `delivery a 200 {"b":3,"c":2}`, "> x\ndelivery a 200 {\"b\":3}"},
		{"no body wanted", "> x", `delivery a 200 {"b":3,"c":2}`, "> x\ndelivery a 200"},
		{"texts that look like patterns", "> x", "< \\...\nend LIMIT \\/a/\nevent e \\{x", "> x\n< \\...\nend LIMIT \\/a/\nevent e \\{x"},
		{"JSON is compared as such", "> x\ncall f {\"b\":1.0, \"a\":[1]} ANSWERED", `call f {"a":[1],"b":1} ANSWERED`,
			"> x\ncall f {\"b\":1.0, \"a\":[1]} ANSWERED"},
		{"arguments are compared whole", "> x\ncall f {\"a\":1} ANSWERED", `call f {"a":1,"b":2} ANSWERED`, "> x\ncall f {\"a\":1,\"b\":2} ANSWERED"},
	} {
		f, err := Parse(test.name, "deliveries *\n"+test.section)
		if err != nil {
			t.Fatal(err)
		}
		facts := happened(t, test.happened)
		for i := range facts { // a fact's text stands for itself
			facts[i].text = strings.TrimPrefix(facts[i].text, `\`)
		}
		got := strings.Join(rewrite(f.lines[1:], facts), "\n")
		if got != test.want {
			t.Errorf("%s:\n%s\nwant:\n%s", test.name, got, test.want)
		}
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	before := "# one\nagent a.json\n\n> Hello\n< Hi\nend ANSWERED\n\n> More\n< a\n< b\n< c\n< d\n< e\n< f\nend ANSWERED\n"
	after := strings.NewReplacer("< Hi\n", "< Ho\ntag +x\n", "< e\n", "", "end ANSWERED\n\n", "end ANSWERED\n\n").Replace(before)
	want := `f.txt:5
  agent a.json

  > Hello
- < Hi
+ < Ho
+ tag +x
  end ANSWERED

  > More
f.txt:13
  < b
  < c
  < d
- < e
  < f
  end ANSWERED
`
	if got := difference("f.txt", before, after); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := difference("f.txt", before, before); got != "" {
		t.Errorf("equal texts differ: %s", got)
	}
	if got := difference("f.txt", "> x", "> x\n< a"); got != "f.txt:2\n  > x\n+ < a\n" {
		t.Errorf("a line more at the end:\n%s", got)
	}
}

func TestVolatileThingsGetStableNames(t *testing.T) {
	t.Parallel()
	n := newNames("http://127.0.0.1:8080", "http://127.0.0.1:9090")
	got := n.text("cal_01hzy3k7v5q0c8x2m4n6p8r9sa at 2026-11-23T09:30:00.000Z for thr_01hzy3k7v5q0c8x2m4n6p8r9sa, " +
		"cal_01hzy3k7v5q0c8x2m4n6p8r9sb, cal_01hzy3k7v5q0c8x2m4n6p8r9sa; http://127.0.0.1:9090/find, 127.0.0.1:8080\r\n.")
	want := "$call1 at $time for $thread1, $call2, $call1; $receiver/find, $server\n."
	if got != want {
		t.Errorf("got %s", got)
	}
}

func TestAtRest(t *testing.T) {
	t.Parallel()
	calls := func(states ...string) (all []call) {
		for _, s := range states {
			all = append(all, call{State: s})
		}
		return all
	}
	for _, test := range []struct {
		name  string
		turns []turn
		held  int
		want  bool
	}{
		{"nothing", nil, 0, true},
		{"ended", []turn{{State: "ENDED"}}, 0, true},
		{"due", []turn{{State: "DUE"}, {State: "ENDED"}}, 0, false},
		{"due while another is held", []turn{{State: "DUE"}}, 1, false},
		{"running", []turn{{State: "RUNNING"}}, 0, false},
		{"held", []turn{{State: "RUNNING"}}, 1, true},
		{"parked", []turn{{State: "PARKED", Calls: calls("AWAITING_APPROVAL")}}, 0, true},
		{"call on its way", []turn{{State: "ENDED", Calls: calls("SENT")}}, 0, false},
		{"held call", []turn{{State: "ENDED", Calls: calls("SENT")}}, 1, true},
		{"one of two is held", []turn{{State: "RUNNING", Calls: calls("SENT", "SENT")}}, 1, false},
		{"one is held, one about to be sent", []turn{{State: "RUNNING", Calls: calls("SENT", "RESERVED")}}, 1, false},
	} {
		if got, _ := atRest(test.turns, test.held); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}
