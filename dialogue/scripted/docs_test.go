package scripted

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"parley/dialogue/model"
)

// The example of the documentation is the one that the transcript plays.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	_, block, _ := strings.Cut(readFile(t, "../../docs/scripted.md"), "```json\n")
	block, _, _ = strings.Cut(block, "\n```")
	if got := string(bakery(t).Script); got != block {
		t.Errorf("docs/scripted.md has another script:\n%s", block)
	}
}

func ExampleProvider() {
	request := model.Request{
		Script: []byte(`{
			"slots": [{"name": "day", "type": "date", "question": "For which day?"}],
			"rules": [{"name": "visit", "when": {"any": ["visit"]}, "ask": ["day"], "say": "See you on {{day}}."}]
		}`),
	}
	for _, said := range []string{"I would like to visit you", "on friday"} {
		request.Messages = append(request.Messages, model.Message{Role: model.User, Parts: []model.Part{{Text: said}}})
		for event, err := range New().Generate(context.Background(), request) {
			if err != nil {
				fmt.Println(err)
				return
			}
			fmt.Print(event.Delta)
			if event.End != nil {
				fmt.Printf(" [%s]\n", event.End.Detail)
				request.Messages = append(request.Messages, event.End.Message)
			}
		}
	}
	// Output:
	// For which day? [visit]
	// See you on Friday. [visit]
}
