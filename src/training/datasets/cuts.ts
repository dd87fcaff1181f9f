/** Where a dataset's rows are cut into splits: by when they happened. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Definition, Range } from "./definition.ts"
import { cutsOf } from "./split.ts"

/** Times kept to find the cuts; of more rows every second is dropped, again and again. */
const MOST_TIMES = 100_000
/** Where to cut the range's rows, from their times; kept sparsely, however many they are. */
export const cutsFor = Effect.fnUntraced(function* (definition: Definition, range: Range) {
  if (definition.untimed) return cutsOf([])
  const sql = yield* SqlClient
  let times: Array<number> = []
  let stride = 1
  let seen = 0
  const add = (at: number) => {
    if (seen++ % stride === 0) times.push(at)
    if (times.length < MOST_TIMES) return
    times = times.filter((_, i) => i % 2 === 0)
    stride *= 2
  }
  if (definition.times !== undefined) {
    const rows = yield* sql.unsafe<{ at: Date }>(definition.times, [
      new Date(range.from),
      new Date(range.to),
      new Date(range.heardFrom ?? range.from)
    ])
    for (const { at } of rows) add(at.getTime())
  } else {
    const nothing = () => undefined
    yield* definition.read({ range, row: (_, __, at) => add(at), aside: nothing, skip: nothing, leak: nothing })
  }
  return cutsOf(times)
})
