package dialogue

import "sync"

// maxWarnings bounds how many warnings are remembered; beyond it they are told anew.
const maxWarnings = 1000

// warnings remembers what was told of models, so that the log has each thing once and not with every step.
type warnings struct {
	mu   sync.Mutex // protects told
	told map[[2]string]bool
}

// warn logs what a provider says of the model that answered for a choice.
func (s *Service) warn(choice, text string) {
	if text == "" {
		return
	}
	w, key := &s.warnings, [2]string{choice, text}
	w.mu.Lock()
	known := w.told[key]
	if w.told == nil || len(w.told) >= maxWarnings {
		w.told = map[[2]string]bool{}
	}
	w.told[key] = true
	w.mu.Unlock()
	if !known {
		s.o.Logger.Warn("dialogue: look after a model that agents use", "model", choice, "warning", text)
	}
}

// warning is what is stored of the model that answered; nil if there is nothing to say.
func (a answer) warning() *string {
	return orNil(clean(a.end.Warning))
}

func orNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
