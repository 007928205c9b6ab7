package graph

import (
	"context"

	"parley/dialogue"
	"parley/ent"
	"parley/ent/viewer"
	"parley/ent/workspace"
	"parley/graph/gql"
)

// privacyOf is what a workspace does with the data of people, for those who may see settings.
func privacyOf(ctx context.Context, w *ent.Workspace) *gql.Privacy {
	if !hasRole(ctx, viewer.Admin, viewer.Operator, viewer.Integrator) {
		return nil
	}
	p := &gql.Privacy{HiddenFromModels: dialogue.HiddenFromModels(w)}
	if w.EraseAfterDays > 0 {
		p.EraseThreadsAfterDays = &w.EraseAfterDays
	}
	if p.HiddenFromModels == nil {
		p.HiddenFromModels = []string{}
	}
	return p
}

// updatePrivacy answers `updatePrivacy`.
func (r *Resolver) updatePrivacy(ctx context.Context, in gql.UpdatePrivacyInput) (*gql.WorkspacePayload, error) {
	change := dialogue.PrivacyInput{}
	if in.HiddenFromModels != nil {
		change.HiddenFromModels = &in.HiddenFromModels
	}
	if days, given := in.EraseThreadsAfterDays.ValueOK(); given {
		change.EraseThreadsAfterDays = new(int)
		if days != nil {
			if *change.EraseThreadsAfterDays = *days; *days == 0 {
				*change.EraseThreadsAfterDays = -1 // null is what says never
			}
		}
	}
	done, err := r.dialogue.UpdatePrivacy(ctx, change)
	if err != nil {
		return nil, err
	}
	w, err := r.client.Workspace.Query().Where(workspace.ID(done.ID)).Only(ctx)
	return &gql.WorkspacePayload{ClientMutationID: in.ClientMutationID, Workspace: w}, err
}
