/*
 * The floor: one message to the server and its answer, over and over, by system calls from C. No client: its
 * frame is made beforehand, and of the answer only the length is looked at.
 *
 * ping_pong c|c-waiting --port=… --size=… --warm-up=ms --duration=ms
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BUFFER_SIZE = 256 * 1024, MAX_ROUNDS = 1 << 20 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static unsigned long option(int count, char **arguments, const char *name) {
  for (int i = 1; i < count; i++) {
    if (strncmp(arguments[i], name, strlen(name)) == 0) return strtoul(arguments[i] + strlen(name), NULL, 10);
  }
  fprintf(stderr, "%s is missing\n", name);
  exit(1);
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static int open_connection(unsigned port, unsigned long size, bool spin) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) return -1;
  char text[512];
  int length = snprintf(text, sizeof text,
                        "GET /echo?size=%lu%s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: c2lsdmVyOS1iZW5jaC0tLQ==\r\n\r\n", size, spin ? "&spin" : "");
  if (send(fd, text, length, MSG_NOSIGNAL) != length) return -1;
  for (size_t received = 0; received < 4 || memcmp(text + received - 4, "\r\n\r\n", 4) != 0; received++) {
    if (received == sizeof text || recv(fd, text + received, 1, 0) != 1) return -1;
  }
  return fd;
}

int main(int count, char **arguments) {
  bool spin = count > 1 && strcmp(arguments[1], "c") == 0;
  unsigned long size = option(count, arguments, "--size=");
  double warm_up = option(count, arguments, "--warm-up=") * 1e3;
  double duration = option(count, arguments, "--duration=") * 1e3;
  int fd = open_connection(option(count, arguments, "--port="), size, spin);
  static double times[MAX_ROUNDS];
  static uint8_t frame[BUFFER_SIZE], answer[BUFFER_SIZE];
  size_t extended = size < 126 ? 0 : size < 65536 ? 2 : 8, length = 2 + extended + 4 + size;
  if (fd < 0 || length > BUFFER_SIZE) return 1;
  frame[0] = 0x82;
  frame[1] = 0x80 | (extended == 0 ? size : extended == 2 ? 126 : 127);
  for (size_t i = 0; i < extended; i++) frame[2 + i] = (uint64_t)size >> 8 * (extended - 1 - i);

  size_t rounds = 0;
  double measured_from = now() + warm_up;
  for (double end = measured_from + duration, received_at = 0; received_at < end && rounds < MAX_ROUNDS;) {
    double sent_at = now();
    if (send(fd, frame, length, MSG_NOSIGNAL) != (ssize_t)length) return 1;
    for (size_t missing = length - 4; missing > 0;) {
      ssize_t received = recv(fd, answer, BUFFER_SIZE, spin ? MSG_DONTWAIT : 0);
      if (received > 0) missing -= received;
      else if (received == 0 || !spin) return 1;
    }
    received_at = now();
    if (received_at > measured_from) times[rounds++] = received_at - sent_at;
  }
  qsort(times, rounds, sizeof *times, compare);
  printf("{\"value\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"max\":%.3f}\n", times[rounds / 2],
         times[rounds * 99 / 100], times[rounds * 999 / 1000], times[rounds - 1]);
}
