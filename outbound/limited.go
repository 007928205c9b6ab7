package outbound

import (
	"fmt"
	"io"
	"net/http"
)

// LimitedHTTPClient is HTTPClient with bounds on bodies, in bytes. An answer of a status from 200 to 299 that is longer
// than most fails with an error while it is read, so that nobody takes a part for the whole. Any other answer ends
// after mostOfFailure as if it ended there.
func (c *Client) LimitedHTTPClient(most, mostOfFailure int64) *http.Client {
	client := c.HTTPClient()
	client.Transport = limited{client.Transport, most, mostOfFailure}
	return client
}

type limited struct {
	next                http.RoundTripper
	most, mostOfFailure int64
}

var _ http.RoundTripper = limited{}

// RoundTrip implements http.RoundTripper.
func (l limited) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := l.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body := &limitedBody{ReadCloser: res.Body, left: l.most, end: fmt.Errorf("the answer is longer than %d bytes", l.most)}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		body.left, body.end = l.mostOfFailure, io.EOF
	}
	res.Body = body
	return res, nil
}

// limitedBody is a body that ends with end once left bytes were read and there are more.
type limitedBody struct {
	io.ReadCloser
	left int64
	end  error
}

// Read implements io.Reader.
func (b *limitedBody) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1] // one more, to learn whether there are more
	}
	n, err := b.ReadCloser.Read(p)
	if int64(n) > b.left {
		n, err = int(b.left), b.end
	}
	b.left -= int64(n)
	return n, err
}
