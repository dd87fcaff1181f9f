/** Recommender models on a public data set: popularity, Markov, BPR and SASRec, by the protocol of the published tables. */
import { createHash } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { randomStream } from "../../src/domain/basics/random.ts"
import type { Interval } from "../../src/domain/learning/promotion.ts"
import { bootstrapMean, disjoint } from "../../src/training/judge/bootstrap.ts"
import { markov, popularity, type Scorer } from "../../src/training/learn/baselines.ts"
import { BprModel } from "../../src/training/learn/bpr/model.ts"
import { bprPass, bprSettings, comparedOf, ranksBy } from "../../src/training/learn/bpr/train.ts"
import { learningCurve } from "../../src/training/learn/curve.ts"
import { type Progress, TrainingFailed } from "../../src/training/learn/progress.ts"
import { hitAt, ndcgAt } from "../../src/training/learn/ranks.ts"
import { graphOf, ranksOf } from "../../src/training/learn/sasrec/model.ts"
import { sasrecSettings, USUAL_EFFORT } from "../../src/training/learn/sasrec/settings.ts"
import { type Sequences, userCount } from "../../src/training/learn/sequences.ts"
import { trainInThread } from "../../src/training/learn/thread.ts"
import { type Bar, type Benchmark, flag, median, NotMeasured, numberFlag } from "../benchmark.ts"
import { acceptanceMillis } from "./acceptance.ts"
import { readInteractions } from "./interactions.ts"
import { type Division, divide } from "./protocol.ts"

/** Fixed before anybody looked at a test set; everything that is drawn is drawn from it. */
const SEED = 1
const CUTOFF = 10
const LEAST_UPDATES_M = 1
const SPEED_RUNS = 5
const MOST_ACCEPTANCE_MS = 0.3
const SPEED_UPDATES = 300_000

const cpuSeconds = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}

interface Judged {
  readonly name: string
  readonly ranks: Float32Array
  readonly cpu_s: number
  readonly hr10: Interval
  readonly ndcg10: Interval
  /** Of what was trained: its numbers' checksum, and how long an epoch took. */
  readonly checksum?: string
  readonly epochs?: number
  readonly best_epoch?: number
}

const judged = (name: string, ranks: Float32Array, cpu_s: number, more: Partial<Judged> = {}): Judged => ({
  name,
  ranks,
  cpu_s,
  hr10: bootstrapMean(
    ranks.map((rank) => hitAt(CUTOFF, rank)),
    { seed: SEED }
  ),
  ndcg10: bootstrapMean(
    ranks.map((rank) => ndcgAt(CUTOFF, rank)),
    { seed: SEED }
  ),
  ...more
})

const checksumOf = (...numbers: ReadonlyArray<Float32Array>): string => {
  const hash = createHash("sha256")
  for (const array of numbers) hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
  return hash.digest("hex").slice(0, 16)
}

const tell = (model: string) => (progress: Progress) => {
  if (progress.validation === undefined) return
  const { epoch, most_epochs, loss, examples_per_second, eta_s, validation } = progress
  process.stderr.write(
    `${model}: epoch ${epoch} of at most ${most_epochs}, loss ${loss.toFixed(4)}, NDCG@10 in validation ${validation.toFixed(4)}, ${Math.round(examples_per_second).toLocaleString("en-US")} examples/s, at most ${Math.round(eta_s)} s to go\n`
  )
}

const baseline = (name: string, { test }: Division, count: () => Scorer): Judged => {
  const before = process.cpuUsage()
  const score = count()
  const cpu_s = cpuSeconds(before)
  return judged(name, ranksBy(test, score), cpu_s)
}

interface Order {
  readonly out: string
  readonly cpuSeconds: number
}

const bpr = async ({ train, validation, test }: Division, { out }: Order): Promise<Judged> => {
  const before = process.cpuUsage()
  const request = { model: "bpr" as const, data: train, validation, settings: bprSettings(train.items.length, SEED) }
  const run = await trainInThread(request, tell("bpr"))
  const cpu_s = cpuSeconds(before)
  const { width, users, items, biases } = run.model
  const model = new BprModel(width, users, items, biases)
  writeFileSync(join(out, "learning-bpr.svg"), learningCurve("bpr", run.progress))
  return judged(
    "bpr",
    ranksBy(test, (user, item) => model.score(user, item)),
    cpu_s,
    { checksum: checksumOf(users, items, biases), epochs: run.progress.length, best_epoch: run.bestEpoch }
  )
}

