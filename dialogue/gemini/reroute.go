package gemini

import (
	"fmt"
	"strings"
	"time"

	"google.golang.org/genai"

	"parley/dialogue/model/remote"
)

// warning tells what people should know of the model that answered: that it is not the one they asked for, or that it will
// be switched off. It is empty if there is nothing to tell.
func warning(asked, answered string, status *genai.ModelStatus) string {
	var told []string
	if other := remote.Rerouted(asked, answered); other != "" {
		told = append(told, other)
	}
	if status != nil {
		switch {
		case !status.RetirementTime.IsZero():
			told = append(told, fmt.Sprintf("%s will be switched off on %s", asked, status.RetirementTime.UTC().Format(time.DateOnly)))
		case status.ModelStage == genai.ModelStageDeprecated || status.ModelStage == genai.ModelStageRetired:
			told = append(told, fmt.Sprintf("%s is %s", asked, strings.ToLower(string(status.ModelStage))))
		}
		if replacement := retirements[asked].replacement; len(told) > 0 && replacement != "" && replacement != answered {
			told = append(told, "use "+replacement)
		}
	}
	return strings.Join(told, "; ")
}

// retirement is the end of a model: from then on its name is answered by the replacement, or by nobody.
type retirement struct {
	at          time.Time
	replacement string
}

// retirements are those that Google has announced for models that it still lists, as of November 2026. The list of models
// does not tell them.
var retirements = map[string]retirement{
	"gemini-2.5-pro":        {day(2026, time.December, 1), "gemini-3.8-flash"},
	"gemini-2.5-flash":      {day(2026, time.December, 1), "gemini-3.5-flash-lite"},
	"gemini-3.5-flash":      {day(2026, time.October, 8), "gemini-3.6-flash"},
	"gemini-3.7-flash":      {day(2026, time.October, 8), "gemini-3.8-flash"},
	"gemini-3.1-flash-lite": {day(2027, time.May, 7), ""},
}

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
