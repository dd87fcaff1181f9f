/** What ranking by a trained model costs: two hundred candidates by feature interactions beside what hears each member of a party. */
import * as Effect from "effect/Effect"
import { interactionsRanker } from "../../src/cases/ranking/interactions-ranker.ts"
import { gaussian, randomStream } from "../../src/domain/basics/random.ts"
import { type InteractionsFile, parametersOf, partsFor } from "../../src/domain/rankers/interactions.ts"
import { shapesOf } from "../../src/domain/rankers/members-model.ts"
import {
  CONTEXTS,
  type SequenceModel,
  parametersOf as sequenceParametersOf
} from "../../src/domain/rankers/sequence-model.ts"
import { places, request, traveler } from "../../test/domain/rankers/fixtures.ts"
import { type Benchmark, numberFlag, type Report } from "../benchmark.ts"
import { percentile } from "../percentile.ts"

const CANDIDATES = 200
const MEMBERS = 4
const HISTORY = 60
const WARM_UP = 100
const MB = 1024 * 1024

const random = randomStream("bench", "ranking", 1)
const numbers = (length: number) => Float32Array.from({ length }, () => gaussian(random) / 10)
const named = (sizes: ReadonlyArray<readonly [string, number]>) =>
  new Map(sizes.map(([name, size]) => [name, numbers(size)]))

/** Of the size that is trained; what its numbers are costs nothing. */
const fileFor = (ids: ReadonlyArray<string>): InteractionsFile => {
  const sizes = { width: 128, blocks: 1, length: 20 }
  const sequence: SequenceModel = {
    ...sizes,
    items: ids,
    rows: numbers(ids.length * sizes.width),
    contexts: numbers(CONTEXTS * sizes.width),
    stranger: numbers(sizes.width),
    cold: undefined,
    parameters: named(sequenceParametersOf(sizes))
  }
  const shape = { parts: partsFor(sizes.width, 2), hidden: 32, width: 16 }
  const columns = shape.parts.reduce((sum, n) => sum + n, 0)
  return {
    sequence,
    members: {
      width: sizes.width,
      parameters: named(shapesOf(sizes.width).map(([name, shape]) => [name, shape.reduce((a, b) => a * b, 1)]))
    },
    sequenceVersion: "1",
    model: {
      ...shape,
      means: numbers(columns),
      scales: new Float32Array(columns).fill(1),
      parameters: named(parametersOf(shape))
    }
  }
}

const run = async (args: ReadonlyArray<string>): Promise<Report> => {
  const rounds = numberFlag(args, "rankings", 2_000)
  const nodes = places(CANDIDATES)
  const ids = nodes.map(({ id }) => id as string)
  const before = process.memoryUsage().rss
  const ranker = interactionsRanker(
    { name: "dlrm", version: "1" },
    fileFor(ids),
    () => undefined,
    () => undefined
  )
  const partyOf = (n: number) =>
    Array.from({ length: n }, (_, m) =>
      traveler(`${m}`, "food", {
        signalCount: 50,
        sequence: Array.from({ length: HISTORY }, (__, i) => ({
          node_id: ids[(i * 7 + m) % CANDIDATES]!,
          accepted: i % 2 === 0,
          at: i
        }))
      })
    )
  const measured = async (members: number) => {
    const times: Array<number> = []
    const gaps: Array<number> = []
    let [goesOn, tickedAt] = [true, 0]
    /** Turns between the slices of a ranking: how long they are apart is how long others wait. */
    const tick = () => {
      const now = performance.now()
      if (tickedAt > 0) gaps.push(now - tickedAt)
      tickedAt = now
      if (goesOn) setImmediate(tick)
    }
    let cpu = process.cpuUsage()
    for (let n = 0; n < rounds + WARM_UP; n++) {
      // Somebody new each time: their taste has to be worked out first.
      const asked = request(partyOf(members), nodes)
      if (n === WARM_UP) {
        cpu = process.cpuUsage()
        tick()
      }
      const began = performance.now()
      await Effect.runPromise(ranker.rank(asked))
      if (n >= WARM_UP) times.push(performance.now() - began)
    }
    goesOn = false
    const { system, user } = process.cpuUsage(cpu)
    return {
      p50: percentile(times, 0.5),
      p99: percentile(times, 0.99),
      stall: percentile(gaps, 0.999),
      cpu: (system + user) / 1_000 / rounds
    }
  }
  const rows = []
  for (const members of [1, MEMBERS]) rows.push({ members, ...(await measured(members)) })
  const memory = (process.memoryUsage().rss - before) / MB
  const worst = rows.at(-1)!
  return {
    tables: [
      {
        title: `${CANDIDATES} candidates, ${rounds} rankings, each of people whose taste is not known yet`,
        columns: ["members", "p50 ms", "p99 ms", "longest hold of the loop, p99.9 ms", "CPU ms"],
        rows: rows.map((row) => [row.members, row.p50, row.p99, row.stall, row.cpu])
      }
    ],
    bars: [
      {
        name: "ranking p99",
        wanted: "< 8 ms",
        measured: `${worst.p99.toFixed(2)} ms`,
        limit: 8,
        value: worst.p99,
        met: worst.p99 < 8
      },
      {
        name: "hold of the event loop, p99.9",
        wanted: "≤ 5 ms",
        measured: `${worst.stall.toFixed(2)} ms`,
        limit: 5,
        value: worst.stall,
        met: worst.stall <= 5
      },
      {
        name: "memory",
        wanted: "≤ 60 MB",
        measured: `${memory.toFixed(1)} MB`,
        limit: 60,
        value: memory,
        met: memory <= 60
      }
    ],
    notes: ["CPU is that of the whole process, of making up the people too."]
  }
}

export const benchmark: Benchmark = {
  summary: "ranking by a trained model: time, hold of the event loop, memory",
  options: ["--rankings 2000   how many"],
  run
}
