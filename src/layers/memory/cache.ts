/** The cache's store in this process: bounded, the least recently used leave first, the outdated when they are met. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { BackingPersistence, type BackingPersistenceStore } from "effect/persistence/Persistence"

interface Entry {
  readonly value: object
  readonly expires: number
}

const makeStore = (maxEntries: number): BackingPersistenceStore => {
  // A Map iterates in the order of insertion: the first key is the one that was not touched for longest.
  const entries = new Map<string, Entry>()
  const read = (key: string, now: number): object | undefined => {
    const entry = entries.get(key)
    if (entry === undefined) return undefined
    entries.delete(key)
    if (entry.expires <= now) return undefined
    entries.set(key, entry)
    return entry.value
  }
  const write = (key: string, value: object, ttl: Duration.Duration | undefined, now: number) => {
    entries.delete(key)
    entries.set(key, { value, expires: ttl === undefined ? Number.POSITIVE_INFINITY : now + Duration.toMillis(ttl) })
    if (entries.size > maxEntries) entries.delete(entries.keys().next().value!)
  }
  return {
    get: (key) => Effect.map(Clock.currentTimeMillis, (now) => read(key, now)),
    getMany: (keys) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const [first, ...rest] = keys
        return [read(first, now), ...rest.map((key) => read(key, now))]
      }),
    set: (key, value, ttl) => Effect.map(Clock.currentTimeMillis, (now) => write(key, value, ttl, now)),
    setMany: (all) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        for (const [key, value, ttl] of all) write(key, value, ttl, now)
      }),
    remove: (key) => Effect.sync(() => void entries.delete(key)),
    clear: Effect.sync(() => entries.clear())
  }
}

export const layer = (options: { readonly maxEntries: number }): Layer.Layer<BackingPersistence> =>
  Layer.succeed(BackingPersistence, { make: () => Effect.sync(() => makeStore(options.maxEntries)) })
