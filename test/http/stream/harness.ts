/** A gateway with streams, restarted at will on the same disk and database, and clients that speak to it. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { HttpServer } from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import type { InetAddress } from "effect/net/NetAddress"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import { ConnectionError, SqlError } from "effect/sql/SqlError"
import { WebSocket } from "ws"
import { type TripId, type UserId, uuidV7 } from "../../../src/domain/ids.ts"
import type { TripState } from "../../../src/domain/trip/model.ts"
import * as MemoryIndex from "../../../src/layers/memory/vector-index.ts"
import * as CatalogStore from "../../../src/layers/postgres/catalog-store.ts"
import { Journal } from "../../../src/services/journal.ts"
import { Personas } from "../../../src/services/personas.ts"
import { Tokens } from "../../../src/services/tokens.ts"
import { TripRuntime } from "../../../src/services/trip-runtime.ts"
import { fromCurated } from "../../../src/sources/city-files.ts"
import { seedCity } from "../../../src/sources/seed-city.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { curatedCities } from "../../support/curated-cities.ts"
import { type StreamServerOptions, streamServer, tripToday } from "../../support/stream-server.ts"
import { eventually } from "../uws/harness.ts"

const CITY = "seattle"

export const city = curatedCities().find((one) => one.city.slug === CITY)!

export const newId = <A>() => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))) as A

/** A database with Seattle in it. */
export const database = Layer.effectDiscard(Effect.flatMap(fromCurated(CITY), seedCity)).pipe(
  Layer.provide(Layer.merge(CatalogStore.layer, MemoryIndex.layer)),
  Layer.provideMerge(freshDatabase())
)

export const scratch = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "overplanned-stream-test-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

export interface Server {
  readonly port: number
  readonly runtime: TripRuntime["Service"]
  readonly journal: Journal["Service"]
  readonly personas: Personas["Service"]
  readonly token: (userId: UserId, ttlMillis?: number) => Effect.Effect<string>
  readonly stop: Effect.Effect<void>
}

/** PostgreSQL as the server sees it, and the switch that takes it away: every statement then fails. */
export const switchable = Effect.map(SqlClient, (sql) => {
  const outage = { on: false, refused: 0 }
  const away = () => {
    outage.refused++
    return Effect.fail(new SqlError({ reason: new ConnectionError({ cause: "the database is away" }) }))
  }
  const client = new Proxy(sql, {
    apply: (target, self, args) =>
      outage.on && Array.isArray(args[0]) ? away() : Reflect.apply(target as never, self, args),
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown
      return outage.on && (name === "unsafe" || name === "withTransaction" || name === "reserve") ? away : value
    }
  })
  return { outage, client }
})

/** One life of the server; it ends with the scope, or before when it is stopped. */
export const start = (options: StreamServerOptions, client?: SqlClient) =>
  Effect.gen(function* () {
    const scope = yield* Effect.acquireRelease(Scope.make(), (made, exit) => Scope.close(made, exit))
    const sql = client ?? (yield* SqlClient)
    const context = yield* Layer.buildWithScope(
      streamServer(options).pipe(
        Layer.provide(Layer.succeed(SqlClient, sql)),
        Layer.provide(Layer.succeed(References.MinimumLogLevel, "None"))
      ),
      scope
    )
    const tokens = Context.get(context, Tokens)
    const server: Server = {
      port: (Context.get(context, HttpServer).address as InetAddress).port,
      runtime: Context.get(context, TripRuntime),
      journal: Context.get(context, Journal),
      personas: Context.get(context, Personas),
      token: (userId, ttlMillis = 600_000) => Effect.orDie(tokens.mint({ userId, role: "traveler", ttlMillis })),
      stop: Scope.close(scope, Exit.void)
    }
    return server
  }).pipe(Effect.orDie)

let seeds = 0

/** A trip under way, with these people on it. */
export const underWay = (server: Server, people: ReadonlyArray<UserId>): Effect.Effect<TripState> =>
  Effect.gen(function* () {
    const trip = tripToday(city, 1000 + seeds++, people, newId<TripId>())
    // A server that just started refuses trips that it must read first, for as long as a busy database keeps it waiting.
    yield* server.journal.enrolled
    const reply = yield* server.runtime.ask(trip.id, { _tag: "create", by: people[0]!, trip })
    return reply._tag === "changed" ? reply.trip : trip
  }).pipe(Effect.orDie)

