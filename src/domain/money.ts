/**
 * Money in whole micro-dollars (a millionth of a dollar), so that sums are exact. Prices are those of Claude per
 * million tokens, which makes them micro-dollars per token.
 */

export interface ModelPrice {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
}

/** By family, newest naming last; the first family whose name is part of the model's decides. */
const PRICES: ReadonlyArray<readonly [family: string, price: ModelPrice]> = [
  ["claude-3-haiku", { input: 0.25, output: 1.25, cacheRead: 0.03, cacheWrite: 0.3 }],
  ["claude-3-5-haiku", { input: 0.8, output: 4, cacheRead: 0.08, cacheWrite: 1 }],
  ["haiku", { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 }],
  ["sonnet", { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 }]
]

/** What a model costs that we do not know: more than any of them, so that the budget holds before the price is known. */
const UNKNOWN_MODEL: ModelPrice = { input: 15, output: 75, cacheRead: 1.5, cacheWrite: 18.75 }

/** What the ledger adds to the name of a model whose answers come by the batch. */
const BATCH = ":batch"
export const inBatches = (model: string): string => `${model}${BATCH}`
/** What can wait a day costs half. */
const BATCH_SHARE = 0.5

export const priceOf = (model: string): ModelPrice => {
  const price = PRICES.find(([family]) => model.includes(family))?.[1] ?? UNKNOWN_MODEL
  if (!model.endsWith(BATCH)) return price
  return {
    input: price.input * BATCH_SHARE,
    output: price.output * BATCH_SHARE,
    cacheRead: price.cacheRead * BATCH_SHARE,
    cacheWrite: price.cacheWrite * BATCH_SHARE
  }
}

export interface Usage {
  /** Tokens that were read anew. */
  readonly inputTokens: number
  readonly outputTokens: number
  /** Tokens that came from the prompt cache. */
  readonly cachedTokens: number
  /** Tokens that were written to the prompt cache. */
  readonly cacheWriteTokens?: number
}

/** Rounded up: a budget that is kept in whole micro-dollars may not be passed by fractions. */
export const costMicros = (model: string, usage: Usage): number => {
  const price = priceOf(model)
  return Math.ceil(
    usage.inputTokens * price.input +
      usage.outputTokens * price.output +
      usage.cachedTokens * price.cacheRead +
      (usage.cacheWriteTokens ?? 0) * price.cacheWrite
  )
}

/** Tokens that the provider adds to every request for its own framing of messages and schemas. */
const FRAMING_TOKENS = 600

/** What a call was allowed to use: no token is shorter than a byte, and the answer is cut at its limit. */
export interface Allowance {
  readonly promptBytes: number
  readonly maxOutputTokens: number
}

const mostInputTokens = (allowed: Allowance): number => allowed.promptBytes + FRAMING_TOKENS

/** The most that a call can cost. */
export const mostMicros = (model: string, allowed: Allowance): number => {
  const price = priceOf(model)
  return Math.ceil(
    mostInputTokens(allowed) * Math.max(price.input, price.cacheWrite) + allowed.maxOutputTokens * price.output
  )
}

/** Whether a call can have used what the provider counted. A count that cannot be true says nothing about the cost. */
export const isPossible = (usage: Usage, allowed: Allowance): boolean => {
  const { inputTokens, cachedTokens, cacheWriteTokens = 0, outputTokens } = usage
  return (
    [inputTokens, cachedTokens, cacheWriteTokens, outputTokens].every((n) => Number.isSafeInteger(n) && n >= 0) &&
    inputTokens + cachedTokens + cacheWriteTokens <= mostInputTokens(allowed) &&
    outputTokens <= allowed.maxOutputTokens
  )
}

export const microsOfUsd = (usd: number): number => Math.round(usd * 1_000_000)
export const usd = (micros: number): string => `$${(micros / 1_000_000).toFixed(micros < 10_000 ? 6 : 2)}`

const DAY_MS = 86_400_000

/** The UTC day of an instant, as the ledger names it. */
export const utcDay = (millis: number): string => new Date(millis).toISOString().slice(0, 10)
export const daysBefore = (day: string, days: number): string => utcDay(Date.parse(`${day}T00:00:00Z`) - days * DAY_MS)

/** Days over which a usual day is averaged, and how far above it a day has to be to ring. */
export const USUAL_DAYS = 7
const ALARM_FACTOR = 2

/**
 * Whether a day costs more than twice the average of the seven days before it. A week without any cost has no usual
 * day: nothing to compare with, no alarm.
 */
export const isUnusual = (todayMicros: number, weekBefore: ReadonlyArray<number>): boolean => {
  const usual = weekBefore.reduce((sum, micros) => sum + micros, 0) / USUAL_DAYS
  return usual > 0 && todayMicros > ALARM_FACTOR * usual
}
