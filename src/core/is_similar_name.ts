/**
 * Whether `name` may be a slip for `known`: one begins as the other, or a letter was left out, added or mistaken, or
 * letters have changed places or case.
 */
export function isSimilarName(known: string, name: string): boolean {
  if (name.length < 2) return false;
  const right = known.toLowerCase();
  const slip = name.toLowerCase();
  if (right.startsWith(slip) || slip.startsWith(right)) return true;
  if (Math.abs(right.length - slip.length) > 1) return false;
  if ([...right].sort().join("") === [...slip].sort().join("")) return true;
  // They differ: neither of these goes on behind both ends.
  let start = 0;
  while (right[start] === slip[start]) start++;
  let end = 0;
  while (right.at(-1 - end) === slip.at(-1 - end)) end++;
  return Math.max(right.length, slip.length) - start - end <= 1;
}
