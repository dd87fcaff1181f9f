/** A PostgreSQL server of one test's own, for tests that stop or freeze it. */
import { readdirSync, readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import { bundled, installed } from "../../src/layers/embedded/binaries.ts"
import * as Cluster from "../../src/layers/embedded/cluster.ts"
import { alive } from "../../src/layers/embedded/process.ts"
import { plan } from "../../src/layers/embedded/run-as.ts"
import { until } from "../support/server.ts"

export interface OwnPostgres {
  readonly url: string
  /** Stops every process of it where it stands. Linux only. */
  readonly freeze: () => void
  /** Lets them go on; harmless when they run. */
  readonly thaw: () => void
  /** Ends every process of it in this instant, and resolves when none is left. Linux only. */
  readonly kill: () => Promise<void>
  /** Starts it again on its port, with what it had stored, and resolves when it takes clients. */
  readonly start: () => Promise<void>
  /** Sends its clients away and closes in its order. */
  readonly stop: () => Promise<void>
}

export interface OwnPostgresOptions {
  /** What it has committed survives that it is killed: it is slower for it. */
  readonly survives?: boolean
}

/** A process and its children. */
export const processesOf = (parent: number): ReadonlyArray<number> => [
  parent,
  ...readdirSync("/proc").flatMap((name) => {
    try {
      const stat = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/stat`, "utf8") : ""
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent ? [Number(name)] : []
    } catch {
      return []
    }
  })
]

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch {
    // Ended meanwhile.
  }
}

/** Freezes what runs under this process, the process first so that it starts nothing more; gives how to undo it. */
export const freeze = (parent: number): (() => void) => {
  signal(parent, "SIGSTOP")
  const frozen = processesOf(parent)
  for (const pid of frozen) signal(pid, "SIGSTOP")
  return () => {
    for (const pid of frozen) signal(pid, "SIGCONT")
  }
}

const killed = async (parent: number): Promise<void> => {
  signal(parent, "SIGSTOP")
  const all = processesOf(parent)
  for (const pid of all) signal(pid, "SIGKILL")
  await until("a PostgreSQL that is gone", () => !all.some(alive))
}

/** `folder` exists, is empty, and is removed by the caller. */
export const startPostgres = (folder: string, { survives = false }: OwnPostgresOptions = {}): Promise<OwnPostgres> =>
  Effect.gen(function* () {
    const binaries = (yield* installed) ?? (yield* bundled)
    const how = yield* plan(binaries, folder)
    const secret = Cluster.password(folder)
    yield* Cluster.initialise(how, binaries, secret, { throwAway: true })
    const port = yield* Cluster.freePort
    const start = Cluster.start(how, port, { throwAway: !survives })
    let pid: number | undefined = yield* start
    let thaw: () => void = () => {}
    return {
      url: `postgres://${Cluster.USER}:${encodeURIComponent(secret)}@127.0.0.1:${port}/postgres`,
      freeze: () => {
        if (pid !== undefined) thaw = freeze(pid)
      },
      thaw: () => thaw(),
      kill: async () => {
        const it = pid
        pid = undefined
        if (it !== undefined) await killed(it)
      },
      start: async () => {
        pid ??= await Effect.runPromise(start)
      },
      stop: async () => {
        thaw()
        const it = pid
        pid = undefined
        if (it !== undefined) await Effect.runPromise(Cluster.stop(it))
      }
    }
  }).pipe(Effect.runPromise)
