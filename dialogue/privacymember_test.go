package dialogue

import (
	"strings"
	"testing"
)

func TestNamesOfMembersOfAnswers(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]bool{
		"answers.iban":                       true,
		"answers.Ausweis-Nr. 1_a:b@c$":       true,
		"answers.имя٣Ⅷ":                      true,
		"answers." + strings.Repeat("é", 64): true,
		"answers." + strings.Repeat("é", 65): false,
		"answers.":                           false,
		"answer.iban":                        false,
		"iban":                               false,
		"answers.a,b":                        false,
		"answers.a\n":                        false,
		"answers.a\xff":                      false,
		"answers.\ufffd":                     false,
		"answers.a/b":                        false,
	} {
		if isAnswerMember(name) != ok {
			t.Errorf("%q: %v", name, !ok)
		}
	}
}
