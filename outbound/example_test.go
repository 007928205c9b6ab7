package outbound_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"parley/outbound"
)

func Example() {
	secret := outbound.NewSecret()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := outbound.Verify(r.Header, body, time.Now(), 0, secret); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
		}
	}))
	defer receiver.Close()

	client := outbound.New(outbound.Options{
		Guard: outbound.NewGuard(outbound.GuardOptions{AllowLoopback: true, AllowHTTP: true}),
	})
	defer client.CloseIdle()
	body := []byte(`{"type":"message.created"}`)
	res, err := client.Do(context.Background(), outbound.Request{
		Method: "POST", URL: receiver.URL, Body: body,
		Header: outbound.Sign("evt_1", time.Now(), body, secret),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.Status)
	// Output: 200
}

func ExampleCheckURL() {
	fmt.Println(outbound.CheckURL("https://169.254.169.254/latest/meta-data", nil))
	fmt.Println(outbound.CheckURL("https://0x7f.1/admin", nil))
	fmt.Println(outbound.CheckURL("https://example.com:8443/hook", nil))
	// Output:
	// URL has a host that is refused: cloud metadata and link-local addresses cannot be called
	// URL must not hide an address: write 0x7f.1 as 127.0.0.1
	// <nil>
}