const sasrec = async (
  { train, validation, known, test }: Division,
  { out, cpuSeconds: effort }: Order
): Promise<Judged> => {
  const before = process.cpuUsage()
  const settings = sasrecSettings(train, SEED, { cpuSeconds: effort })
  const run = await trainInThread({ model: "sasrec", data: train, validation, settings }, tell("sasrec"))
  const cpu_s = cpuSeconds(before)
  writeFileSync(join(out, "learning-sasrec.svg"), learningCurve("sasrec", run.progress))
  writeFileSync(join(out, "learning-sasrec.onnx"), graphOf(run.model, 1, settings.lengths.at(-1)!))
  return judged("sasrec", await ranksOf(run.model, known, test), cpu_s, {
    checksum: checksumOf(run.model.items, ...run.model.parameters.values()),
    epochs: run.epochs,
    best_epoch: run.bestEpoch
  })
}

/** Millions of comparisons that BPR learns from in a CPU second, the median of several passes. */
const bprSpeed = (train: Sequences): number => {
  const model = BprModel.start(64, userCount(train), train.itemCount, randomStream("speed", SEED))
  const compared = comparedOf(train)
  const settings = bprSettings(train.items.length, SEED)
  const random = randomStream("speed", SEED)
  const run = () => {
    const before = process.cpuUsage()
    bprPass(model, compared, SPEED_UPDATES, settings, random)
    return SPEED_UPDATES / 1e6 / cpuSeconds(before)
  }
  run()
  return median(Array.from({ length: SPEED_RUNS }, run))
}

const MODELS = {
  popularity: async (division: Division) => baseline("popularity", division, () => popularity(division.train)),
  markov: async (division: Division) => baseline("markov", division, () => markov(division.train, division.known)),
  bpr,
  sasrec
} as const

const interval = ({ mean, lower, upper }: Interval) => `${mean.toFixed(4)} [${lower.toFixed(4)}, ${upper.toFixed(4)}]`

/** What is asked of the figures, where the caller knows the data set and says so. */
const barsFor = (args: ReadonlyArray<string>, models: ReadonlyArray<Judged>, speed: number | undefined) => {
  const acceptance = acceptanceMillis(SEED)
  const bars: Array<Bar> = [
    {
      name: "pivot_acceptance: twelve options in a pivot's turn, p99",
      wanted: `< ${MOST_ACCEPTANCE_MS} ms`,
      measured: `${acceptance.toFixed(3)} ms`,
      met: acceptance < MOST_ACCEPTANCE_MS
    }
  ]
  if (speed !== undefined) {
    bars.push({
      name: "bpr: comparisons per CPU second, median of five",
      wanted: `≥ ${LEAST_UPDATES_M} M`,
      measured: `${speed.toFixed(2)} M`,
      met: speed >= LEAST_UPDATES_M
    })
  }
  const of = (name: string) => models.find((model) => model.name === name)
  const [last, popular, compared] = [of("sasrec"), of("popularity"), of("bpr")]
  const above = (flagName: string, name: string, measured: number | undefined) => {
    if (flag(args, flagName) === undefined || measured === undefined) return
    const wanted = numberFlag(args, flagName, 0)
    bars.push({ name, wanted: `≥ ${wanted}`, measured: measured.toFixed(4), met: measured >= wanted })
  }
  above("wanted-hr", "sasrec: HR@10 in test", last?.hr10.mean)
  above("wanted-ndcg", "sasrec: NDCG@10 in test", last?.ndcg10.mean)
  if (flag(args, "wanted-hr") !== undefined && popular !== undefined && compared !== undefined) {
    bars.push({
      name: "bpr: above popularity, intervals apart (HR@10)",
      wanted: `> ${popular.hr10.upper.toFixed(4)}`,
      measured: `from ${compared.hr10.lower.toFixed(4)}`,
      met: compared.hr10.mean > popular.hr10.mean && disjoint(compared.hr10, popular.hr10)
    })
  }
  if (flag(args, "wanted-cpu") !== undefined && last !== undefined) {
    const wanted = numberFlag(args, "wanted-cpu", 0)
    bars.push({
      name: "sasrec: CPU seconds of training",
      wanted: `≤ ${wanted}`,
      measured: last.cpu_s.toFixed(0),
      met: last.cpu_s <= wanted
    })
  }
  return bars
}

