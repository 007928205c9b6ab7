package dialogue

import (
	"fmt"

	"parley/ent"
	"parley/ent/agent"
)

// keepsQueue says whether messages that arrive while the agent works wait for the next turn.
func keepsQueue(a *ent.Agent) bool { return a.OnBusy == agent.OnBusyENQUEUE }

// limit says which limit a turn has reached, so that its next step is the last one and has no functions; "" for none.
// Each limit keeps room for that step.
func limit(tn *ent.Turn, a *ent.Agent, lastStep int64) string {
	used := tn.InputTokens + tn.OutputTokens
	reserve := max(int64(a.MaxTurnTokens)/10, lastStep)
	switch {
	case tn.CallsUsed > a.MaxCalls:
		return fmt.Sprintf("calls: the model wanted more than %d", a.MaxCalls)
	case tn.StepsUsed >= a.MaxSteps-1:
		return fmt.Sprintf("steps: the model took %d", a.MaxSteps)
	case tn.StepsUsed > 0 && used+reserve >= int64(a.MaxTurnTokens):
		return fmt.Sprintf("tokens: the turn used %d of %d", used, a.MaxTurnTokens)
	}
	return ""
}
