/** How long one message and its answer take when the server never sleeps. Microseconds. */
import { ask } from "./ask.ts";
import { roundTrips } from "./round_trips.ts";

await ask((bench) => roundTrips(bench, { burst: 1, spin: true }));
