package scripted

import (
	"strings"
	"testing"

	"parley/dialogue/model"
)

func BenchmarkStep(b *testing.B) {
	for name, said := range map[string]string{
		"short": "no, make it 24 people on Friday instead",
		"long":  strings.Repeat("12 people or 13 on 5 May at 10:30, 030 1234567? a@b.de ", 100),
		"digit": strings.Repeat("1 ", 5000),
	} {
		for _, turns := range []int{1, 100} {
			b.Run(name+"/"+map[int]string{1: "first", 100: "hundredth"}[turns], func(b *testing.B) {
				p, problems := compile([]byte(shop))
				if problems != nil {
					b.Fatal(problems)
				}
				_ = p
				r := model.Request{Script: []byte(shop), Region: "DE"}
				for range turns {
					r.Messages = append(r.Messages, userSays(said), model.Message{Role: model.Model, Parts: []model.Part{{Text: "Which day?"}}})
				}
				r.Messages = append(r.Messages, userSays(said))
				for b.Loop() {
					for range New().Generate(b.Context(), r) {
					}
				}
			})
		}
	}
}
