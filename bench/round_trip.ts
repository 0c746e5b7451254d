/** How long one message and its answer take, one at a time. Microseconds. */
import { ask } from "./ask.ts";
import { roundTrips } from "./round_trips.ts";

await ask((bench) => roundTrips(bench, { burst: 1, spin: false }));
