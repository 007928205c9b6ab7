package dialogue

import "sync"

// maxVersions is how many versions a process keeps at hand.
const maxVersions = 1000

// versionCache keeps the settings of versions, which never change once published.
type versionCache struct {
	mu    sync.Mutex // protects known
	known map[string]*settings
}

// get returns the settings of a version, read by load unless they are known. Nobody may change them.
func (c *versionCache) get(versionID string, load func() (*settings, error)) (*settings, error) {
	c.mu.Lock()
	found := c.known[versionID]
	c.mu.Unlock()
	if found != nil {
		return found, nil
	}
	found, err := load()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= maxVersions {
		c.known = map[string]*settings{}
	}
	c.known[versionID] = found
	return found, nil
}
