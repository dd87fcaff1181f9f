/** A server of the demo's own, on data of its own, whose time can be moved; and the commands beside it, as an operator gives them. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { MS_PER_DAY } from "../../domain/time/calendar.ts"
import { Refused } from "../refused.ts"

/** A server that makes its database first is slow to start on a busy machine. */
const START_MS = 180_000
const STOP_MS = 30_000
const COMMAND_MS = 900_000
const LOOK_MS = 100
/** Of what a program prints: the tokens of a thousand travelers have room, whatever a server says in weeks has not. */
const KEPT_TEXT = 1_000_000

/** Settings of the surroundings that the demo does without: it pays nobody and touches nothing that is not its own. */
const NOT_OURS = ["ANTHROPIC_API_KEY", "REDIS_URL", "QDRANT_URL", "GOOGLE_PLACES_API_KEY", "AUTH_JWKS_URL", "OSRM_URL"]

export const isFaketimeThere = (): boolean => spawnSync("faketime", ["--version"], { stdio: "ignore" }).status === 0

export interface Town {
  readonly base: string
  /** What the server takes for now, in Unix milliseconds. */
  readonly now: () => number
  /** Waits until the database has all that was said so far: commands read nothing else. */
  readonly drained: Effect.Effect<void, Refused>
  readonly moveDays: (days: number) => Effect.Effect<void, Refused>
  /** Runs a command to its end and gives what it printed; one that fails ends the demo with its words. */
  readonly command: (...args: ReadonlyArray<string>) => Effect.Effect<string, Refused>
  /** The same, where it is meant to be refused: gives the refusal. */
  readonly refusal: (...args: ReadonlyArray<string>) => Effect.Effect<string, Refused>
}

interface Running {
  readonly child: ChildProcess
  readonly said: () => string
}

const launch = (root: string, folder: string, environment: NodeJS.ProcessEnv, args: ReadonlyArray<string>): Running => {
  // The variable would fix the time for good; the file may be written anew.
  const child = spawn(
    "faketime",
    ["-f", "+0d", "env", "-u", "FAKETIME", process.execPath, join(root, "src/main.ts"), ...args],
    // A group of its own: faketime waits for what it started, and passes no signal on.
    { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe"], detached: true }
  )
  let text = ""
  const hear = (chunk: unknown) => {
    text = (text + String(chunk)).slice(-KEPT_TEXT)
  }
  child.stdout!.on("data", hear)
  child.stderr!.on("data", hear)
  return { child, said: () => text.trim() }
}

const ended = (child: ChildProcess): Effect.Effect<number | null> =>
  Effect.callback((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.succeed(child.exitCode))
    child.once("exit", (code) => resume(Effect.succeed(code)))
  })

/** To the whole group; whoever of it is gone already needs no signal. */
const signal = (child: ChildProcess, name: NodeJS.Signals) =>
  Effect.sync(() => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name)
    } catch {
      return
    }
  })

/** What it printed is closed when the last of the group has gone. */
const closed = (child: ChildProcess): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (child.stdout!.closed) return resume(Effect.void)
    child.stdout!.once("close", () => resume(Effect.void))
  })

const stop = (child: ChildProcess) =>
  signal(child, "SIGTERM").pipe(
    Effect.andThen(closed(child)),
    Effect.timeout(STOP_MS),
    Effect.catch(() => signal(child, "SIGKILL")),
    Effect.asVoid
  )

const address = (running: Running) =>
  Effect.gen(function* () {
    for (;;) {
      const found = /answers on (http:\S+)/.exec(running.said())?.[1]
      if (found !== undefined) return found
      if (running.child.exitCode !== null) {
        return yield* new Refused({ message: `The demo's server did not start: ${running.said()}` })
      }
      yield* Effect.sleep(LOOK_MS)
    }
  }).pipe(
    Effect.timeoutOrElse({
      duration: START_MS,
      orElse: () => Effect.fail(new Refused({ message: `The demo's server did not start within ${START_MS} ms.` }))
    })
  )

