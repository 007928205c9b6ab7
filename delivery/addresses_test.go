package delivery_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"parley/delivery"
	"parley/ent"
	"parley/ent/attempt"
	entdelivery "parley/ent/delivery"
	"parley/ent/integration"
	"parley/outbound"
	"parley/storage"
	"parley/storage/storagetest"
)

// inside are URLs that no check lets pass, as somebody would have to put them into the database.
var inside = []string{
	"http://127.0.0.1:{port}/", "http://2130706433:{port}/", "http://0177.0.0.1:{port}/", "http://0x7f000001:{port}/", "http://127.1:{port}/",
	"http://[::ffff:127.0.0.1]:{port}/", "http://[64:ff9b::7f00:1]:{port}/", "http://[2002:7f00:1::]:{port}/",
	"http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", "http://0.0.0.0:{port}/", "http://localhost:{port}/",
	"http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://10.0.0.1/", "http://user@127.0.0.1:{port}/",
	"http://loopback.example:{port}/", "http://metadata.example/", "http://mapped.example:{port}/",
}

// names are what the names above mean.
var names = map[string]string{
	"loopback.example.": "127.0.0.1", "metadata.example.": "169.254.169.254", "mapped.example.": "::ffff:127.0.0.1",
}

func TestNothingInsideIsReached(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		rec := receive(t, nil)
		f := newFixture(t, db, delivery.Options{})
		guard := outbound.NewGuard(outbound.GuardOptions{AllowHTTP: true})
		client := outbound.New(outbound.Options{Guard: guard, Resolver: resolver(t)})
		t.Cleanup(client.CloseIdle)
		f.Service = delivery.New(f.log, f.keys, client, guard, delivery.Options{
			Poll: 20 * ms, Timeout: 5 * time.Second, Schedule: delivery.Schedule{0, time.Hour},
		})
		made := map[string]string{} // id by URL
		_, port, _ := net.SplitHostPort(rec.Listener.Addr().String())
		for _, url := range inside {
			id := f.integration(t, delivery.Input{URL: "https://example.com/"}).ID
			url = strings.ReplaceAll(url, "{port}", port)
			db.Client.Integration.Update().Where(integration.ID(id)).SetURL(url).ExecX(f.ctx)
			made[url] = id
		}
		f.start(t)
		f.say(t, f.thread(t), "hello")
		for url, id := range made {
			var d *ent.Delivery
			eventually(t, url+" is tried", func() bool {
				d = f.deliveries(id)[0]
				return d.State != entdelivery.StateRUNNING && len(f.attempts(d.ID)) > 0
			})
			a := f.attempts(d.ID)[0]
			if a.Outcome != attempt.OutcomeBLOCKED || a.Status != nil || a.RemoteAddress != "" || a.Answer != "" || a.Error == "" {
				t.Errorf("%s: %s, error %q, address %q, answer %q", url, a.Outcome, a.Error, a.RemoteAddress, a.Answer)
			}
			// What a name means inside our network is not for the integrator.
			if strings.Contains(url, ".example") && (strings.Contains(a.Error, "127.0.0.1") || strings.Contains(a.Error, "169.254")) {
				t.Errorf("%s: the error tells its address: %s", url, a.Error)
			}
			if d.State == entdelivery.StateDONE {
				t.Errorf("%s: %+v", url, d)
			}
			if o, err := f.TestIntegration(f.ctx, id, ""); err != nil || o.Result != attempt.OutcomeBLOCKED || o.RemoteAddress != "" {
				t.Errorf("a test of %s: %+v, %v", url, o, err)
			}
		}
		if rec.count() != 0 {
			t.Errorf("%d requests arrived", rec.count())
		}
	})
}

// resolver knows the names above, and no other.
func resolver(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			if answer, ok := resolve(buffer[:n]); ok {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	}()
	t.Cleanup(func() { conn.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// resolve answers one question.
func resolve(question []byte) ([]byte, bool) {
	var m dnsmessage.Message
	if m.Unpack(question) != nil || len(m.Questions) != 1 {
		return nil, false
	}
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	q := m.Questions[0]
	header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: dnsmessage.ClassINET}
	text, known := names[q.Name.String()]
	ip, _ := netip.ParseAddr(text)
	switch {
	case !known:
		m.RCode = dnsmessage.RCodeNameError
	case q.Type == dnsmessage.TypeA && ip.Is4():
		m.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AResource{A: ip.As4()}}}
	case q.Type == dnsmessage.TypeAAAA && ip.Is6():
		m.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AAAAResource{AAAA: ip.As16()}}}
	}
	answer, err := m.Pack()
	return answer, err == nil
}
