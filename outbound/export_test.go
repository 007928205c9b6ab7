package outbound

import (
	"context"
	"net"
)

// SpecialAddresses are addresses no workspace may reach, each from another range.
var SpecialAddresses = special

// Dial is what the client does once the rules for URLs are past.
func (c *Client) Dial(ctx context.Context, address string) (net.Conn, error) {
	return c.transport.DialContext(ctx, "tcp", address)
}
