package geminilegacy

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
	"parley/fakemodel"
)

const (
	signing3 = "gemini-3.8-flash" // refuses calls that come back without their signature
	plain2   = "gemini-2.5-flash-lite"
)

// fake serves a fake of Gemini, strict about histories.
func fake(t *testing.T, o Options) (*fakemodel.Server, *Provider) {
	t.Helper()
	server := fakemodel.New(fakemodel.Options{Strict: true, Key: testKey})
	return server, serve(t, o, server.ServeHTTP)
}

func asks(name, text string) model.Request {
	return model.Request{Model: name, System: "Be brief.", Functions: []model.Function{{Name: "stock"}, {Name: "price"}},
		Messages: []model.Message{{Role: model.User, Parts: []model.Part{{Text: text}}}}}
}

// heard is what one Generate brought.
type heard struct {
	text   string
	events int // all of them, with signs of life
	end    *model.End
	err    *model.Error
}

func generate(t *testing.T, p *Provider, r model.Request) (h heard) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for event, err := range p.Generate(ctx, r) {
		if err != nil {
			h.err = err.(*model.Error) //nolint:errorlint // providers return it as it is
			return h
		}
		h.events++
		h.text += event.Delta
		h.end = event.End
	}
	return h
}

func ends(t *testing.T, p *Provider, r model.Request) heard {
	t.Helper()
	h := generate(t, p, r)
	if h.err != nil {
		t.Fatal(h.err)
	}
	return h
}

func callsOf(end *model.End) (all []*model.Call) {
	for _, part := range end.Message.Parts {
		if part.Call != nil {
			all = append(all, part.Call)
		}
	}
	return all
}

// answered appends an answer and the results of its calls, which are given in reverse.
func answered(r *model.Request, end *model.End) {
	results := model.Message{Role: model.Tool}
	for i, c := range callsOf(end) {
		results.Parts = append(results.Parts, model.Part{Result: &model.Result{CallID: c.ID, Name: c.Name,
			Body: json.RawMessage(fmt.Sprintf(`{"of":%s,"place":%d}`, c.Args, i))}})
	}
	slices.Reverse(results.Parts)
	r.Messages = append(r.Messages, end.Message, results)
}

// throughDatabase is a history that was stored as JSON and read back.
func throughDatabase(t *testing.T, messages []model.Message) (read []model.Message) {
	t.Helper()
	stored, err := json.Marshal(messages)
	if err == nil {
		err = json.Unmarshal(stored, &read)
	}
	if err != nil {
		t.Fatal(err)
	}
	return read
}

const threeSteps = "I look.\ncall stock {\"n\":1}\ncall stock {\"n\":2}\nthen\ncall price {\"n\":3}\ncall stock {\"n\":4}\nthen\n" +
	"call price {\"n\":5}\ncall price {\"n\":6}"

// Known faults: thought signatures and ids of calls are dropped, so that models from Gemini 3 on refuse the second step.
func TestStepsOfParallelCalls(t *testing.T) {
	t.Parallel()
	for _, name := range []string{signing3, plain2, "gemini-3.7-flash"} {
		for _, unary := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/unary=%v", name, unary), func(t *testing.T) {
				t.Parallel()
				server, p := fake(t, Options{Unary: unary})
				r := asks(name, threeSteps)
				for step := range 3 {
					h := ends(t, p, r)
					if len(callsOf(h.end)) != 2 || h.end.Reason != model.Tools || step == 0 != (h.text == "I look.") {
						t.Fatalf("step %d: %+v", step, h)
					}
					answered(&r, h.end)
					r.Messages = throughDatabase(t, r.Messages)
				}
				h := ends(t, p, r)
				if want := "price answered {\"of\":{\"n\":5},\"place\":0}\nprice answered {\"of\":{\"n\":6},\"place\":1}"; h.text != want {
					t.Errorf("the end is %q", h.text)
				}
				all := server.Requests()
				last := string(all[len(all)-1].Body)
				for _, m := range r.Messages {
					for _, part := range m.Parts {
						if part.Call == nil {
							continue
						}
						if !strings.Contains(last, string(part.Wire)) {
							t.Errorf("not replayed byte for byte: %s", part.Wire)
						}
						if id := `"id":"` + part.Call.ID + `"`; strings.Count(last, id) != 2 { // of the call and of its answer
							t.Errorf("%s is %d times in %s", id, strings.Count(last, id), last)
						}
					}
				}
				if rerouted := name == "gemini-3.7-flash"; rerouted && h.end.Model != signing3 || rerouted != (h.end.Warning != "") {
					t.Errorf("%s answered, with the warning %q", h.end.Model, h.end.Warning)
				}
			})
		}
	}
}

