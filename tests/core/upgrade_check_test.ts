import { assertEquals } from "@std/assert";
import { describe, it } from "node:test";
import type { ExtensionOffer, ExtensionParameter } from "../../src/core/extension_header.ts";
import {
  accepted,
  acceptOf,
  assertRefused,
  bytesOf,
  handshake,
  outcomeOf,
  sampleAccept,
  sampleKey,
} from "./answers.ts";

/** An offer that takes any parameters but `bad`, and keeps what it was given. */
function offer(name: string): ExtensionOffer & { readonly given: ExtensionParameter[] } {
  const given: ExtensionParameter[] = [];
  const accept = (parameters: readonly ExtensionParameter[]) => {
    given.splice(0, given.length, ...parameters);
    return parameters.some(({ name }) => name === "bad") ? "a parameter is bad" : undefined;
  };
  return { name, offer: name, accept, given };
}

describe("headers of a 101", () => {
  it("10 Upgrade is exactly websocket, in any case", () => {
    for (const value of ["websocket", "WebSocket", "WEBSOCKET", " \twebsocket\t "]) {
      assertEquals(outcomeOf(accepted([`UPGRADE:${value}`], "Upgrade")).done, true, value);
    }
  });

  it("10 Upgrade missing, other or a list fails", () => {
    assertRefused(accepted([], "Upgrade"), "the server's answer has no Upgrade header");
    for (
      const value of [
        "",
        "h2c",
        "websocket2",
        "websocket/13",
        "websocket, h2c",
        "h2c, websocket",
        "websocket,",
      ]
    ) {
      assertRefused(
        accepted([`Upgrade: ${value}`], "Upgrade"),
        `the server upgrades to something other than "websocket": "${value}"`,
      );
    }
    assertRefused(accepted(["Upgrade: websocket"]), "the server's answer has more than one Upgrade header");
  });

  it("11 Connection holds the token upgrade in a list, any case", () => {
    for (
      const lines of [
        ["Connection: upgrade"],
        ["Connection: UPGRADE"],
        ["connection: keep-alive, Upgrade"],
        ["Connection: Upgrade,keep-alive"],
        ["Connection: a ,\tupgrade\t, b"],
        ["Connection: ,upgrade,"],
        ["Connection: keep-alive", "Connection: upgrade"],
      ]
    ) {
      assertEquals(outcomeOf(accepted(lines, "Connection")).done, true, lines.join());
    }
  });

  it("11 Connection missing or without the token fails", () => {
    assertRefused(accepted([], "Connection"), "the server's answer has no Connection header");
    for (
      const value of [
        "",
        "close",
        "keep-alive",
        "upgraded",
        "not-upgrade",
        "up grade",
        '"upgrade"',
        "keep-alive upgrade",
      ]
    ) {
      assertRefused(
        accepted([`Connection: ${value}`], "Connection"),
        `the server's Connection header lacks "Upgrade": ${JSON.stringify(value)}`,
      );
    }
  });

  it("12 Accept is compared exactly", () => {
    assertRefused(
      accepted([], "Sec-WebSocket-Accept"),
      "the server's answer has no Sec-WebSocket-Accept header",
    );
    for (
      const value of [
        "",
        sampleKey,
        acceptOf("another key"),
        sampleAccept.toLowerCase(),
        sampleAccept.slice(0, -1),
        sampleAccept + "=",
        `"${sampleAccept}"`,
        `${sampleAccept}, ${sampleAccept}`,
      ]
    ) {
      assertRefused(
        accepted([`Sec-WebSocket-Accept: ${value}`], "Sec-WebSocket-Accept"),
        `the server's Sec-WebSocket-Accept does not fit the key: ${JSON.stringify(value)}`,
      );
    }
  });

  it("12 Accept fits the key that was sent", () => {
    for (let attempt = 0; attempt < 20; attempt++) {
      const random = (bytes: Uint8Array) => void crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
      const opening = handshake({ random });
      const key = /Sec-WebSocket-Key: (.*)\r/.exec(String.fromCharCode(...opening.request))![1];
      opening.receive(bytesOf(accepted().replace(sampleAccept, acceptOf(key))));
      assertEquals(opening.done, true);
    }
  });

  it("13 white space around Accept is ignored", () => {
    const line = `Sec-WebSocket-Accept: \t ${sampleAccept} \t`;
    assertEquals(outcomeOf(accepted([line], "Sec-WebSocket-Accept")).done, true);
  });

  it("14 Accept twice fails, the same or not", () => {
    for (const value of [sampleAccept, "x"]) {
      assertRefused(
        accepted([`sec-websocket-accept: ${value}`]),
        "the server's answer has more than one Sec-WebSocket-Accept header",
      );
    }
  });

  it("a failure carries the answer", () => {
    const { response } = assertRefused(
      accepted(["X: y"], "Upgrade") + "frames",
      "the server's answer has no Upgrade header",
    );
    const headers = [["connection", "Upgrade"], ["sec-websocket-accept", sampleAccept], ["x", "y"]] as const;
    assertEquals(response, { status: 101, headers, body: new Uint8Array() });
  });
});