/** The models that are asked for, in the order of the table. */
const chosen = (args: ReadonlyArray<string>): ReadonlyArray<keyof typeof MODELS> => {
  const all = Object.keys(MODELS) as ReadonlyArray<keyof typeof MODELS>
  const asked = flag(args, "models")
  if (asked === undefined) return all
  const names = asked.split(",")
  const unknown = names.find((name) => !(name in MODELS))
  if (unknown !== undefined) throw new NotMeasured(`There is no model "${unknown}"; there are ${all.join(", ")}.`)
  return all.filter((name) => names.includes(name))
}

export const benchmark: Benchmark = {
  summary: "Learning: popularity, Markov, BPR and SASRec on a data set of interactions.",
  options: [
    '--data folder     holds interactions.txt: "user item" per line, each user\'s in order of time',
    "--out folder      for ranks.csv, learning curves and the SASRec that serves (bench/results)",
    "--minutes m       about how many CPU minutes SASRec may be trained at most (7)",
    "--models a,b      only these of popularity, markov, bpr, sasrec",
    "--wanted-hr x     a bar for SASRec's HR@10 in test, and BPR has to be above popularity",
    "--wanted-ndcg x   a bar for SASRec's NDCG@10 in test",
    "--wanted-cpu s    a bar for the CPU seconds that SASRec is trained"
  ],
  run: async (args) => {
    const folder = flag(args, "data")
    if (folder === undefined || folder === "") {
      throw new NotMeasured("Say where the data is: npm run bench learning -- --data <folder with interactions.txt>.")
    }
    const out = resolve(flag(args, "out") ?? join(import.meta.dirname, "..", "results"))
    const order: Order = { out, cpuSeconds: 60 * numberFlag(args, "minutes", USUAL_EFFORT.cpuSeconds / 60) }
    const names = chosen(args)
    const { data, users } = readInteractions(folder)
    const division = divide(data, SEED)
    mkdirSync(out, { recursive: true })
    const models: Array<Judged> = []
    try {
      for (const name of names) models.push(await MODELS[name](division, order))
    } catch (cause) {
      if (cause instanceof TrainingFailed) throw new NotMeasured(cause.message)
      throw cause
    }
    const speed = names.includes("bpr") ? bprSpeed(division.train) : undefined
    const file = join(out, "ranks.csv")
    const rows = models.flatMap(({ name, ranks }) =>
      Array.from(division.test.users, (user, q) => `${name},${users[user]},${ranks[q]}`)
    )
    writeFileSync(file, `${["model,user,rank", ...rows].join("\n")}\n`)
    return {
      tables: [
        {
          title: `${userCount(data)} users, ${data.itemCount} items, ${data.items.length} interactions; ${division.test.users.length} users asked, ${division.test.width - 1} negatives each`,
          columns: ["model", "HR@10 [95 %]", "NDCG@10 [95 %]", "CPU s", "epochs", "best", "numbers"],
          rows: models.map((model) => [
            model.name,
            interval(model.hr10),
            interval(model.ndcg10),
            model.cpu_s.toFixed(1),
            String(model.epochs ?? "-"),
            String(model.best_epoch ?? "-"),
            model.checksum ?? "-"
          ])
        }
      ],
      bars: barsFor(args, models, speed),
      notes: [
        `Each user's last item is asked for, the one before it is what training was stopped by; ties count half. The rank of every answer stands in ${file}.`
      ],
      figures: {
        seed: SEED,
        ranks: file,
        ...(speed === undefined ? {} : { bpr_million_updates_per_cpu_s: speed }),
        models: models.map(({ ranks: _, hr10, ndcg10, ...model }) => ({
          ...model,
          hr10: hr10.mean,
          ndcg10: ndcg10.mean,
          hr10_interval: [hr10.lower, hr10.upper],
          ndcg10_interval: [ndcg10.lower, ndcg10.upper]
        }))
      }
    }
  }
}
