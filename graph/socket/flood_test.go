package socket

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestAClientThatSendsTooMuchIsClosed(t *testing.T) {
	t.Parallel()
	ping, control := frame(0x81, `{"type":"ping"}`), frame(0x89, "")
	for name, row := range map[string]struct {
		sent   []byte
		pause  time.Duration // behind each
		closed bool
	}{
		"one more than in a minute":           {ping, 0, true},
		"of pings of RFC 6455, too":           {control, 0, true},
		"a little faster than it may":         {ping, 5500 * time.Millisecond, true},
		"as fast as it may":                   {ping, 6 * time.Second, false},
		"as fast as it may, of the other way": {control, 6 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, over := piped(t, &host{messages: 10})
				stop := make(chan struct{})
				go func() {
					_, _ = client.Write(frame(0x81, hello))
					synctest.Wait() // it is admitted
					for range 200 {
						if _, err := client.Write(row.sent); err != nil {
							break
						}
						time.Sleep(row.pause)
					}
					synctest.Wait() // it is told
					close(stop)
					_ = client.Close()
				}()
				heard := heardUntil(client, nil)
				if told := strings.Contains(strings.Join(heard, ","), " 4429"); told != row.closed {
					t.Errorf("closed with 4429: %v, want %v; heard %d messages", told, row.closed, len(heard))
				}
				<-stop
				<-over
			})
		})
	}
}

// Before it is admitted a client may send what introductions take, and no more.
func TestAStrangerMaySendLittle(t *testing.T) {
	t.Parallel()
	kinds(t, func(t *testing.T, k kind) {
		c := dial(t, serve(t, &host{}, k))
		for range firstMessages + 1 {
			c.say(`{"type":"pong"}`)
		}
		c.expect("4429")
		c = dial(t, serve(t, &host{}, k))
		c.say(hello).expect(ack)
		for range 10 * firstMessages {
			c.say(`{"type":"pong"}`)
		}
		c.say(`{"type":"ping"}`).expect(`{"type":"pong"}`)
	})
}
