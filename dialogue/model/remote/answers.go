package remote

import "parley/dialogue/model"

// Instructed is the system text for a vendor that cannot hold this request's answer to its schema: the schema stands at
// its end. Where the vendor takes a schema, the text must not repeat it: that makes answers worse.
func Instructed(r *model.Request) string {
	if len(r.AnswerSchema) == 0 {
		return r.System
	}
	text := "The JSON Schema of your answers:\n" + string(r.AnswerSchema)
	if r.System == "" {
		return text
	}
	return r.System + "\n\n" + text
}