// Calls of another provider in the current turn go out with the stand-in; so do this provider's own that an older model made.
func TestStandInForSignatures(t *testing.T) {
	t.Parallel()
	server, p := fake(t, Options{})
	r := asks(signing3, "hello")
	foreign := model.Message{Role: model.Model, Provider: "elsewhere", Parts: []model.Part{
		{Call: &model.Call{ID: "a/b:ü", Name: "stock", Args: json.RawMessage(`{"n":1}`)}, Wire: json.RawMessage(`{"secret":1}`)},
		{Call: &model.Call{ID: "a/b:ü", Name: "stock", Args: json.RawMessage(`[]`)}},
	}}
	results := model.Message{Role: model.Tool, Parts: []model.Part{{Result: &model.Result{CallID: "a/b:ü", Name: "stock", Body: json.RawMessage(`"none"`), Failed: true}}}}
	r.Messages = append(r.Messages, foreign, results)
	if h := ends(t, p, r); h.text != "stock answered {\"error\":\"none\"}\nstock answered {\"error\":\"there is no result of this call\"}" {
		t.Errorf("%q", h.text)
	}
	if body := string(server.Requests()[0].Body); strings.Count(body, standIn) != 1 || strings.Contains(body, "secret") {
		t.Error(body)
	}

	// In an older turn nobody asks for one.
	r.Messages = append(r.Messages, model.Message{Role: model.User, Parts: []model.Part{{Text: "and now?"}}})
	ends(t, p, r)
	if body := string(server.Requests()[1].Body); strings.Contains(body, standIn) {
		t.Error(body)
	}

	// One turn, two models: the older one signs nothing and gets its own bytes back, the newer one gets the stand-in.
	server.Forget()
	r = asks(plain2, "call stock {}\ncall price {}\nthen\ncall price {}")
	h := ends(t, p, r)
	answered(&r, h.end)
	ends(t, p, r)
	r.Model = signing3
	h = ends(t, p, r)
	answered(&r, h.end)
	ends(t, p, r)
	for i, want := range []int{0, 0, 1, 1} {
		if body := string(server.Requests()[i].Body); strings.Count(body, standIn) != want {
			t.Errorf("request %d: %s", i, body)
		}
	}
}

// Text that is signed stays a part of its own and comes back as it came; plain text in a row is one part.
func TestSignedTextComesBack(t *testing.T) {
	t.Parallel()
	for _, unary := range []bool{false, true} {
		server, p := fake(t, Options{Unary: unary})
		signature := []byte{0xfb, 0xef, 0xff, 1}
		server.Push("", fakemodel.Answer{Parts: []fakemodel.Part{{Text: "one "}, {Text: "two "}, {Text: "three", Signature: signature},
			{Signature: signature, SignatureAlone: true}}})
		r := asks(signing3, "hello")
		h := ends(t, p, r)
		if parts := h.end.Message.Parts; h.text != "one two three" || len(parts) < 3 || parts[0].Text != "one two " || parts[0].Wire != nil ||
			string(parts[1].Wire) != `{"text":"three","thoughtSignature":"++//AQ=="}` || string(parts[2].Wire) != `{"thoughtSignature":"++//AQ=="}` {
			t.Errorf("%q %+v", h.text, parts)
		}
		r.Messages = append(throughDatabase(t, append(r.Messages, h.end.Message)), r.Messages[0])
		ends(t, p, r)
		want := `{"text":"one two "},{"text":"three","thoughtSignature":"++//AQ=="},{"thoughtSignature":"++//AQ=="}`
		if body := string(server.Requests()[1].Body); !strings.Contains(body, want) {
			t.Error(body)
		}
	}
}

// Answers of functions stand by themselves behind their calls, whatever the customer wrote meanwhile, and what one side
// said in a row is one content.
func TestContents(t *testing.T) {
	t.Parallel()
	server, p := fake(t, Options{})
	call := func(id string) model.Part { return model.Part{Call: &model.Call{ID: id, Name: "stock"}} }
	text := func(role model.Role, text string) model.Message {
		return model.Message{Role: role, Parts: []model.Part{{Text: text}}}
	}
	r := asks(signing3, "one")
	r.Messages = append(r.Messages, text(model.User, "two"), text(model.Model, "three"),
		model.Message{Role: model.Model, Provider: DefaultName, Parts: []model.Part{{}, call("1"), call("2")}},
		text(model.User, "wait \xff"),
		model.Message{Role: model.Tool, Parts: []model.Part{
			{Result: &model.Result{CallID: "9", Name: "stock", Body: json.RawMessage(`"orphan"`)}},
			{Result: &model.Result{CallID: "2", Name: "stock"}}, {Result: &model.Result{CallID: "1", Name: "stock", Body: json.RawMessage(`not JSON`)}}}},
	)
	ends(t, p, r)
	var body struct {
		Contents []struct {
			Role  string
			Parts []json.RawMessage
		}
	}
	if err := json.Unmarshal(server.Requests()[0].Body, &body); err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, c := range body.Contents {
		got += fmt.Sprintf("%s %s\n", c.Role, c.Parts)
	}
	a, b := remote.ShortID(3, 1, r.Messages[3].Parts[1].Call), remote.ShortID(3, 2, r.Messages[3].Parts[2].Call)
	want := fmt.Sprintf(`user [{"text":"one"} {"text":"two"}]
model [{"text":"three"} {"functionCall":{"id":"%[1]s","name":"stock","args":{}}} {"functionCall":{"id":"%[2]s","name":"stock","args":{}}}]
user [{"functionResponse":{"id":"%[1]s","name":"stock","response":{"result":"not JSON"}}} {"functionResponse":{"id":"%[2]s","name":"stock","response":{}}}]
user [{"text":"wait %[3]s"}]
`, a, b, "\uFFFD")
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
