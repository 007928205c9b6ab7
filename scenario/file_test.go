package scenario

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// whole has a line of every kind.
const whole = `# A comment.
agent agent.json
set maxCalls 3
customer {"name":"Ada"}
channel web
metadata {"a":1}
models large small
deliveries contact.* operator.*
answer find 200 {"n":1}
answer find hold 201 sold out
answer find lost

> Hello
| and more
~ < Hi
| there
~+ call find {"q":"x"}
~+ sees /a.b/
~+ misses x
~+ hold
~+ tokens 10 5
~ fail overloaded
~ end blocked
< Hi
|
| there
by large
call find {"q":"..."} ANSWERED 200
call find ... FAILED
tag +interest why
tag -interest
status OPEN
event contact.received {"phone":"/^\\+49/"}
event operator.message ring twice
...
end ANSWERED
delivery contact.received 200 {"contact":{"phone":"1"}}
system [system] text
error THREAD_BUSY

> one
>+ two
@Ann take over
@ close
@ tag +a b
@ tag -a
@Ann say I am Ann
| of the shop
@Ann refuse no
release
wait 10ms
< /any/
< \/any/
< ...`

func TestAFilePrintsBackByteForByte(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"whole": whole, "feed at the end": whole + "\n", "no feed": "> x", "carriage returns": strings.ReplaceAll(whole, "\n", "\r\n"),
		"blanks": "  # indented\n\t\n> x  \n\n\n",
	} {
		f, err := Parse(name, text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := f.String(); got != text {
			t.Errorf("%s: printed back as %q", name, got)
		}
	}
}

func TestWhatCannotBeReadIsSaidWithItsPlace(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"", "f.txt:1: there is no input"},
		{"hello\n> x", `f.txt:1: "hello" is unknown; allowed are settings (agent FILE, set FIELD JSON`},
		{" > x", `f.txt:1: "" is unknown`},
		{"> x\nsay hello", `f.txt:2: "say" is unknown`},
		{"> ", "f.txt:1: a message needs a text"},
		{"| x", "f.txt:1: there is no line before it"},
		{"> x\nend ANSWERED\n| y", "f.txt:3: there is no line before it"},
		{"> x\nagent a.json", "f.txt:2: agent is a setting and must stand before the first input"},
		{"agent\n> x", "f.txt:1: agent needs a value"},
		{"set maxCalls three\n> x", "f.txt:1: set needs the name of a field"},
		{"customer Ada\n> x", "f.txt:1: customer needs a JSON object"},
		{"models a b\n> x", "f.txt:1: models names the models that ~ lines play, and there are none"},
		{"< Hi\n> x", "f.txt:1: nothing can be expected before the first input"},
		{"> x\n< Hi\n>+ y", "f.txt:3: >+ must follow another message"},
		{"> x\n~+ < y", "f.txt:2: ~+ adds to a step of the model, and none began before it"},
		{"> x\n~ sing", `f.txt:2: the model cannot "sing"; it can: < TEXT`},
		{"> x\n~ fail badly", "f.txt:2: fail takes one of [auth quota"},
		{"> x\n~ end well", "f.txt:2: end takes one of [stop length"},
		{"> x\n~ tokens many", "f.txt:2: tokens takes two numbers"},
		{"> x\n~ sees /(/", "f.txt:2: the regular expression cannot be read"},
		{"> x\n@Ann dance", `f.txt:2: @ cannot "dance"; it can: take over`},
		{"> x\nwait long", "f.txt:2: wait takes a time"},
		{"> x\nrelease me", `f.txt:2: release takes nothing behind it, not "me"`},
		{"> x\nanswer find", "f.txt:2: answer needs the name of a function"},
		{"> x\nanswer find 99", "f.txt:2: answer needs the name of a function"},
		{"> x\ncall find", "f.txt:2: call is not complete; write: call NAME JSON STATE [TEXT]"},
		{"> x\ncall find {\"a\":} ANSWERED", "f.txt:2: call: JSON is expected at"},
		{"> x\nstatus OPEN now", `f.txt:2: status has "now" too much; write: status STATUS`},
		{"> x\n< /(/", "f.txt:2: the regular expression cannot be read"},
		{"> x\ndelivery contact.received 200", "f.txt:2: deliveries are looked at only for the types that a setting names"},
		{"hello\nworld\n> x", "f.txt:2: \"world\" is unknown"}, // all of them are said
	} {
		_, err := Parse("f.txt", test.text)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, want %s", test.text, err, test.want)
		}
	}
}

func TestWhatNeedsAServerOfOnesOwnIsSaidWithItsPlace(t *testing.T) {
	t.Parallel()
	f, err := Parse("f.txt", "answer find 200\n> x\n~ < y")
	if err != nil {
		t.Fatal(err)
	}
	err = CheckForServer([]*File{f})
	for _, want := range []string{"f.txt:3: ~ cannot be played with --server", "f.txt:1: answer cannot be played with --server"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestFilesThatAreNotThere(t *testing.T) {
	t.Parallel()
	bad := filepath.Join(t.TempDir(), "bad.txt")
	if err := os.WriteFile(bad, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := ParseFiles([]string{filepath.Join(t.TempDir(), "none.txt"), bad})
	for _, want := range []string{"none.txt", "bad.txt:1: \"nonsense\" is unknown"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// Whatever is read prints back, and facts mean the same when they are read again.
func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add("> x\nevent operator.message \\{no json\nend LIMIT \\/x/")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Parse("f", text)
		if got := file.String(); got != text {
			t.Fatalf("printed back as %q", got)
		}
		if err != nil {
			return
		}
		for _, l := range file.lines {
			if l.kind != expectation {
				continue
			}
			happened := l.fact
			happened.text = strings.TrimPrefix(happened.text, `\`)
			if strings.TrimSpace(happened.text) == "" && l.fact.text != "" || strings.Contains(happened.text, "\r") {
				continue
			}
			again, err := Parse("f", "deliveries *\n> x\n"+strings.Join(happened.lines(), "\n"))
			if err != nil {
				t.Fatalf("%q of %q: %v", happened.lines(), l.raw, err)
			}
			for _, r := range again.lines[2:] {
				if r.kind == expectation && r.fact.verb != anyLines && !happened.matches(r.fact) {
					t.Fatalf("%q does not match itself", happened.lines())
				}
			}
		}
	})
}
