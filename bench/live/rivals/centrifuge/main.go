// Centrifuge serves events over WebSocket by Centrifuge, the engine of Centrifugo, with the settings that its authors advise for
// many connections.
package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"

	"parleybench/event"
)

const channel = "thread"

func main() {
	delay, _ := time.ParseDuration(os.Getenv("WRITE_DELAY"))
	node, err := centrifuge.New(centrifuge.Config{LogLevel: centrifuge.LogLevelNone})
	if err != nil {
		panic(err)
	}
	node.OnConnecting(func(context.Context, centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		reply := centrifuge.ConnectReply{Credentials: &centrifuge.Credentials{UserID: "u"}, ReplyWithoutQueue: true, QueueInitialCap: 1}
		if delay > 0 {
			reply.WriteDelay, reply.MaxMessagesInFrame = delay, -1
		}
		return reply, nil
	})
	node.OnConnect(func(c *centrifuge.Client) {
		c.OnSubscribe(func(_ centrifuge.SubscribeEvent, done centrifuge.SubscribeCallback) {
			done(centrifuge.SubscribeReply{}, nil)
		})
	})
	if err := node.Run(); err != nil {
		panic(err)
	}
	var order sync.Mutex // of making events and publishing them
	publish := func(create func() event.Event) event.Event {
		order.Lock()
		defer order.Unlock()
		e := create()
		data, err := json.Marshal(map[string]any{"data": map[string]any{"threadEvents": e}})
		if err == nil {
			_, err = node.Publish(channel, data)
		}
		if err != nil {
			panic(err)
		}
		return e
	}
	mux := http.NewServeMux()
	mux.Handle("/connection/websocket", centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{
		ReadBufferSize: 1024, UseWriteBufferPool: true,
	}))
	mux.HandleFunc("POST /publish", func(w http.ResponseWriter, r *http.Request) {
		var m struct{ Text string }
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		e := publish(func() event.Event { return event.Created(m.Text) })
		_ = json.NewEncoder(w).Encode(map[string]string{"id": e.Message.ID})
	})
	event.Serve(mux,
		func(offset int, token string) { publish(func() event.Event { return event.Piece(offset, token) }) },
		func(text string) { publish(func() event.Event { return event.Created(text) }) })
}
