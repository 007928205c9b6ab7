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

	"parley/dialogue/model"
)

const maxModels = 4 << 20 // bytes of the list of models

// Models lists the names of the server's models, sorted. It blocks until the list is read, at most 4 MiB, or ctx ends. The error is
// a *model.Error; servers without such a list make it one of kind Retired.
func (p *Provider) Models(ctx context.Context) ([]string, error) {
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
	type entry struct{ ID, Name string }
	var list struct{ Data, Models []entry }
	if json.Unmarshal(body, &list) != nil && json.Unmarshal(body, &list.Data) != nil {
		return nil, &model.Error{Kind: model.Invalid, Status: res.StatusCode, Err: errors.New("the list of models cannot be read")}
	}
	var names []string
	for _, m := range append(list.Data, list.Models...) {
		if name := strings.TrimPrefix(cmp.Or(m.ID, m.Name), "models/"); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
