package main

import "github.com/lxzan/gws"

// receiver is called for each message; the library reuses the memory of a message that is closed.
type receiver struct {
	gws.BuiltinEventHandler
	counter *counter
	done    bool
}

func (r *receiver) OnMessage(connection *gws.Conn, message *gws.Message) {
	if !r.done && !r.counter.count(message.Bytes()) {
		r.done = true
		orPanic(connection.NetConn().Close())
	}
	_ = message.Close()
}

func receiveGws(s settings, c *counter) {
	handler := &receiver{counter: c}
	options := &gws.ClientOption{Addr: s.url, ReadBufferSize: 256 * 1024, ParallelEnabled: false}
	connection, _, err := gws.NewClient(handler, options)
	orPanic(err)
	connection.ReadLoop()
}
