"""Python's clients, each as its documentation has it for receiving as fast as messages come.

peers.py <contestant> --port=… --size=… --warm-up=ms --duration=ms --receive
"""

import argparse
import asyncio
import json
import time


class Counter:
    """Counts messages for a fixed time after a warm-up, and looks at the first and the last byte of each."""

    def __init__(self, settings):
        self.size = settings.size
        self.per_look = max(1, 1024 * 64 // max(64, settings.size))
        self.warm_up = settings.warm_up / 1000
        self.duration = settings.duration / 1000
        self.started_at = time.perf_counter()
        self.counted_from = None
        self.messages = self.sum = 0
        self.rate = 0.0

    def count(self, data):
        """One message more. Answers whether another is wanted."""
        assert len(data) == self.size
        self.sum += data[0] + data[-1]
        self.messages += 1
        return self.messages % self.per_look != 0 or self.look()

    def look(self):
        now = time.perf_counter()
        if self.counted_from is None:
            if now - self.started_at >= self.warm_up:
                self.counted_from = now
                self.messages = 0
            return True
        self.rate = self.messages / (now - self.counted_from) / 1e6
        return now - self.counted_from < self.duration

    def finding(self):
        """What `ask.ts` prints: millions of messages a second, or of bytes where messages are large."""
        return {"value": self.rate * self.size if self.size > 64 else self.rate}


async def receive_websockets(url, counter):
    import websockets

    async with websockets.connect(url, compression=None, max_size=None, close_timeout=0.1) as socket:
        while counter.count(await socket.recv()):
            pass
        socket.transport.abort()


async def receive_picows(url, counter):
    import picows

    class Listener(picows.WSListener):
        done = False

        def on_ws_frame(self, transport, frame):
            if not self.done and not counter.count(frame.get_payload_as_memoryview()):
                self.done = True
                transport.disconnect(graceful=False)

    transport, _ = await picows.ws_connect(Listener, url, max_frame_size=64 * 1024 * 1024)
    try:
        await transport.wait_disconnected()
    except ConnectionError:
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("contestant")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--warm-up", type=float, required=True)
    parser.add_argument("--duration", type=float, required=True)
    parser.add_argument("--receive", action="store_true")
    settings = parser.parse_args()
    receive = {"websockets": receive_websockets, "picows": receive_picows}[settings.contestant]
    counter = Counter(settings)
    asyncio.run(receive(f"ws://127.0.0.1:{settings.port}/blast?size={settings.size}", counter))
    print(json.dumps(counter.finding()))


main()
