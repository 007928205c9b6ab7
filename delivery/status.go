package delivery

import (
	"parley/ent"
	"parley/ent/integration"
	"parley/ent/integrationhealth"
	"parley/ent/ms"
)

// Status is an endpoint's health in one word.
type Status string

// What an endpoint can be.
const (
	StatusHealthy  Status = "HEALTHY"
	StatusFailing  Status = "FAILING" // and tried on
	StatusOpen     Status = "OPEN"    // its breaker is
	StatusPaused   Status = "PAUSED"
	StatusDisabled Status = "DISABLED"
)

// StatusOf says how the endpoint of an integration is doing now.
func StatusOf(in *ent.Integration, row *ent.IntegrationHealth, now ms.Time) Status {
	h := healthOf(row)
	switch {
	case in.State == integration.StateDISABLED:
		return StatusDisabled
	case h.breaker != integrationhealth.BreakerCLOSED:
		return StatusOpen
	case h.pausedUntil > now:
		return StatusPaused
	case h.failures > 0:
		return StatusFailing
	}
	return StatusHealthy
}

// NextProbe returns when an endpoint whose breaker is open may be tried with one delivery; nil when it is closed.
func NextProbe(row *ent.IntegrationHealth) *ms.Time {
	h := healthOf(row)
	if h.breaker == integrationhealth.BreakerCLOSED {
		return nil
	}
	return new(max(h.breakerUntil, h.pausedUntil))
}
