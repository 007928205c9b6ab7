package remote

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"parley/dialogue/model"
)

// Results are those that may answer the calls of one message.
type Results []*model.Result

// ResultsAfter finds the results between a message of the agent, the one at a place, and its next one.
func ResultsAfter(messages []model.Message, at int) (found Results) {
	for _, m := range messages[at+1:] {
		if m.Role == model.Model {
			break
		}
		for _, part := range m.Parts {
			if part.Result != nil {
				found = append(found, part.Result)
			}
		}
	}
	return found
}

// Take returns a call's result, which answers no other call; nil if there is none.
func (all Results) Take(c *model.Call) *model.Result {
	for i, r := range all {
		if r != nil && r.CallID == c.ID && (r.Name == "" || r.Name == c.Name) {
			all[i] = nil
			return r
		}
	}
	return nil
}

// NoResult is told of a call without a result: services refuse a call that has no answer.
const NoResult = `{"error":"there is no result of this call"}`

// MentionsError says whether a body is an object that says itself that a call failed.
func MentionsError(body []byte) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal(body, &object) == nil && object["error"] != nil
}

// ShortID names a call that has no id which the service would take: the n-th part of a message at a place, the same in
// each request. Nine letters and digits is the one form that every service takes.
func ShortID(at, n int, c *model.Call) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %s %s", at, n, c.ID, c.Name))
	return base32.StdEncoding.EncodeToString(sum[:])[:9]
}

// dated matches the end of a name that says which release of one model it is: -001, -09-2025, -05-20.
var dated = regexp.MustCompile(`-(\d{3}|\d{2}-\d{4}|\d{2}-\d{2})$`)

// Rerouted says that another model answered than was asked for, as Google does with old names; empty if it did not. Names
// that end in -latest ask for whatever is newest.
func Rerouted(asked, answered string) string {
	if strings.HasSuffix(asked, "-latest") || dated.ReplaceAllString(asked, "") == dated.ReplaceAllString(answered, "") {
		return ""
	}
	return fmt.Sprintf("%s was asked for, and %s answered, at its own price", asked, Clip(answered, 100))
}
