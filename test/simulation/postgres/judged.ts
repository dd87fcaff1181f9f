/** Which decision something follows from, as the statements of the sink look for it. */
import type { Row } from "./schema.ts"
import type { Executing } from "./statement.ts"

export const list = (value: unknown): ReadonlyArray<unknown> => value as ReadonlyArray<unknown>
export const has = (all: unknown, one: unknown): boolean => list(all).includes(one)
export const at = (row: Row, column: string): number => row[column] as number

/** `order by … desc`, newest first, by id where they came together. */
export const newest = (a: Row, b: Row): number =>
  at(b, "occurred_at") - at(a, "occurred_at") || ((a["id"] as string) < (b["id"] as string) ? 1 : -1)

/**
 * The last decision that put the place into the plan, else the last that had it among its candidates: of those from before it was said,
 * else of those from before it was heard.
 */
export const decisionOfTrip = (
  { reader, store }: Executing,
  trip: unknown,
  said: number,
  node: unknown,
  heard = said
): Row | undefined => {
  const later = (one: Row) => Number(at(one, "occurred_at") > said)
  const until = Math.max(said, heard)
  return [...store.scan(reader, "ranking_events")]
    .filter((one) => one["trip_id"] === trip && at(one, "occurred_at") <= until && has(one["candidate_ids"], node))
    .sort(
      (a, b) =>
        later(a) - later(b) ||
        Number(has(b["selected_ids"], node)) - Number(has(a["selected_ids"], node)) ||
        newest(a, b)
    )[0]
}
