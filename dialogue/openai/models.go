package openai

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"parley/dialogue/model"
)

const maxModels = 4 << 20 // bytes of the list of models

var _ model.Lister = (*Provider)(nil)

// Models implements model.Lister: the server's models by name, each once. It blocks until the list is read, at most 4 MiB, or ctx
// ends. The error is a *model.Error; servers without such a list make it one of kind Retired. Most servers tell no more than
// names; of the rest, what OpenRouter (context_length, max_completion_tokens), vLLM (max_model_len) and Mistral
// (max_context_length, deprecation) tell is read.
func (p *Provider) Models(ctx context.Context) ([]model.Info, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	res, failure, _ := p.do(ctx, http.MethodGet, "/models", nil)
	if failure != nil {
		return nil, failure
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxModels+1))
	if err != nil {
		return nil, p.broken(ctx, err)
	}
	if len(body) > maxModels {
		return nil, &model.Error{Kind: model.Invalid, Status: res.StatusCode, Err: errors.New("the list of models is too long")}
	}
	var list struct{ Data, Models []listed }
	if json.Unmarshal(body, &list) != nil && json.Unmarshal(body, &list.Data) != nil {
		return nil, &model.Error{Kind: model.Invalid, Status: res.StatusCode, Err: errors.New("the list of models cannot be read")}
	}
	var infos []model.Info
	for _, m := range append(list.Data, list.Models...) {
		if info := m.info(); info.Name != "" {
			infos = append(infos, info)
		}
	}
	slices.SortStableFunc(infos, func(a, b model.Info) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(infos, func(a, b model.Info) bool { return a.Name == b.Name }), nil
}

// listed is a model in a list. Members in which servers differ are read leniently: one of another type counts as absent.
type listed struct {
	ID, Name    string
	Description any `json:"description"`
	Context     any `json:"context_length"`
	MaxContext  any `json:"max_context_length"`
	MaxModelLen any `json:"max_model_len"`
	Top         any `json:"top_provider"`
	Deprecation any `json:"deprecation"`
	Replacement any `json:"deprecation_replacement_model"`
}

func (m listed) info() model.Info {
	info := model.Info{Name: strings.TrimPrefix(cmp.Or(m.ID, m.Name), "models/")}
	if m.ID != "" && m.Name != m.ID {
		info.DisplayName = m.Name
	}
	info.Description, _ = m.Description.(string)
	info.Replacement, _ = m.Replacement.(string)
	for _, n := range []any{m.Context, m.MaxContext, m.MaxModelLen} {
		info.InputTokens = cmp.Or(info.InputTokens, count(n))
	}
	if top, ok := m.Top.(map[string]any); ok {
		info.OutputTokens = count(top["max_completion_tokens"])
	}
	if at, ok := m.Deprecation.(string); ok {
		info.RetiresAt, _ = time.Parse(time.RFC3339, at) // zero for what is no time
	}
	return info
}

// count reads a number of tokens; 0 for what is none.
func count(value any) int64 {
	n, ok := value.(float64)
	if !ok || n < 1 || n > 1<<40 {
		return 0
	}
	return int64(n)
}
