// Log-linear, as HDR histograms are: up to 32 µs a bucket for each microsecond, and from there on sixteen to each
// doubling, so that a bucket is at most a sixteenth as wide as what is in it is long, and its middle at most a 32nd away.
const STEPS = 16;
const EXACT = 2 * STEPS;
/** Times from here on, 134 s, go into the last bucket. */
const LIMIT = 2 ** 27;
const MICROSECONDS = 1000;

/** The bucket that a time belongs into, in milliseconds. */
export function bucketOf(time: number): number {
  const ticks = Math.min(Math.round(time * MICROSECONDS), LIMIT - 1);
  if (ticks < EXACT) return ticks;
  const shift = 27 - Math.clz32(ticks);
  return shift * STEPS + (ticks >>> shift);
}

/** The middle of a bucket, in milliseconds. */
export function bucketMiddle(bucket: number): number {
  if (bucket < EXACT) return bucket / MICROSECONDS;
  const width = 2 ** (Math.floor(bucket / STEPS) - 1);
  return ((STEPS + bucket % STEPS) * width + (width - 1) / 2) / MICROSECONDS;
}

/** How many there are. */
export const BUCKETS: number = bucketOf(Infinity) + 1;
