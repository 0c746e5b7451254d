package main

import (
	"fmt"
	"time"
)

// counter counts messages for a fixed time after a warm-up, and looks at the first and the last byte of each.
type counter struct {
	settings    settings
	perLook     int
	startedAt   time.Time
	countedFrom time.Time
	endedAt     time.Time
	messages    int
	sum         int
}

func newCounter(s settings) *counter {
	return &counter{settings: s, perLook: max(1, 1024*64/max(64, s.size)), startedAt: time.Now()}
}

// count takes one message more and answers whether another is wanted.
func (c *counter) count(data []byte) bool {
	if len(data) != c.settings.size {
		panic("a message of another size")
	}
	c.sum += int(data[0]) + int(data[len(data)-1])
	c.messages++
	return c.messages%c.perLook != 0 || c.look()
}

func (c *counter) look() bool {
	now := time.Now()
	if c.countedFrom.IsZero() {
		if now.Sub(c.startedAt) >= c.settings.warmUp {
			c.countedFrom = now
			c.messages = 0
		}
		return true
	}
	c.endedAt = now
	return now.Sub(c.countedFrom) < c.settings.duration
}

// finding is what ask.ts prints: millions of messages a second, or of bytes where messages are large.
func (c *counter) finding() string {
	value := float64(c.messages) / c.endedAt.Sub(c.countedFrom).Seconds() / 1e6
	if c.settings.size > 64 {
		value *= float64(c.settings.size)
	}
	return fmt.Sprintf(`{"value":%.3f}`, value)
}
