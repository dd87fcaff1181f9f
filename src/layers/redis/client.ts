/**
 * Effect's `Redis` service over ioredis. A Redis that is down never holds anybody up: commands fail at once while there
 * is no connection, the client reconnects by itself, and the start waits only a moment for the first connection.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redis from "effect/persistence/Redis"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { Redis as Client, RedisOptions } from "ioredis"

export interface RedisClientOptions {
  readonly url: Redacted.Redacted
  /** Put before every key, so that several houses may share a server. */
  readonly keyPrefix?: string
}

type Overrides = Pick<RedisOptions, "retryStrategy" | "commandTimeout">

const CONNECT_TIMEOUT_MS = 1_000
/** Longer than the patience of the cache, which gives up on its own: this one frees the connection's queue. */
const COMMAND_TIMEOUT_MS = 2_000
const MAX_RECONNECT_PAUSE_MS = 2_000

const failed = (cause: unknown) => new Redis.RedisError({ cause })

const sendWith =
  (client: Client): Redis.Connection["send"] =>
  <A>(command: string, ...args: ReadonlyArray<string>) =>
    Effect.tryPromise({ try: () => client.call(command, [...args]) as Promise<A>, catch: failed })

const make = Effect.fnUntraced(function* (options: RedisClientOptions) {
  const { Redis: IoRedis } = yield* Effect.promise(() => import("ioredis"))
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const settings: Omit<RedisOptions, "replyMapping"> = {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(2 ** attempt * 25, MAX_RECONNECT_PAUSE_MS),
    ...(options.keyPrefix === undefined ? {} : { keyPrefix: options.keyPrefix })
  }
  const open = (overrides: Overrides) => {
    const client = new IoRedis(Redacted.value(options.url), { ...settings, ...overrides })
    let reported = false
    client.on("error", (cause) => {
      // Once per outage: a client that reconnects for an hour would fill the log.
      if (reported) return
      reported = true
      run(Effect.logWarning(`Redis is not reachable: ${cause instanceof Error ? cause.message : cause}`))
    })
    client.on("ready", () => {
      reported = false
    })
    return client
  }
  const scoped = (overrides: Overrides = {}): Effect.Effect<Client, never, Scope.Scope> =>
    Effect.acquireRelease(
      Effect.sync(() => open(overrides)),
      (client) => Effect.sync(() => client.disconnect())
    )
  const connect = (client: Client) => Effect.tryPromise({ try: () => client.connect(), catch: failed })

  const client = yield* scoped()
  yield* Effect.ignore(connect(client))

  return yield* Redis.make({
    send: sendWith(client),
    connect: Effect.gen(function* () {
      const connection = open({ retryStrategy: () => null, commandTimeout: 0 })
      yield* Effect.onError(connect(connection), () => Effect.sync(() => connection.disconnect()))
      return { send: sendWith(connection), close: Effect.sync(() => connection.disconnect()) }
    }),
    subscribe: Effect.fnUntraced(function* (channel, onMessage) {
      const subscriber = yield* scoped()
      subscriber.on("message", (from, message) => onMessage({ channel: from, message }))
      yield* connect(subscriber)
      yield* Effect.tryPromise({ try: () => subscriber.subscribe(channel), catch: failed })
      return Effect.never
    })
  })
})

export const layer = (options: RedisClientOptions): Layer.Layer<Redis.Redis> => Layer.effect(Redis.Redis, make(options))