/** Longest that the database may lag behind what was acknowledged. */
const DRAIN_MS = 300_000

const drained = (base: string) =>
  Effect.gen(function* () {
    for (;;) {
      const text = yield* Effect.tryPromise({
        try: async (signal) => (await fetch(`${base}/metrics`, { signal })).text(),
        catch: (cause) => new Refused({ message: `The demo's server does not answer: ${String(cause)}` })
      })
      if (/^overplanned_journal_depth_records(?:\{[^}]*\})? 0$/m.test(text)) return
      yield* Effect.sleep(LOOK_MS)
    }
  }).pipe(
    Effect.timeoutOrElse({
      duration: DRAIN_MS,
      orElse: () => Effect.fail(new Refused({ message: "The database of the demo does not keep up with it." }))
    })
  )

/** A moved time is read anew this soon. */
const TIME_READ_EVERY_S = 1

export const openTown = Effect.fnUntraced(function* (root: string, folder: string) {
  if (!isFaketimeThere()) {
    return yield* new Refused({
      message:
        "The demo moves a server's time by weeks, and does so with faketime, which is not here. Install it (Debian: apt-get install faketime) and run it again."
    })
  }
  mkdirSync(folder, { recursive: true })
  const clock = join(folder, "time")
  let offset = 0
  const write = () => writeFileSync(clock, `+${Math.round(offset / 1000)}\n`)
  write()
  const kept = Object.entries(process.env).filter(([name]) => !NOT_OURS.includes(name))
  const environment: NodeJS.ProcessEnv = {
    ...Object.fromEntries(kept),
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_CACHE_DURATION: String(TIME_READ_EVERY_S),
    // Timers go on by a clock that nobody moves.
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    DONT_FAKE_MONOTONIC: "1",
    PORT: "0",
    HOST: "127.0.0.1",
    OVERPLANNED_DATA_DIR: join(folder, "data"),
    OVERPLANNED_DEMO: "false",
    FIRST_CITIES: "seattle",
    DATASETS_DIR: join(folder, "datasets"),
    MODELS_DIR: join(folder, "models"),
    RANKING_MODEL: "bpr",
    RATE_LIMIT: "off",
    AUTH_SECRET: randomBytes(32).toString("hex"),
    AUTH_MAX_TOKEN_AGE: "120d"
  }
  const server = yield* Effect.acquireRelease(
    Effect.sync(() => launch(root, folder, environment, ["serve"])),
    ({ child }) => stop(child)
  )
  const base = yield* address(server)
  const run = (args: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const running = launch(root, folder, environment, args)
      const code = yield* ended(running.child).pipe(
        // It may be gone before all that it printed was read.
        Effect.tap(() => Effect.timeoutOption(closed(running.child), STOP_MS)),
        Effect.onInterrupt(() => stop(running.child)),
        Effect.timeoutOrElse({
          duration: COMMAND_MS,
          orElse: () => Effect.andThen(stop(running.child), Effect.succeed(null))
        })
      )
      return { code, said: running.said() }
    })
  const town: Town = {
    base,
    drained: drained(base),
    now: () => Date.now() + offset,
    moveDays: (days) =>
      Effect.sync(() => {
        offset += days * MS_PER_DAY
        write()
      }).pipe(Effect.andThen(Effect.sleep((TIME_READ_EVERY_S + 1) * 1_000))),
    command: (...args) =>
      Effect.flatMap(run(args), ({ code, said }) =>
        code === 0
          ? Effect.succeed(said)
          : Effect.fail(new Refused({ message: `${args.join(" ")} ended with ${code}: ${said}` }))
      ),
    refusal: (...args) =>
      Effect.flatMap(run(args), ({ code, said }) =>
        code === 0
          ? Effect.fail(new Refused({ message: `${args.join(" ")} was to be refused, and was not: ${said}` }))
          : Effect.succeed(said)
      )
  }
  return town
})
