import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { encodeBase64 } from "../../src/core/base64.ts";
import { sha1 } from "../../src/core/sha1.ts";
import { acceptOf, bytesOf, sampleAccept, sampleKey } from "./answers.ts";

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

describe("sha1", () => {
  it("gives the digests of RFC 3174 §7.3 and of nothing", () => {
    assertEquals(hex(sha1(bytesOf("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
    assertEquals(
      hex(sha1(bytesOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
    );
    assertEquals(hex(sha1(bytesOf("01234567".repeat(80)))), "dea356a2cddd90c7a7ecedc5ebb563934f460452");
    assertEquals(hex(sha1(new Uint8Array())), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  });

  it("agrees with another implementation at every length around the block size", () => {
    for (let length = 0; length <= 200; length++) {
      const message = Uint8Array.from({ length }, (_, index) => (index * 151 + length) & 0xff);
      assertEquals(hex(sha1(message)), createHash("sha1").update(message).digest("hex"), `length ${length}`);
    }
  });

  it("makes the accept key of RFC 6455 §1.3", () => {
    const digest = sha1(bytesOf(sampleKey + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    assertEquals(encodeBase64(digest), sampleAccept);
    assertEquals(acceptOf(sampleKey), sampleAccept);
  });
});
