/** What depends on two places of a city alone, worked out once: searches ask for the same pairs by the thousand. */

/** Pairs that are remembered of a city at most, four bytes each; in a larger one they are worked out each time. */
const MOST_PAIRS = 4_000_000

/**
 * The same function in single precision, remembered for each pair of `count` places from the first time it is asked for. Its
 * values are no NaN.
 */
export const rememberPairs = (
  count: number,
  of: (a: number, b: number) => number
): ((a: number, b: number) => number) => {
  if (count * count > MOST_PAIRS) return (a, b) => Math.fround(of(a, b))
  let known: Float32Array | undefined
  return (a, b) => {
    known ??= new Float32Array(count * count).fill(Number.NaN)
    const at = a * count + b
    if (Number.isNaN(known[at]!)) known[at] = of(a, b)
    return known[at]!
  }
}
