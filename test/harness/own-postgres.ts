/** A PostgreSQL server of one test's own, for tests that stop or freeze it. */
import { readdirSync, readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import { bundled, installed } from "../../src/layers/embedded/binaries.ts"
import * as Cluster from "../../src/layers/embedded/cluster.ts"
import { plan } from "../../src/layers/embedded/run-as.ts"

export interface OwnPostgres {
  readonly url: string
  /** Stops every process of it where it stands. Linux only. */
  readonly freeze: () => void
  /** Lets them go on; harmless when they run. */
  readonly thaw: () => void
  readonly stop: () => Promise<void>
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

/** `folder` exists, is empty, and is removed by the caller. */
export const startPostgres = (folder: string): Promise<OwnPostgres> =>
  Effect.gen(function* () {
    const binaries = (yield* installed) ?? (yield* bundled)
    const how = yield* plan(binaries, folder)
    const secret = Cluster.password(folder)
    yield* Cluster.initialise(how, binaries, secret, { throwAway: true })
    const port = yield* Cluster.freePort
    const pid = yield* Cluster.start(how, port, { throwAway: true })
    let thaw: () => void = () => {}
    return {
      url: `postgres://${Cluster.USER}:${encodeURIComponent(secret)}@127.0.0.1:${port}/postgres`,
      freeze: () => {
        thaw = freeze(pid)
      },
      thaw: () => thaw(),
      stop: () => {
        thaw()
        return Effect.runPromise(Cluster.stop(pid))
      }
    }
  }).pipe(Effect.runPromise)
