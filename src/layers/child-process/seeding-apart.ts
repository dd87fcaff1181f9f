/** `SeedingApart`: the command `seed-city --beside` of this same release, as a child process that is tied to this one by a pipe. */
import { type ChildProcessByStdio, spawn } from "node:child_process"
import { setPriority } from "node:os"
import type { Readable, Writable } from "node:stream"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import type { SeedRequest } from "../../services/city-seeder.ts"
import { SeedingApart, SeedingFailed, SeedingLine } from "../../services/seeding-apart.ts"

export interface SeedingApartOptions {
  /** The file that Node runs. */
  readonly program: string
  /** Of its heap. */
  readonly memoryBytes: number
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** Asked to end, it gives its connections back first; for no longer than this. */
const GRACE_MS = 3_000
/** Who serves goes first, where both want the processor. */
const NICE = 5
/** A summary names ten thousand hours at most. What is longer is none of ours. */
const LONGEST_LINE = 16 * 1024 * 1024
/** What it said last on its standard error: enough to see what it died of. */
const KEPT_OF_ERRORS = 64 * 1024

const argumentsOf = ({ bounds, city, file, limit, name, seed, source }: SeedRequest): ReadonlyArray<string> => {
  const given: ReadonlyArray<readonly [flag: string, value: string | number | undefined]> = [
    ["city", city],
    ["source", source],
    ["limit", limit],
    ["file", file],
    ["name", name],
    ["bounds", bounds && [bounds.south, bounds.west, bounds.north, bounds.east].join(",")],
    ["seed", seed]
  ]
  // In one word each: a value that begins with a hyphen is a value all the same.
  return given.flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}=${value}`]))
}

/** What is loaded before the program here is loaded before it there; bounds of our own memory are not for it. */
const preloads = (): ReadonlyArray<string> =>
  process.execArgv.flatMap((word, at, all) =>
    word === "--import" ? [word, all[at + 1]!] : word.startsWith("--import=") ? [word] : []
  )

const start = ({ memoryBytes, program }: SeedingApartOptions, request: SeedRequest): Child => {
  const heap = `--max-old-space-size=${Math.floor(memoryBytes / 2 ** 20)}`
  const child = spawn(
    process.execPath,
    [...preloads(), heap, program, "seed-city", "--beside", ...argumentsOf(request)],
    { stdio: ["pipe", "pipe", "pipe"] }
  )
  child.stdin.on("error", () => undefined)
  try {
    if (child.pid !== undefined) setPriority(child.pid, NICE)
  } catch {
    // Where nobody may say so, it is as important as we are.
  }
  return child
}

const over = (child: Child) => child.exitCode !== null || child.signalCode !== null || child.pid === undefined

const ended = (child: Child) =>
  Effect.callback<void>((resume) => {
    if (over(child)) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
    child.once("error", () => resume(Effect.void))
  })

const end = (child: Child) =>
  Effect.gen(function* () {
    if (over(child)) return
    child.stdin.end()
    child.kill("SIGTERM")
    if (Option.isNone(yield* Effect.timeoutOption(ended(child), GRACE_MS))) child.kill("SIGKILL")
    yield* ended(child)
  })

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(SeedingLine))

/** Hands over whole lines; what is too long to be one ends the child. */
const linesOf = (child: Child, take: (line: string) => void) => {
  let parts: Array<string> = []
  let held = 0
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const [first, ...others] = text.split("\n")
    parts.push(first!)
    held += first!.length
    for (const next of others) {
      take(parts.join(""))
      parts = [next]
      held = next.length
    }
    if (held > LONGEST_LINE) child.kill("SIGKILL")
  })
}

const whyItDied = (child: Child, said: string, memoryBytes: number): SeedingFailed => {
  if (said.includes("heap out of memory")) {
    const megabytes = Math.floor(memoryBytes / 2 ** 20)
    return new SeedingFailed({
      message: `Seeding needed more than the ${megabytes} MiB that SEEDING_MEMORY allows, and was ended. Allow more, or seed a smaller extract.`,
      retry: false
    })
  }
  const how = child.signalCode === null ? `with code ${child.exitCode}` : `by ${child.signalCode}`
  return new SeedingFailed({ message: `The process that seeded was ended ${how} before it was done.`, retry: true })
}

type LastLine = Exclude<SeedingLine, { readonly progress: unknown }>

/** What the child said last, once it has ended. */
const followed = (child: Child, onProgress: (done: number, total: number) => void) =>
  Effect.callback<{ readonly last: LastLine | undefined; readonly errors: string }, SeedingFailed>((resume) => {
    let last: LastLine | undefined
    let errors = ""
    linesOf(child, (text) => {
      const line = Option.getOrUndefined(decode(text))
      if (line === undefined) return
      if ("progress" in line) onProgress(line.progress.done, line.progress.total)
      else last = line
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      process.stderr.write(text)
      errors = (errors + text).slice(-KEPT_OF_ERRORS)
    })
    child.once("error", (cause) =>
      resume(
        Effect.fail(
          new SeedingFailed({ message: `No process could be started to seed in: ${cause.message}.`, retry: true })
        )
      )
    )
    // Not at its `exit`: what it said last may still be on its way.
    child.once("close", () => resume(Effect.succeed({ last, errors })))
  })

export const layer = (options: SeedingApartOptions) =>
  Layer.effect(
    SeedingApart,
    Effect.gen(function* () {
      const turn = yield* Semaphore.make(1)
      return SeedingApart.of({
        seed: (request, onProgress) =>
          Effect.acquireUseRelease(
            Effect.sync(() => start(options, request)),
            (child) =>
              Effect.gen(function* () {
                const { errors, last } = yield* followed(child, onProgress)
                if (last === undefined) return yield* whyItDied(child, errors, options.memoryBytes)
                if ("failed" in last) return yield* new SeedingFailed(last.failed)
                return last.summary
              }),
            end
          ).pipe(turn.withPermits(1))
      })
    })
  )
