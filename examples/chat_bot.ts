// A chat bot: answers commands, never answers itself, comes back when the connection is lost, leaves when told to.
//   chat_bot.ts [URL]
import { type NonBlockingClient, reconnect } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const NAME = "helper";

/** What people can ask for, and what it answers. */
const commands: Record<string, (...words: string[]) => string> = {
  "!help": () => `I know ${Object.keys(commands).join(", ")}`,
  "!add": (...numbers) => `That is ${numbers.reduce((sum, number) => sum + Number(number), 0)}`,
  "!leave": () => "Good-bye",
};

const { url } = exampleServer();
for await (const client of reconnect(url, { keepAlive: { interval: 30_000 } })) {
  const close = await client.run({
    onActivated(client) {
      say(client, NAME, "Hello, ask me for !help");
      // Nobody else is on an echo server: the bot hears what it says in another's name.
      for (const text of ["!help", "!add 1 2 3", "!leave"]) say(client, "ann", text);
    },
    onTextMessage(client, message) {
      const { from, text } = parse(message.text);
      if (from === NAME) return;
      console.log(`${from}: ${text}`);
      const [name = "", ...words] = text.split(" ");
      if (!Object.hasOwn(commands, name)) return;
      const answer = commands[name]!(...words);
      console.log(`${NAME}: ${answer}`);
      say(client, NAME, answer);
      if (name === "!leave") client.close(1000, "told to leave"); // and so the loop ends
    },
  });
  console.log(`closed: ${close.code} ${close.reason}`);
}

function say(client: NonBlockingClient, from: string, text: string): void {
  client.sendText(JSON.stringify({ from, text }));
}

/** People's programs send all sorts of things, and the bot is to survive them. */
function parse(json: string): { from: string; text: string } {
  try {
    const { from, text } = JSON.parse(json);
    return { from: String(from), text: String(text) };
  } catch {
    return { from: "?", text: json };
  }
}
