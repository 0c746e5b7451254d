// The tested client of Autobahn's fuzzing server: one column, all cases.
//   <runtime> testee.ts <URL of the server> <column> <agent> <number of cases>
import process from "node:process";
import { IoThread, NonBlockingClient } from "../../../mod.ts";
import { type ConformanceCase, opens } from "../case.ts";
import { columnsOf, currentRuntime } from "../columns.ts";

const [server, columnAt, agent, count] = process.argv.slice(2) as [string, string, string, string];
const column = columnsOf(currentRuntime())[Number(columnAt)]!;

/** A program that sends back what it is told; the server judges it. */
const echo: ConformanceCase = { number: "", name: "echo", echoes: true, expected: opens };

// Limits are the defaults. That every message is compressed is for the cases that are about that.
const thread = new IoThread();
const options = { transport: column.transport, perMessageDeflate: { threshold: 0 }, thread };

for (let number = 1; number <= Number(count); number++) {
  await column.run(echo, `${server}/runCase?case=${number}&agent=${encodeURIComponent(agent)}`, options);
}
// The server writes its reports before it answers anybody again.
const client = await NonBlockingClient.connect(
  `${server}/updateReports?agent=${encodeURIComponent(agent)}`,
  { handshakeTimeout: 120_000 },
);
await client.run({});
// By force: whatever a style left behind is not the server's business.
process.exit(0);
