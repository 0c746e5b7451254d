// Go's clients, each as its documentation has it for receiving as fast as messages come.
//
//	peers <contestant> --port=… --size=… --warm-up=ms --duration=ms --receive
package main

import (
	"fmt"
	"os"
)

func main() {
	settings := readSettings(os.Args[1:])
	counter := newCounter(settings)
	switch settings.contestant {
	case "gorilla":
		receiveGorilla(settings, counter)
	case "gws":
		receiveGws(settings, counter)
	default:
		panic("no such contestant: " + settings.contestant)
	}
	fmt.Println(counter.finding())
}

// orPanic ends a run that failed.
func orPanic(err error) {
	if err != nil {
		panic(err)
	}
}
