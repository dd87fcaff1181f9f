/** What is done to servers that work together. Each fault ends: afterwards everything is there again. */
import { readFileSync } from "node:fs"
import { type Cluster, pause } from "./cluster.ts"

/** The lease is over, and then some: whoever was away this long was replaced. */
const AWAY_MS = 9_000

/** Until one that was replaced has heard of it and has stored what it had. */
const HEARD_MS = 3_000

export interface Database {
  readonly pid: () => number
  readonly stop: () => Promise<void>
  readonly start: () => Promise<void>
}

export interface Ground {
  readonly cluster: Cluster
  readonly database: Database
  /** How long the database is away. */
  readonly databaseAwayMillis: number
  /** Holds the travelers; gives what lets them go on. */
  readonly hold: () => Promise<() => void>
  /** What was acknowledged and is not stored by now is given up with the disk it lies on. */
  readonly forgo: () => Promise<void>
}

const childrenOf = (pid: number): ReadonlyArray<number> =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number)

/** The postmaster with its backends: nobody answers, and no connection breaks. */
const freeze = async ({ pid }: Database, millis: number) => {
  const all = [pid(), ...childrenOf(pid())]
  const tell = (signal: NodeJS.Signals) => {
    for (const one of all) {
      try {
        process.kill(one, signal)
      } catch {
        // A backend that has ended meanwhile.
      }
    }
  }
  tell("SIGSTOP")
  await pause(millis)
  tell("SIGCONT")
}

type Fault = (ground: Ground) => Promise<void>

const toOwner =
  (strike: (cluster: Cluster, owner: number) => Promise<void>): Fault =>
  async ({ cluster }) => {
    await strike(cluster, await cluster.owner())
    await cluster.revive()
  }

/** A wire of the owner's for as long as a lease and longer. */
const cutting = (wire: "database" | "peers", way: "cut" | "there" | "back" | "both"): Fault =>
  toOwner(async (cluster, owner) => {
    const cable = cluster.wires(owner)[wire]
    if (way === "cut") cable.cut()
    else cable.hold(way)
    await pause(AWAY_MS)
    cable.mend()
    await pause(HEARD_MS)
  })

export const FAULTS = {
  kill: toOwner(async (cluster, owner) => {
    await cluster.kill(owner)
    await pause(AWAY_MS)
  }),
  sleep: toOwner(async (cluster, owner) => {
    cluster.signal(owner, "SIGSTOP")
    await pause(AWAY_MS)
    cluster.signal(owner, "SIGCONT")
    await pause(HEARD_MS)
  }),
  stop: toOwner((cluster, owner) => cluster.stop(owner)),
  "freeze the database": async ({ cluster, database, databaseAwayMillis }) => {
    await freeze(database, databaseAwayMillis)
    await pause(HEARD_MS)
    await cluster.revive()
  },
  "stop the database": async ({ cluster, database, databaseAwayMillis }) => {
    await database.stop()
    await pause(databaseAwayMillis)
    await database.start()
    await pause(HEARD_MS)
    await cluster.revive()
  },
  "cut from the database": cutting("database", "cut"),
  "silence to the database": cutting("database", "there"),
  "silence from the database": cutting("database", "back"),
  "cut from each other": cutting("peers", "cut"),
  "silence between each other": cutting("peers", "back"),
  /** What an operator gave up is never stored, also where its disk turns up after all. */
  "give up a disk": async ({ cluster, forgo, hold }) => {
    const owner = await cluster.owner()
    cluster.wires(owner).database.cut()
    await pause(AWAY_MS)
    const goOn = await hold()
    // Whoever gives up a disk sees to it first that nobody is sent to its server any more.
    cluster.shun(owner)
    await forgo()
    await cluster.giveUp(owner)
    cluster.wires(owner).database.mend()
    await cluster.ended(owner)
    await cluster.revive()
    goOn()
  },
  "restart all": async ({ cluster }) => {
    for (let n = 0; n < cluster.count; n++) {
      await cluster.stop(n)
      await cluster.begin(n)
      await pause(1_000)
    }
  }
} satisfies Readonly<Record<string, Fault>>

export type FaultName = keyof typeof FAULTS

export const FAULT_NAMES = Object.keys(FAULTS) as ReadonlyArray<FaultName>
