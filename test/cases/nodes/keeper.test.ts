import { randomUUID } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { SqlClient } from "effect/sql/SqlClient"
import * as TestClock from "effect/testing/TestClock"
import * as StartupDesk from "../../../src/cases/health/startup-desk.ts"
import * as Keeper from "../../../src/cases/nodes/keeper.ts"
import { LEASE_MS, type Node } from "../../../src/domain/nodes/standing.ts"
import * as PostgresLeases from "../../../src/layers/postgres/nodes/leases.ts"
import { Leases } from "../../../src/services/leases.ts"
import { Ownership } from "../../../src/services/ownership.ts"
import { Startup } from "../../../src/services/startup.ts"
import { Machine, realMachine } from "../../../src/support/machine.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { clockThatJumps } from "../../support/clock-that-jumps.ts"

const node = (name: string): Node => ({
  directory: randomUUID(),
  incarnation: randomUUID(),
  name,
  role: "all",
  release: "1",
  place: name,
  acks: "local",
  address: null
})

const DAY = 86_400_000

const database = PostgresLeases.layer.pipe(Layer.provideMerge(freshDatabase()))

describe("a server's place among those of its database", () => {
  const former = Effect.gen(function* () {
    const leases = yield* Leases
    const self = node("former")
    yield* leases.enter(self, undefined)
    yield* leases.take(self)
    return self
  })

  /** What a server makes of its place; `waited` is told each time it says that it waits, and gives how much time has passed since. */
  const standingOf = (self: Node, waited: () => number) =>
    Effect.gen(function* () {
      const desk = Context.get(yield* Layer.build(StartupDesk.layer), Startup)
      let passed = 0
      const startup = Startup.of({
        ...desk,
        say: (sentence) =>
          Effect.sync(() => {
            if (sentence.includes("waited out")) passed += waited()
          })
      })
      return yield* Keeper.layer(self).pipe(
        Layer.provide(Layer.succeed(Startup, startup)),
        Layer.build,
        Effect.map((services) => Context.get(services, Ownership).standing()),
        Effect.provideService(Machine, { ...realMachine, elapsed: () => performance.now() + passed }),
        Effect.timeout("30 seconds")
      )
    })

  it.live("is taken from an owner that stopped and left a journal to store", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const leases = yield* Leases
      const owner = yield* former
      yield* sql`insert into journal_progress (node_id, segment, byte_offset, directory) values ('left', 0, 0, ${owner.directory})`
      yield* leases.leave(owner)
      const standing = yield* standingOf(node("next"), () => 1_000)
      assert.deepStrictEqual(standing, { is: "owner", epoch: 2, awaits: ["former"] })
    }).pipe(Effect.scoped, Effect.provide(database))
  )

  it.live("is refused at an address where another one is alive, and given there once that one is not", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const leases = yield* Leases
      const address = "10.0.0.5:8000"
      const other = { ...node("other"), address }
      yield* leases.enter(other, undefined)
      yield* sql`update nodes set until = now() + interval '1 hour' where directory = ${other.directory}`
      const next = { ...node("next"), address }
      const refused = yield* Effect.flip(standingOf(next, () => 0))
      assert.match(refused.message, /"other" is alive at 10\.0\.0\.5:8000 already.*address of its own/s)
      yield* sql`update nodes set until = now() - interval '1 second' where directory = ${other.directory}`
      assert.strictEqual((yield* standingOf(next, () => 0)).is, "owner")
    }).pipe(Effect.scoped, Effect.provide(database))
  )

  it.live("is refused at an address that another one has taken in the same moment", () =>
    Effect.gen(function* () {
      const leases = yield* Leases
      const address = "10.0.0.5:8000"
      const [other, next] = [
        { ...node("other"), address },
        { ...node("next"), address }
      ]
      const enter: Leases["Service"]["enter"] = (self, former) =>
        Effect.andThen(leases.enter(other, undefined), leases.enter(self, former))
      const refused = yield* standingOf(next, () => 0).pipe(
        Effect.scoped,
        Effect.provideService(Leases, { ...leases, enter }),
        Effect.flip
      )
      assert.match(refused.message, /"other" is alive at 10\.0\.0\.5:8000 already/)
      const [left] = (yield* leases.nodes).filter(({ name }) => name === "next")
      assert.strictEqual(left?.state, "stopped")
    }).pipe(Effect.scoped, Effect.provide(database))
  )

  it.live("is forgotten a month after it was last heard of, unless it owns or owes something", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const leases = yield* Leases
      const [awaited, owner] = [node("awaited"), node("owner")]
      const long = sql`update nodes set until = now() - interval '31 days'`
      for (const one of [awaited, owner]) {
        yield* leases.enter(one, undefined)
        assert.isTrue(yield* leases.take(one))
        yield* long
      }
      yield* leases.enter(node("gone"), undefined)
      yield* long
      yield* leases.enter(node("lately"), undefined)
      assert.strictEqual(yield* leases.purge, 1)
      assert.sameMembers(
        (yield* leases.nodes).map(({ name }) => name),
        ["awaited", "owner", "lately"]
      )
    }).pipe(Effect.scoped, Effect.provide(database))
  )

  it.live("is taken once the former owner's lease has lapsed, also where the clock was set back meanwhile", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const owner = yield* former
      yield* sql`update nodes set until = now() - interval '1 second' where directory = ${owner.directory}`

      let ahead = DAY
      const standing = yield* standingOf(node("next"), () => {
        // It has looked once: now the clock is right again, and as much time passes as it has to wait.
        ahead = 0
        return LEASE_MS
      }).pipe(
        Effect.provideServiceEffect(
          Clock.Clock,
          clockThatJumps(() => ahead)
        )
      )
      assert.strictEqual(standing.is, "owner")
    }).pipe(Effect.scoped, Effect.provide(database))
  )

  /** Whoever is there is alive for as long as the test takes. */
  const allLive = Effect.flatMap(SqlClient, (sql) => sql`update nodes set until = now() + interval '1 hour'`)

  /** A server of several, that looks at its place when it is told to, and by no clock. */
  const joined = (self: Node, leases: Leases["Service"], clock: Clock.Clock) =>
    Effect.context<SqlClient>().pipe(
      Effect.map((sql) => ({
        ...leases,
        renew: (one: Node) => Effect.tap(leases.renew(one), () => Effect.orDie(Effect.provideContext(allLive, sql)))
      })),
      Effect.flatMap((living) =>
        Layer.build(
          Layer.provide(Keeper.layer({ ...self, address: `${self.name}:8000` }), [
            Layer.succeed(Leases, living),
            StartupDesk.layer
          ])
        )
      ),
      Effect.map((services) => Context.get(services, Ownership)),
      Effect.provideService(Machine, realMachine),
      Effect.provideService(Clock.Clock, clock)
    )

  const becomes = (what: string, held: () => boolean) =>
    Effect.suspend(() => (held() ? Effect.void : Effect.fail(what))).pipe(
      Effect.retry(Schedule.spaced("10 millis")),
      Effect.timeout("20 seconds")
    )

  it.live("is known at once to a server that would have taken it and was too late", () =>
    Effect.gen(function* () {
      const leases = yield* Leases
      const [clock, standing] = [yield* Clock.Clock, yield* TestClock.make()]
      const [given, taken] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const told = (work: Effect.Effect<unknown>) =>
        Deferred.await(given).pipe(Effect.andThen(work), Effect.andThen(Effect.never))
      const first = yield* joined(
        node("first"),
        { ...leases, release: (self) => Effect.andThen(leases.release(self), Deferred.succeed(given, undefined)) },
        clock
      )
      const quick = yield* joined(
        node("quick"),
        {
          ...leases,
          onMoved: told,
          take: (self) => Effect.tap(leases.take(self), () => Deferred.succeed(taken, undefined))
        },
        standing
      )
      const late = yield* joined(
        node("late"),
        { ...leases, onMoved: told, take: (self) => Effect.andThen(Deferred.await(taken), leases.take(self)) },
        standing
      )
      assert.isTrue(yield* first.handOver(Effect.void, true))
      yield* becomes("the quick one owns", () => quick.standing().is === "owner")
      yield* becomes("the late one knows it", () => {
        const known = late.standing()
        return known.is === "follower" && known.owner?.name === "quick"
      })
    }).pipe(Effect.scoped, Effect.provide(database))
  )

  it.live("is not taken back by a look that began before it was given away", () =>
    Effect.gen(function* () {
      const leases = yield* Leases
      const standing = yield* TestClock.make()
      const [begin, looked, answer, over] = yield* Effect.all([1, 2, 3, 4].map(() => Deferred.make<void>()))
      const heir = { ...node("heir"), address: "heir:8000" }
      yield* leases.enter(heir, undefined)
      yield* allLive
      let slow = false
      const renew = Effect.fnUntraced(function* (self: Node) {
        const waits = slow
        slow = false
        const heard = yield* leases.renew(self)
        if (!waits) return heard
        yield* Deferred.succeed(looked!, undefined)
        yield* Deferred.await(answer!)
        return heard
      })
      const first = yield* joined(
        node("first"),
        {
          ...leases,
          renew,
          release: (self) => Effect.andThen(leases.release(self), leases.take(heir)),
          onMoved: (work) =>
            Deferred.await(begin!).pipe(
              Effect.andThen(work),
              Effect.andThen(Deferred.succeed(over!, undefined)),
              Effect.andThen(Effect.never)
            )
        },
        standing
      )
      assert.strictEqual(first.standing().is, "owner")
      slow = true
      yield* Deferred.succeed(begin!, undefined)
      yield* Deferred.await(looked!)
      assert.isTrue(yield* first.handOver(Effect.void, true))
      yield* Deferred.succeed(answer!, undefined)
      yield* Deferred.await(over!)
      assert.deepInclude(first.standing(), { is: "follower" })
      assert.isDefined(first.refusal())
    }).pipe(Effect.scoped, Effect.provide(database))
  )
})