describe("extensions", () => {
  const chosen = (value: string) => accepted([`Sec-WebSocket-Extensions: ${value}`]);

  it("15 one that was offered is agreed on, with its parameters", () => {
    const x = offer("x");
    const outcome = outcomeOf(chosen(' x; a="1"; b '), { extensions: [offer("w"), x] });
    assertEquals([outcome.done, outcome.extensions], [true, 'x; a="1"; b']);
    assertEquals(x.given, [{ name: "a", value: "1" }, { name: "b", value: undefined }]);
    assertEquals(outcomeOf(chosen("x, w"), { extensions: [offer("w"), x] }).extensions, "x, w");
  });

  it("15 none chosen is agreed on, too", () => {
    assertEquals(outcomeOf(accepted(), { extensions: [offer("x")] }).extensions, "");
  });

  it("15 one that was not offered fails", () => {
    for (const extensions of [[], [offer("x")]]) {
      const message = "the server chose an extension that was not offered: ";
      assertRefused(chosen("permessage-deflate; a=1"), message + '"permessage-deflate"', { extensions });
      assertRefused(chosen("X"), message + '"X"', { extensions });
    }
    assertRefused(chosen("x, y"), 'the server chose an extension that was not offered: "y"', {
      extensions: [offer("x")],
    });
  });

  it("15 one listed twice fails", () => {
    const extensions = [offer("x"), offer("y")];
    assertRefused(chosen("x, y, x; a"), 'the server chose an extension twice: "x"', { extensions });
    assertRefused(
      accepted(["Sec-WebSocket-Extensions: x", "Sec-WebSocket-Extensions: y"]),
      "the server's answer has more than one Sec-WebSocket-Extensions header",
      { extensions },
    );
  });

  it("18 a malformed header fails", () => {
    for (const value of ["", ",", "x;", "x; a=", 'x; a="1', "x y", "x; a b"]) {
      const message = `the server's Sec-WebSocket-Extensions is malformed: ${JSON.stringify(value)}`;
      assertRefused(chosen(value), message, { extensions: [offer("x")] });
    }
  });

  it("50 parameters that the offer does not agree with fail", () => {
    const message = 'extension x: a parameter is bad: "x; bad"';
    assertRefused(chosen("x; bad"), message, { extensions: [offer("x")] });
  });
});

describe("subprotocols", () => {
  const chosen = (value: string) => accepted([`Sec-WebSocket-Protocol: ${value}`]);

  it("16 one that was asked for is agreed on", () => {
    assertEquals(outcomeOf(chosen("b"), { protocols: ["a", "b"] }).protocol, "b");
    assertEquals(outcomeOf(chosen(" a\t"), { protocols: "a" }).protocol, "a");
  });

  it("16 one not asked for, in other case, or two fail", () => {
    const message = "the server chose a subprotocol that was not offered: ";
    for (const value of ["c", "A", "", "a, b", "a,", "a b"]) {
      assertRefused(chosen(value), `${message}"${value}"`, { protocols: ["a", "b"] });
    }
    assertRefused(chosen("a"), message + '"a"');
    assertRefused(chosen(""), message + '""');
  });

  it("16 two headers fail, the same or not", () => {
    for (const second of ["a", "b"]) {
      assertRefused(
        accepted(["Sec-WebSocket-Protocol: a", `Sec-WebSocket-Protocol: ${second}`]),
        "the server's answer has more than one Sec-WebSocket-Protocol header",
        { protocols: ["a", "b"] },
      );
    }
  });

  it("17 asked for and none chosen: open, with none", () => {
    const { done, protocol } = outcomeOf(accepted(), { protocols: ["a"] });
    assertEquals([done, protocol], [true, ""]);
  });
});
