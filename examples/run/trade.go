package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Trade is all of one example: agent.json, with the longer texts beside it in instructions.md and script.json, and one
// file a dialogue. The objects without a type of their own are inputs of the API, handed on as they are.
type Trade struct {
	Dir  string `json:"-"`
	Name string `json:"-"`

	// Program is the trade's own software, a Go program. It takes --addr and --file, and prints its address first.
	Program struct {
		Folder  string `json:"folder"`
		Records string `json:"records"` // name of the file it keeps, one JSON object a line
	} `json:"program"`
	Operator     string            `json:"operator"` // display name of the person who steps in
	Agent        map[string]any    `json:"agent"`
	Descriptions map[string]string `json:"descriptions"` // of built-in functions, by name, in the trade's own words
	Functions    []map[string]any  `json:"functions"`    // {{shop}} stands for the program's address
	Integrations []Integration     `json:"integrations"` // each at {{receiver}}/its-name

	Dialogues []Dialogue `json:"-"`
}

// Integration is one endpoint of the receiver.
type Integration struct {
	Name       string   `json:"name"`
	EventTypes []string `json:"eventTypes"`
	Ordering   string   `json:"ordering,omitempty"`
}

// Dialogue is a recorded customer.
type Dialogue struct {
	Name     string         `json:"-"` // of the file
	About    string         `json:"about"`
	Customer map[string]any `json:"customer"`
	Channel  string         `json:"channel"`
	Steps    []Step         `json:"steps"`
	Expect   Expectation    `json:"expect"`
}

// Step is something the customer says, or an operator does. The player goes on when the agent has done what follows
// from it.
type Step struct {
	Customer string `json:"customer"`
	Quick    bool   `json:"quick"`   // the next step follows at once
	PauseMs  int    `json:"pauseMs"` // before this step

	Operator string `json:"operator"` // a mutation on the thread, such as takeOver
	Text     string `json:"text"`
	Tag      string `json:"tag"`

	// What follows from this step and from quick ones just before it.
	Reply   []string `json:"reply"`   // each pattern matches some words of the agent
	Silent  bool     `json:"silent"`  // the agent says nothing
	Replies int      `json:"replies"` // how many messages of the agent; 0 leaves it open; not counted with --retry
	End     string   `json:"end"`     // reason why the turn ended
	Parked  bool     `json:"parked"`  // the turn waits for an approval
}

// Expectation is what must be true at the end of a dialogue.
type Expectation struct {
	Status   string         `json:"status"`
	Success  *bool          `json:"success"`
	Tags     []string       `json:"tags"` // exactly these are on
	Contact  map[string]any `json:"contact"`
	Calls    []CallWant     `json:"calls"`
	Webhooks []HookWant     `json:"webhooks"`
	Records  []RecordWant   `json:"records"`
}

// CallWant asks for calls of a function.
type CallWant struct {
	Name      string         `json:"name"`
	Arguments map[string]any `json:"arguments"` // a part of the arguments
	State     string         `json:"state"`     // ANSWERED if empty
	Times     *int           `json:"times"`     // exactly; at least one if missing
}

// HookWant asks for webhooks of a type, at every integration that wants the type.
type HookWant struct {
	Type  string         `json:"type"`
	Data  map[string]any `json:"data"`  // a part of the body's data
	Times *int           `json:"times"` // exactly; at least one if missing
}

// RecordWant asks for lines in the program's file.
type RecordWant struct {
	Match map[string]any `json:"match"`
	Times *int           `json:"times"` // exactly; exactly one if missing
}

// LoadTrade reads the folder. Only dialogues whose name contains only are kept.
func LoadTrade(dir, only string) (*Trade, error) {
	trade := &Trade{Dir: dir, Name: filepath.Base(filepath.Clean(dir))}
	asWritten := strings.NewReplacer()
	if err := readJSON(filepath.Join(dir, "agent.json"), asWritten, trade); err != nil {
		return nil, err
	}
	if trade.Agent == nil {
		return nil, fmt.Errorf("%s: agent.json has no agent", dir)
	}
	instructions, err := os.ReadFile(filepath.Join(dir, "instructions.md"))
	if err != nil {
		return nil, err
	}
	trade.Agent["instructions"] = strings.TrimSpace(string(instructions))
	var script map[string]any
	if err := readJSON(filepath.Join(dir, "script.json"), asWritten, &script); err != nil {
		return nil, err
	}
	trade.Agent["script"] = script

	files, err := filepath.Glob(filepath.Join(dir, "dialogues", "*.json"))
	if err != nil {
		return nil, err
	}
	ahead := days(time.Now())
	for _, file := range files {
		dialogue := Dialogue{Name: strings.TrimSuffix(filepath.Base(file), ".json")}
		if !strings.Contains(dialogue.Name, only) {
			continue
		}
		if err := readJSON(file, ahead, &dialogue); err != nil {
			return nil, err
		}
		if err := dialogue.check(trade.Integrations); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		trade.Dialogues = append(trade.Dialogues, dialogue)
	}
	if len(trade.Dialogues) == 0 {
		return nil, fmt.Errorf("%s/dialogues: no dialogue has %q in its name", dir, only)
	}
	return trade, nil
}

// check finds what would make a recording pass or fail for no reason.
func (d *Dialogue) check(integrations []Integration) error {
	if len(d.Steps) == 0 || len(d.Steps) > maxSteps {
		return fmt.Errorf("%d steps: there must be 1 to %d", len(d.Steps), maxSteps)
	}
	for _, want := range d.Expect.Webhooks {
		if !slices.ContainsFunc(integrations, func(i Integration) bool { return i.wants(want.Type) }) {
			return fmt.Errorf("no integration wants webhooks of type %q", want.Type)
		}
	}
	for i, step := range d.Steps {
		fault := ""
		switch {
		case (step.Customer == "") == (step.Operator == ""):
			fault = "wants exactly one of customer and operator"
		case step.Quick && (len(step.Reply) > 0 || step.Silent || step.Parked || step.End != "" || step.Replies != 0):
			fault = "is quick and waits for nothing: the expectation belongs to the step after it"
		case step.Quick && i == len(d.Steps)-1:
			fault = "is the last and cannot be quick"
		case step.Silent && (len(step.Reply) > 0 || step.Replies != 0):
			fault = "expects words and silence"
		}
		if _, err := patterns(step.Reply); err != nil {
			fault = err.Error()
		}
		if fault != "" {
			return errors.New("step " + strconv.Itoa(i+1) + " " + fault)
		}
	}
	return nil
}

// readJSON reads one value, with words replaced. A field nobody knows is an error: it is most likely a slip.
func readJSON(file string, replace *strings.Replacer, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(strings.NewReader(replace.Replace(string(text))))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
