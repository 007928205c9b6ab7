package dialogue

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"parley/ent"
	"parley/ent/raw"
	"parley/invalid"
)

// ChatSettings say how the chat page of an agent looks. Everybody may read them.
type ChatSettings struct {
	Title       string `json:"title,omitempty"`
	Greeting    string `json:"greeting,omitempty"`
	Placeholder string `json:"placeholder,omitempty"`
	AccentColor string `json:"accentColor,omitempty"` // as #1d4ed8
}

// maxSites is how many sites may show the chat page of an agent.
const maxSites = 20

var (
	colour   = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	siteHost = regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?::[0-9]{1,5})?$`)
)

// ChatSettingsOf are the settings of an agent's chat page.
func ChatSettingsOf(a *ent.Agent) (c ChatSettings, err error) {
	if a.Chat == "" {
		return c, nil
	}
	err = a.Chat.Decode(&c)
	return c, err
}

// AllowedSitesOf are the origins that may show an agent's chat page in a frame.
func AllowedSitesOf(a *ent.Agent) ([]string, error) {
	sites := []string{}
	if a.AllowedSites == "" {
		return sites, nil
	}
	err := a.AllowedSites.Decode(&sites)
	return sites, err
}

func (in AgentInput) checkChat(bad *invalid.Error) {
	if in.AllowedSites != nil {
		bad.Check(len(*in.AllowedSites) <= maxSites, "allowedSites", "has %d entries; at most %d are allowed", len(*in.AllowedSites), maxSites)
		for i, site := range *in.AllowedSites {
			_, ok := originOf(site)
			bad.Check(ok, "allowedSites."+strconv.Itoa(i), "%q is no origin such as https://shop.example.com", site)
		}
	}
	if c := in.Chat; c != nil {
		bad.Text("chat.title", c.Title, 0, 100)
		bad.Text("chat.greeting", c.Greeting, 0, 1000)
		bad.Text("chat.placeholder", c.Placeholder, 0, 100)
		bad.Check(c.AccentColor == "" || colour.MatchString(c.AccentColor), "chat.accentColor", "must be a colour such as #1d4ed8")
	}
}

// originOf is an origin as browsers write it. It ends up in a header, so nothing else passes.
func originOf(site string) (string, bool) {
	u, err := url.Parse(site)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", false
	}
	host := strings.ToLower(u.Host)
	return u.Scheme + "://" + host, len(host) <= 253 && siteHost.MatchString(host)
}

func (in AgentInput) applyChat(m *ent.AgentMutation) error {
	if in.AllowedSites != nil {
		sites := []string{}
		for _, site := range *in.AllowedSites {
			if origin, _ := originOf(site); !slices.Contains(sites, origin) {
				sites = append(sites, origin)
			}
		}
		text, err := raw.Of(sites)
		if err != nil {
			return err
		}
		m.SetAllowedSites(text)
	}
	if in.Chat != nil {
		text, err := raw.Of(*in.Chat)
		if err != nil {
			return err
		}
		m.SetChat(text)
	}
	return nil
}
