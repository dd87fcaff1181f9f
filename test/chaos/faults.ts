/** What is done to a running server and to what it stands on. Each fault ends healed. */
import * as Effect from "effect/Effect"
import type { Behaviour } from "../fakes/anthropic.ts"
import { until } from "../support/server.ts"
import type { Surroundings } from "./surroundings.ts"

/** What travelers may count on at this moment. */
export interface Condition {
  /** The server runs, has looked after its trips again, and is not stopped where it stands: pivots are answered. */
  healthy: boolean
  /** The database answers and the disk takes writes: plans can be made. */
  complete: boolean
}

export interface Fault {
  readonly name: string
  readonly run: () => Promise<void>
}

/** What a language model says that has lost its mind; none of it may become a plan, or a bill. */
const LIES: ReadonlyArray<Behaviour> = [
  { say: "I am sorry, Dave." },
  { say: { ranking: [{ n: 1e9, confidence: 2 }], confidence: -1 } },
  { say: { ranking: [], confidence: 1 }, claims: { input: 2e9, output: 2e9 } },
  { say: { narratives: [{ n: -1, text: "\u0000" }] } },
  { say: "", stop: "max_tokens" },
  { refuse: true },
  { cutOff: true }
]

const rest = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

/** The faults that this machine allows; `looksAfterTrips` resolves when a started server has its trips in memory. */
export const faultsOf = (
  around: Surroundings,
  now: Condition,
  random: () => number,
  looksAfterTrips: () => Promise<void>
): ReadonlyArray<Fault> => {
  const { claude, database, disk, redis, toDatabase, toServer } = around
  const between = (least: number, most: number) => rest(least + random() * (most - least))

  const restart = (signal: "SIGKILL" | "SIGTERM") => async () => {
    now.healthy = now.complete = false
    await around.server().stop(signal)
    await around.start(true)
    await looksAfterTrips()
    now.healthy = now.complete = true
  }
  /** Pivots go on through it; plans may have to wait. */
  const incomplete = (begin: () => void | Promise<void>, end: () => void | Promise<void>) => async () => {
    now.complete = false
    await begin()
    await between(1_000, 3_000)
    await end()
    await looksAfterTrips()
    now.complete = true
  }
  /** Pivots and plans go on through it. */
  const unnoticed = (begin: () => void, end: () => void | Promise<void>) => async () => {
    begin()
    await between(1_000, 3_000)
    await end()
  }
  /** Until somebody has asked and got that for an answer. */
  const astray = (behaviour: () => Behaviour) => async () => {
    const asked = claude.calls.length
    claude.always(behaviour)
    await until("a question to Claude", () => claude.calls.length > asked)
    await between(1_000, 3_000)
    claude.always(claude.sensible)
  }
  const named = (name: string, run: () => Promise<void>): Fault => ({ name, run })
  return [
    named("the server killed", restart("SIGKILL")),
    named("the server told to stop", restart("SIGTERM")),
    named("the server stopped where it stands", async () => {
      now.healthy = now.complete = false
      const { pid } = around.server()
      process.kill(pid, "SIGSTOP")
      await between(500, 2_500)
      process.kill(pid, "SIGCONT")
      await looksAfterTrips()
      now.healthy = now.complete = true
    }),
    named("the server killed while its database is away", async () => {
      now.healthy = now.complete = false
      toDatabase.cut()
      await between(500, 1_500)
      await around.server().stop("SIGKILL")
      await around.start(false)
      await between(500, 1_500)
      toDatabase.mend()
      await looksAfterTrips()
      now.healthy = now.complete = true
    }),
    named("the database frozen", incomplete(database.freeze, database.thaw)),
    named("the database killed", incomplete(database.kill, database.start)),
    named("the database stopped and started", incomplete(database.stop, database.start)),
    named("the database cut off", incomplete(toDatabase.cut, toDatabase.mend)),
    named("every connection of the database broken once", incomplete(toDatabase.drop, toDatabase.mend)),
    named("every connection of a traveler broken", unnoticed(toServer.drop, toServer.drop)),
    named(
      "a Claude that hangs",
      astray(() => ({ hang: true }))
    ),
    named(
      "a Claude that lies",
      astray(() => LIES[Math.floor(random() * LIES.length)]!)
    ),
    named(
      "a Claude that is busy",
      astray(() => (random() < 0.5 ? { status: 429, retryAfter: "1" } : { status: 529 }))
    ),
    ...(redis === undefined
      ? []
      : [
          named(
            "Redis killed",
            unnoticed(
              () => Effect.runSync(redis.kill),
              () => Effect.runPromise(redis.restart)
            )
          ),
          named(
            "Redis frozen",
            unnoticed(
              () => Effect.runSync(redis.pause),
              () => Effect.runSync(redis.resume)
            )
          )
        ]),
    ...(disk === undefined
      ? []
      : [
          named("the disk of the journal full", async () => {
            now.complete = false
            const ready = () => fetch(`${around.server().url}/ready`).then((answer) => answer.text())
            await until("a journal that says so", async () => {
              // Again and again: a journal that is drained gives room back.
              disk.fill()
              return /the disk takes no writes/.test(await ready())
            })
            await between(500, 3_000)
            disk.empty()
            await looksAfterTrips()
            now.complete = true
          })
        ])
  ]
}

/** One fault after another: each of them once, in an order of chance, then each again. */
export function* inTurns(faults: ReadonlyArray<Fault>, random: () => number): Generator<Fault, never> {
  for (;;) {
    const left = [...faults]
    while (left.length > 0) yield left.splice(Math.floor(random() * left.length), 1)[0]!
  }
}
