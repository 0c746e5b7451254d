/** How long it takes until the last of 100 messages sent at once has been answered. Microseconds. */
import { ask } from "./ask.ts";
import { roundTrips } from "./round_trips.ts";

await ask((bench) => roundTrips(bench, { burst: 100, spin: false }));
