package scripted

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/dialogue/model"
)

var update = flag.Bool("update", false, "rewrite what the agent says in testdata")

// TestTranscripts plays every dialogue of testdata. A file has the sections script, functions, region, instructions
// and dialogue, each under a line "-- name --". In a dialogue
//
//	> is said by the customer
//	+ is said by the customer in the same breath: the agent answers after the last one
//	| is what the agent says, with the rule in brackets
//	! is a call it makes
//	= is the answer to the call above, =! a failure
//	# is a comment
//
// Lines with | and ! are expectations, written again by -update.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			head, dialogue, found := strings.Cut(string(data), "-- dialogue --\n")
			if !found {
				t.Fatal("no section dialogue")
			}
			got := play(t, request(t, head), dialogue)
			if got == dialogue {
				return
			}
			if *update {
				if err := os.WriteFile(name, []byte(head+"-- dialogue --\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("got:\n%s\nwant:\n%s", got, dialogue)
		})
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// today reads the day from instructions such as "Today is 2026-05-04": the transcripts tell the time there.
func today(instructions string) time.Time {
	day := regexp.MustCompile(`Today is (\d{4}-\d{2}-\d{2})`).FindStringSubmatch(instructions)
	if day == nil {
		return time.Time{}
	}
	t, _ := time.Parse(time.DateOnly, day[1])
	return t
}

// request reads the sections before the dialogue.
func request(t *testing.T, head string) model.Request {
	t.Helper()
	var r model.Request
	for _, section := range strings.Split("\n"+head, "\n-- ")[1:] {
		name, body, _ := strings.Cut(section, " --\n")
		body = strings.TrimSpace(body)
		switch name {
		case "script":
			r.Script = json.RawMessage(body)
			if err := Validate(r.Script); err != nil {
				t.Fatal(err)
			}
		case "functions":
			var list []struct {
				Name, Description, Tag string
				Schema                 json.RawMessage
			}
			if err := json.Unmarshal([]byte(body), &list); err != nil {
				t.Fatal(err)
			}
			for _, f := range list {
				r.Functions = append(r.Functions, model.Function{Name: f.Name, Description: f.Description, Tag: f.Tag, Schema: f.Schema})
			}
		case "region":
			r.Region = body
		case "instructions":
			r.System = body
			r.Now = today(body)
		default:
			t.Fatalf("unknown section %q", name)
		}
	}
	return r
}

// play is a small engine: it keeps the history and answers calls as the transcript says.
func play(t *testing.T, r model.Request, dialogue string) string {
	t.Helper()
	var out strings.Builder
	var results []string // of the calls to come, in the order of the transcript
	for _, line := range strings.Split(dialogue, "\n") {
		if strings.HasPrefix(line, "=") {
			results = append(results, line)
		}
	}
	lines := strings.Split(strings.TrimRight(dialogue, "\n"), "\n")
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, "> "), strings.HasPrefix(line, "+ "):
			out.WriteString(line + "\n")
			r.Messages = append(r.Messages, userSays(line[2:]))
			if i+1 < len(lines) && strings.HasPrefix(lines[i+1], "+ ") {
				continue
			}
			turn(t, &r, &results, &out)
		case strings.HasPrefix(line, "|"), strings.HasPrefix(line, "!"), strings.HasPrefix(line, "="):
		default:
			out.WriteString(line + "\n")
		}
	}
	return out.String()
}

func userSays(text string) model.Message {
	return model.Message{Role: model.User, Parts: []model.Part{{Text: text}}}
}

func turn(t *testing.T, r *model.Request, results *[]string, out *strings.Builder) {
	t.Helper()
	for range 20 {
		end := generate(t, *r)
		if len(end.Message.Parts) > 0 {
			r.Messages = append(r.Messages, end.Message)
		}
		answers := model.Message{Role: model.Tool}
		if len(end.Message.Parts) == 0 {
			fmt.Fprintf(out, "| [%s]\n", end.Detail)
		}
		for _, p := range end.Message.Parts {
			if p.Call == nil {
				fmt.Fprintf(out, "| %s [%s]\n", strings.ReplaceAll(p.Text, "\n", "\n| "), end.Detail)
				continue
			}
			fmt.Fprintf(out, "! %s %s\n", p.Call.Name, p.Call.Args)
			line := "= {}"
			if len(*results) > 0 {
				line, *results = (*results)[0], (*results)[1:]
			}
			out.WriteString(line + "\n")
			body, failed := strings.CutPrefix(line[1:], "!")
			answers.Parts = append(answers.Parts, model.Part{Result: &model.Result{CallID: p.Call.ID, Name: p.Call.Name,
				Body: json.RawMessage(strings.TrimSpace(body)), Failed: failed}})
		}
		if len(answers.Parts) == 0 {
			return
		}
		r.Messages = append(r.Messages, answers)
	}
	t.Fatal("the turn does not end")
}

// generate runs one step and checks what holds for each.
func generate(t *testing.T, r model.Request) *model.End {
	t.Helper()
	var said bytes.Buffer
	var end *model.End
	for e, err := range New().Generate(t.Context(), r) {
		if err != nil {
			t.Fatal(err)
		}
		if end != nil {
			t.Fatal("an event after the end")
		}
		said.WriteString(e.Delta)
		end = e.End
	}
	if end == nil {
		t.Fatal("no end")
	}
	if got := textOf(end.Message); got != said.String() {
		t.Fatalf("deltas make %q, the message is %q", said.String(), got)
	}
	if end.Detail == "" || end.Model != Name {
		t.Fatalf("end without detail or model: %+v", end)
	}
	return end
}
