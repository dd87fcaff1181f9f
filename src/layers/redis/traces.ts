/** Searches a Redis for keys and values that name a person. */
import * as Effect from "effect/Effect"
import * as Redis from "effect/persistence/Redis"
import { StoreNotSearched, type Trace, type TraceStore } from "../../services/trace-search.ts"

/** Keys that one step of the scan looks at. */
const STEP = "1000"

export const redisTraces = Effect.map(
  Redis.Redis,
  (redis): TraceStore => ({
    name: "cache (Redis)",
    search: ({ texts }) =>
      Effect.gen(function* () {
        const named = (text: unknown) => typeof text === "string" && texts.some((word) => text.includes(word))
        const found: Array<Trace> = []
        let cursor = "0"
        do {
          const [next, keys] = yield* redis.send<[string, Array<string>]>("SCAN", cursor, "COUNT", STEP)
          cursor = String(next)
          const strings: Array<string> = []
          for (const key of keys) {
            if (named(key)) found.push({ where: "a key", what: "its name names the person" })
            if ((yield* redis.send<string>("TYPE", key)) === "string") strings.push(key)
          }
          if (strings.length === 0) continue
          const values = yield* redis.send<Array<string | null>>("MGET", ...strings)
          for (const value of values) if (named(value)) found.push({ where: "a value", what: "it names the person" })
        } while (cursor !== "0")
        return found
      }).pipe(Effect.mapError(() => new StoreNotSearched({ message: "Redis does not answer." })))
  })
)
