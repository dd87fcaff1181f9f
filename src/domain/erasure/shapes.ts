/** Values whose shape nobody vouches for: each is what it should be, or nothing. */
import { isUuid } from "../ids.ts"

export type Json = Readonly<Record<string, unknown>>

export const wordOf = (known: ReadonlySet<string>, value: unknown): string | undefined =>
  typeof value === "string" && known.has(value) ? value : undefined

export const matching = (pattern: RegExp, value: unknown): string | undefined =>
  typeof value === "string" && pattern.test(value) ? value : undefined

export const idOf = (value: unknown): string | undefined => (isUuid(value) ? value : undefined)

export const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined

export const wholeOf = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) ? (value as number) : undefined

export const objectOf = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {}

export const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

export const defined = (values: Json): Json =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