interface Option {
  readonly option_id: string
  readonly changes: ReadonlyArray<{ readonly action: string; readonly node?: { readonly id: string } }>
}

interface SlotShown {
  readonly id: string
  readonly open: string
  readonly why: ReadonlyArray<string>
  readonly node: { readonly id: string; readonly name: string }
}

/** Whatever the server may say; which fields are there depends on `type`. */
export interface Frame {
  readonly type: string
  readonly id: string
  readonly seq: number
  readonly user_id: string
  readonly epoch: string
  readonly recovered: boolean
  readonly open_offers: ReadonlyArray<unknown>
  readonly online: boolean | ReadonlyArray<string>
  readonly cause: string
  readonly by: string
  readonly state_version: number
  readonly change: string
  readonly pivot_id: string
  readonly options: ReadonlyArray<Option>
  readonly reasons: ReadonlyArray<{ readonly message: string }>
  readonly slot: SlotShown
  readonly trip: {
    readonly id: string
    readonly state_version: number
    readonly days: ReadonlyArray<{ readonly slots: ReadonlyArray<SlotShown> }>
  }
  readonly problem: { readonly type: string; readonly status: number; readonly detail: string }
  readonly reconnect_in_ms: number
}

export interface Client {
  readonly socket: WebSocket
  readonly frames: Array<Frame>
  readonly closed: () => { readonly code: number; readonly reason: string } | undefined
  readonly send: (frame: unknown) => void
}

export interface Connecting {
  readonly token?: string
  readonly query?: string
  readonly protocols?: ReadonlyArray<string>
}

export const connect = (server: Server, tripId: string, how: Connecting = {}): Effect.Effect<Client> =>
  Effect.callback((resume) => {
    const socket = new WebSocket(
      `ws://127.0.0.1:${server.port}/ws/trips/${tripId}/pivot-stream${how.query ?? ""}`,
      [...(how.protocols ?? [])],
      how.token === undefined ? {} : { headers: { authorization: `Bearer ${how.token}` } }
    )
    const frames: Array<Frame> = []
    let closed: { code: number; reason: string } | undefined
    let fault = ""
    socket.on("message", (data: Buffer) => frames.push(JSON.parse(data.toString())))
    socket.on("close", (code, reason) => {
      closed = { code, reason: `${reason.toString()}${fault}` }
    })
    socket.on("error", (cause) => {
      fault = cause.message
    })
    socket.on("open", () => {
      const send = (frame: unknown) => socket.send(typeof frame === "string" ? frame : JSON.stringify(frame))
      resume(Effect.succeed({ socket, frames, closed: () => closed, send }))
    })
  })

export const closedWith = (client: Client) =>
  Effect.map(
    eventually("the socket closes", () => client.closed() !== undefined),
    () => client.closed()!
  )

/** The first frame that fits, now or soon. */
export const frame = (client: Client, what: string, fits: (frame: Frame) => boolean): Effect.Effect<Frame> =>
  Effect.suspend(() => {
    const known = client.frames.find(fits)
    const closed = client.closed()
    if (known !== undefined) return Effect.succeed(known)
    if (closed !== undefined) {
      return Effect.die(new Error(`closed with ${closed.code} (${closed.reason}) before this came: ${what}`))
    }
    const come = () => client.frames.some(fits) || client.closed() !== undefined
    return Effect.andThen(eventually(what, come), frame(client, what, fits))
  })

export const answerTo = (client: Client, id: string) => frame(client, `an answer to ${id}`, (one) => one.id === id)

/** Connected, greeted. */
export const joined = (server: Server, tripId: string, userId: UserId, query = "") =>
  Effect.gen(function* () {
    const client = yield* connect(server, tripId, { token: yield* server.token(userId), query })
    yield* eventually("hello or a refusal", () => client.frames.length > 0 || client.closed() !== undefined)
    const refused = client.frames.length > 0 ? undefined : client.closed()
    if (refused !== undefined) {
      return yield* Effect.die(new Error(`closed before hello with ${refused.code}: ${refused.reason}`))
    }
    return client
  })

/** A server of its own folder. */
export const server = (settings: Readonly<Record<string, string>> = {}) =>
  Effect.flatMap(scratch, (folder) => start({ folder, settings }))
