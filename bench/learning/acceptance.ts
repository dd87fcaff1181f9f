/** What it costs to order twelve options of a pivot by the chance that they are taken. */

import { between, randomStream } from "../../src/domain/basics/random.ts"
import { ACCEPTANCE_COLUMNS, type AcceptanceWeights, acceptanceOf } from "../../src/domain/pivot/acceptance.ts"
import { percentile } from "../percentile.ts"

const OPTIONS = 12
const UNITS = 16
const ROUNDS = 20_000

/** The 99th percentile in milliseconds, with numbers that nobody trained: how large they are costs nothing. */
export const acceptanceMillis = (seed: number): number => {
  const random = randomStream("acceptance speed", seed)
  const numbers = (count: number) => Array.from({ length: count }, () => between(random, -1, 1))
  const columns = ACCEPTANCE_COLUMNS.length
  const weights: AcceptanceWeights = {
    columns: ACCEPTANCE_COLUMNS,
    means: numbers(columns),
    scales: numbers(columns).map((x) => 1 + Math.abs(x)),
    hidden: Array.from({ length: UNITS }, () => numbers(columns)),
    hidden_bias: numbers(UNITS),
    out: numbers(UNITS),
    out_bias: 0
  }
  const options = Array.from({ length: OPTIONS }, () => numbers(columns))
  const round = () => {
    const began = performance.now()
    options.map((option) => acceptanceOf(weights, option)).sort((a, b) => b - a)
    return performance.now() - began
  }
  for (let i = 0; i < ROUNDS / 10; i++) round()
  return percentile(
    Array.from({ length: ROUNDS }, round).sort((a, b) => a - b),
    0.99
  )
}
