/* Sec-WebSocket-Accept (RFC 6455 section 4.2.2): SHA-1 (RFC 3174) and base64 (RFC 4648). */
#include <stdint.h>
#include <string.h>

enum { ACCEPT_KEY_SIZE = 29, SHA1_SIZE = 20, SHA1_BLOCK = 64 };

static uint32_t rotate(uint32_t word, int bits) { return word << bits | word >> (32 - bits); }

static void sha1_block(uint32_t state[5], const uint8_t *block) {
  uint32_t w[80], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
  for (int t = 0; t < 16; t++) {
    w[t] = (uint32_t)block[4 * t] << 24 | block[4 * t + 1] << 16 | block[4 * t + 2] << 8 | block[4 * t + 3];
  }
  for (int t = 16; t < 80; t++) w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
  for (int t = 0; t < 80; t++) {
    uint32_t mixed = t < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                     : t < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                     : t < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                              : (b ^ c ^ d) + 0xca62c1d6;
    uint32_t next = rotate(a, 5) + mixed + e + w[t];
    e = d, d = c, c = rotate(b, 30), b = a, a = next;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

/* The answer to a key of at most 24 characters, which with the GUID leave two blocks to be hashed. */
static void accept_key(const char *key, size_t length, char *accept) {
  static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  uint8_t message[2 * SHA1_BLOCK] = {0}, digest[SHA1_SIZE + 1] = {0};
  if (length > 24) length = 24;
  memcpy(message, key, length);
  memcpy(message + length, guid, sizeof guid - 1);
  length += sizeof guid - 1;
  size_t total = length < SHA1_BLOCK - 8 ? SHA1_BLOCK : 2 * SHA1_BLOCK;
  message[length] = 0x80;
  message[total - 2] = length * 8 >> 8;
  message[total - 1] = length * 8;
  for (size_t at = 0; at < total; at += SHA1_BLOCK) sha1_block(state, message + at);
  for (int i = 0; i < SHA1_SIZE; i++) digest[i] = state[i / 4] >> (24 - i % 4 * 8);
  for (int i = 0; i < SHA1_SIZE + 1; i += 3) {
    uint32_t three = digest[i] << 16 | digest[i + 1] << 8 | digest[i + 2];
    for (int j = 0; j < 4; j++) *accept++ = alphabet[three >> (18 - 6 * j) & 63];
  }
  accept[-1] = '=';
  *accept = 0;
}
