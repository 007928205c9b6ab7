package delivery_test

import (
	"slices"
	"strings"
	"testing"

	"parley/delivery"
	"parley/storage"
	"parley/storage/storagetest"
)

// TestIntegrationsGetWhatTheyAskFor makes a dialogue of each agent and channel, with one message, and disables an
// integration, which is an event of no dialogue.
func TestIntegrationsGetWhatTheyAskFor(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		other := db.Client.Agent.Create().SetName("b").SaveX(f.ctx)
		const url = "https://example.com/"
		all := []string{"*"}
		ids, want := map[string]string{}, map[string]string{
			"all":      "integration.disabled message.created*4 thread.created*4",
			"type":     "message.created*4",
			"prefix":   "thread.created*4",
			"letters":  "message.created*4",
			"several":  "integration.disabled message.created*4",
			"agent":    "integration.disabled message.created*2 thread.created*2",
			"agents":   "integration.disabled message.created*4 thread.created*4",
			"channel":  "integration.disabled message.created*2 thread.created*2",
			"channels": "integration.disabled message.created*4 thread.created*4",
			"both":     "integration.disabled message.created thread.created",
			"narrow":   "message.created",
			"none":     "",
		}
		for name, in := range map[string]delivery.Input{
			"all":      {EventTypes: all},
			"type":     {EventTypes: []string{"message.created"}},
			"prefix":   {EventTypes: []string{"thread.*"}},
			"letters":  {EventTypes: []string{"mess*"}},
			"several":  {EventTypes: []string{"integration.*", "message.created", "message.*"}},
			"agent":    {EventTypes: all, AgentIDs: []string{other.ID}},
			"agents":   {EventTypes: all, AgentIDs: []string{other.ID, f.agent.ID}},
			"channel":  {EventTypes: all, Channels: []string{"web"}},
			"channels": {EventTypes: all, Channels: []string{"web", "mail"}},
			"both":     {EventTypes: all, AgentIDs: []string{other.ID}, Channels: []string{"mail"}},
			"narrow":   {EventTypes: []string{"message.*"}, AgentIDs: []string{other.ID}, Channels: []string{"mail"}},
			"none":     {EventTypes: []string{"contact.*"}},
		} {
			in.Name, in.URL = name, url
			ids[name] = f.integration(t, in).ID
		}
		for _, channel := range []string{"web", "mail"} {
			f.say(t, f.threadOf(t, f.agent, channel), "hello")
			f.say(t, f.threadOf(t, other, channel), "hello")
		}
		ended := f.integration(t, delivery.Input{URL: url, EventTypes: []string{"contact.*"}})
		if _, err := f.UpdateIntegration(f.ctx, ended.ID, delivery.Update{State: &disabled}); err != nil {
			t.Fatal(err)
		}
		for name, integrationID := range ids {
			var types []string
			for _, d := range f.deliveries(integrationID) {
				types = append(types, d.EventType)
			}
			slices.Sort(types)
			var got []string
			for _, eventType := range slices.Compact(slices.Clone(types)) {
				n := len(slices.DeleteFunc(slices.Clone(types), func(other string) bool { return other != eventType }))
				got = append(got, eventType+map[int]string{1: "", 2: "*2", 4: "*4"}[n])
			}
			if strings.Join(got, " ") != want[name] {
				t.Errorf("%s: got %v, want %s", name, got, want[name])
			}
		}
	})
}
