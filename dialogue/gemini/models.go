package gemini

import (
	"cmp"
	"context"
	"slices"

	"google.golang.org/genai"

	"parley/dialogue/model"
)

const (
	modelsPage = 1000 // as many as the API gives at once
	maxPages   = 10   // of the list of models
)

// Models implements model.Lister: the models that can answer, as the API describes them, each once. When they end and
// what to use then is what Google has announced. It blocks until the list is read, at most 10 pages of 4 MiB, or ctx ends.
func (p *Provider) Models(ctx context.Context) ([]model.Info, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all []model.Info
	x := &exchange{}
	ask := &genai.ListModelsConfig{PageSize: modelsPage}
	for range maxPages {
		page, err, _ := read(func() (genai.Page[genai.Model], error, bool) {
			page, err := p.client.Models.List(newContext(ctx, x), ask)
			return page, err, true
		})
		if err != nil {
			return nil, p.failed(ctx, x, err)
		}
		for _, m := range page.Items {
			if m != nil && slices.Contains(m.SupportedActions, "generateContent") {
				all = append(all, infoOf(m))
			}
		}
		if ask.PageToken = page.NextPageToken; ask.PageToken == "" {
			break
		}
	}
	slices.SortFunc(all, func(a, b model.Info) int { return cmp.Compare(a.Name, b.Name) })
	return slices.CompactFunc(all, func(a, b model.Info) bool { return a.Name == b.Name }), nil
}

func infoOf(m *genai.Model) model.Info {
	name := bare(m.Name)
	end := retirements[name]
	return model.Info{
		Name: name, DisplayName: m.DisplayName, Description: m.Description, Thinking: m.Thinking,
		InputTokens: int64(m.InputTokenLimit), OutputTokens: int64(m.OutputTokenLimit),
		RetiresAt: end.at, Replacement: end.replacement,
	}
}
