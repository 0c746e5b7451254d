/*
 * The server of the questions about latency: it costs as little as a server can. Paths as those of
 * ../server/main.ts: /echo?size=64&spin and /blast?size=64, binary messages alone. Prints its port; ends when
 * its standard input ends. A thread per connection: asleep in the kernel, or with "spin" never.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "accept_key.h"

enum { REQUEST_SIZE = 4096, RECEIVE_SIZE = 256 * 1024, WRITE_SIZE = 256 * 1024, MAX_HEADER = 14 };
enum { PAYLOAD_BYTE = 7 }; /* as in ../server/frames.ts */

/* Finds the ends of masked frames in a stream that may be cut anywhere; payloads are stepped over. */
struct frame_counter {
  uint8_t header[MAX_HEADER];
  size_t header_length;
  uint64_t missing;
  bool in_payload, closing;
};

static size_t header_size(const uint8_t *header) {
  uint8_t code = header[1] & 0x7f;
  return (header[1] & 0x80 ? 4 : 0) + (code < 126 ? 2 : code == 126 ? 4 : 10);
}

static uint64_t payload_length(const uint8_t *header) {
  uint8_t code = header[1] & 0x7f;
  if (code < 126) return code;
  uint64_t length = 0;
  for (int i = 2; i < (code == 126 ? 4 : 10); i++) length = length << 8 | header[i];
  return length;
}

/* How many frames end in these bytes. */
static size_t count_frames(struct frame_counter *counter, const uint8_t *bytes, size_t length) {
  size_t frames = 0, at = 0;
  for (;;) {
    if (!counter->in_payload) {
      while (counter->header_length < 2 || counter->header_length < header_size(counter->header)) {
        if (at == length) return frames;
        counter->header[counter->header_length++] = bytes[at++];
      }
      counter->header_length = 0;
      counter->in_payload = true;
      counter->missing = payload_length(counter->header);
      if ((counter->header[0] & 0x0f) == 8) counter->closing = true;
    }
    size_t taken = length - at < counter->missing ? length - at : counter->missing;
    at += taken;
    counter->missing -= taken;
    if (counter->missing > 0) return frames;
    counter->in_payload = false;
    frames++;
  }
}

static bool send_all(int fd, const uint8_t *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    length -= sent;
  }
  return true;
}

/* Frames of `size` bytes back to back, about WRITE_SIZE in all. */
struct pattern {
  uint8_t *bytes;
  size_t frame_length, frames;
};

static struct pattern make_pattern(size_t size) {
  size_t header = size < 126 ? 2 : size < 65536 ? 4 : 10;
  struct pattern pattern = {.frame_length = header + size};
  pattern.frames = pattern.frame_length < WRITE_SIZE ? WRITE_SIZE / pattern.frame_length : 1;
  pattern.bytes = malloc(pattern.frames * pattern.frame_length);
  if (pattern.bytes == NULL) abort();
  memset(pattern.bytes, PAYLOAD_BYTE, pattern.frame_length);
  pattern.bytes[0] = 0x82;
  pattern.bytes[1] = header == 2 ? size : header == 4 ? 126 : 127;
  for (size_t i = 2; i < header; i++) pattern.bytes[i] = (uint64_t)size >> 8 * (header - 1 - i);
  for (size_t i = 1; i < pattern.frames; i++) {
    memcpy(pattern.bytes + i * pattern.frame_length, pattern.bytes, pattern.frame_length);
  }
  return pattern;
}

static void echo(int fd, const struct pattern *pattern, bool spin) {
  struct frame_counter counter = {0};
  uint8_t *bytes = malloc(RECEIVE_SIZE);
  while (bytes != NULL && !counter.closing) {
    ssize_t length = recv(fd, bytes, RECEIVE_SIZE, spin ? MSG_DONTWAIT : 0);
    if (length == 0) break;
    if (length < 0) {
      if (spin) continue;
      break;
    }
    for (size_t owed = count_frames(&counter, bytes, length); owed > 0;) {
      size_t frames = owed < pattern->frames ? owed : pattern->frames;
      if (!send_all(fd, pattern->bytes, frames * pattern->frame_length)) counter.closing = true;
      owed -= frames;
    }
  }
  free(bytes);
}

/* Answers the opening handshake; the request is in `request` afterwards. */
static bool shake_hands(int fd, char *request) {
  size_t length = 0;
  do {
    ssize_t received = recv(fd, request + length, REQUEST_SIZE - 1 - length, 0);
    if (received <= 0) return false;
    request[length += received] = 0;
  } while (strstr(request, "\r\n\r\n") == NULL);
  char *key = strcasestr(request, "\r\nsec-websocket-key:");
  if (key == NULL) return false;
  key += strlen("\r\nsec-websocket-key:");
  key += strspn(key, " ");
  char response[256], accept[ACCEPT_KEY_SIZE];
  accept_key(key, strcspn(key, " \r"), accept);
  int size = snprintf(response, sizeof response,
                      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                      "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
  return send_all(fd, (uint8_t *)response, size);
}

static void *serve(void *argument) {
  int fd = (int)(intptr_t)argument, on = 1;
  char request[REQUEST_SIZE];
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (shake_hands(fd, request)) {
    *strstr(request, "\r\n") = 0; /* the request line alone */
    char *size = strstr(request, "size=");
    struct pattern pattern = make_pattern(size == NULL ? 0 : strtoul(size + 5, NULL, 10));
    if (strstr(request, "/blast") == NULL) echo(fd, &pattern, strstr(request, "spin") != NULL);
    else while (send_all(fd, pattern.bytes, pattern.frames * pattern.frame_length));
    free(pattern.bytes);
  }
  close(fd);
  return NULL;
}

static void *end_with_input(void *unused) {
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0);
  _exit(0);
  return unused;
}

int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 16) != 0) return 1;
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  pthread_t thread;
  pthread_create(&thread, NULL, end_with_input, NULL);
  for (;;) {
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) return 1;
    pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd);
    pthread_detach(thread);
  }
}
