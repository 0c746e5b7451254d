package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

type settings struct {
	contestant       string
	url              string
	size             int
	warmUp, duration time.Duration
}

func readSettings(arguments []string) settings {
	number := func(name string) int {
		for _, argument := range arguments {
			if value, found := strings.CutPrefix(argument, "--"+name+"="); found {
				n, err := strconv.Atoi(value)
				orPanic(err)
				return n
			}
		}
		panic("missing: --" + name)
	}
	milliseconds := func(name string) time.Duration { return time.Duration(number(name)) * time.Millisecond }
	size := number("size")
	return settings{
		contestant: arguments[0],
		url:        fmt.Sprintf("ws://127.0.0.1:%d/blast?size=%d", number("port"), size),
		size:       size,
		warmUp:     milliseconds("warm-up"),
		duration:   milliseconds("duration"),
	}
}
