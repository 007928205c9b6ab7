package dialogue

import (
	"slices"
	"strings"

	"parley/ent"
	"parley/ent/raw"
)

// facts are the names that templates may use besides the function's parameters. Those that end with a dot stand for
// every field below them, such as thread.metadata.order.id.
var facts = []string{
	"thread.id", "thread.externalId", "thread.channel", "thread.metadata.", "customer.id", "customer.externalId", "customer.name",
	"customer.email", "customer.phone", "customer.metadata.", "contact.", "agent.id", "call.id",
}

// isFact says whether a name in a template is one of the facts, and not a parameter.
func isFact(name string) bool {
	return slices.ContainsFunc(facts, func(fact string) bool {
		if strings.HasSuffix(fact, ".") {
			return len(name) > len(fact) && strings.HasPrefix(name, fact)
		}
		return name == fact
	})
}

// facts are what templates may name besides parameters.
func (v *view) facts(c *ent.Call) map[string]any {
	known := map[string]any{
		"thread.id": v.thread.ID, "thread.channel": v.thread.Channel, "customer.id": v.customer.ID, "agent.id": v.agent.ID, "call.id": c.ID,
	}
	for name, text := range map[string]string{"customer.name": v.customer.Name, "customer.email": v.customer.Email, "customer.phone": v.customer.Phone} {
		if text != "" {
			known[name] = text
		}
	}
	if v.thread.ExternalID != nil {
		known["thread.externalId"] = *v.thread.ExternalID
	}
	if v.customer.ExternalID != nil {
		known["customer.externalId"] = *v.customer.ExternalID
	}
	for prefix, object := range map[string]raw.JSON{
		"thread.metadata.": v.thread.Metadata, "customer.metadata.": v.customer.Metadata, "contact.": v.thread.Contact,
	} {
		if fields, err := decodeObject([]byte(object)); err == nil {
			spread(known, prefix, fields)
		}
	}
	return known
}

// spread puts the fields of an object, and of the objects in it, into known under their dotted names.
func spread(known map[string]any, prefix string, fields map[string]any) {
	for name, value := range fields {
		known[prefix+name] = value
		if inner, ok := value.(map[string]any); ok {
			spread(known, prefix+name+".", inner)
		}
	}
}
