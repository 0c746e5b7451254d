package main

import "github.com/gorilla/websocket"

func receiveGorilla(s settings, c *counter) {
	dialer := websocket.Dialer{ReadBufferSize: 256 * 1024}
	connection, _, err := dialer.Dial(s.url, nil)
	orPanic(err)
	for {
		_, data, err := connection.ReadMessage()
		orPanic(err)
		if !c.count(data) {
			return
		}
	}
}
