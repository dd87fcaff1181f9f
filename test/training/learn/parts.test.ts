import { describe, expect, it } from "vitest"
import { gaussian, randomStream } from "../../../src/domain/basics/random.ts"
import { bootstrapMean, disjoint, pairedDifference } from "../../../src/training/judge/bootstrap.ts"
import { DenseAdam, RowAdam } from "../../../src/training/learn/adam.ts"
import { markov, popularity } from "../../../src/training/learn/baselines.ts"
import { bucketLengths, bucketOf, epochBatches, rightAligned } from "../../../src/training/learn/batches.ts"
import { BprModel } from "../../../src/training/learn/bpr/model.ts"
import { bprSettings, ranksBy, trainBpr } from "../../../src/training/learn/bpr/train.ts"
import { DropoutPool } from "../../../src/training/learn/dropout.ts"
import { hitAt, ndcgAt, rankOfFirst } from "../../../src/training/learn/ranks.ts"
import { packed } from "../../../src/training/learn/sequences.ts"
import { circle } from "./fixtures.ts"

const ADAM = { rate: 1e-2, beta1: 0.9, beta2: 0.98, epsilon: 1e-8 }

describe("Adam over rows", () => {
  it("moves every row as dense Adam does, though it only looks at touched ones", () => {
    const [rows, width, steps] = [12, 4, 300]
    const random = randomStream("adam")
    const start = Float32Array.from({ length: rows * width }, () => gaussian(random))
    const dense = new DenseAdam(start.slice(), ADAM)
    const sparse = new RowAdam(start.slice(), width, ADAM)
    const two = new Int32Array(2)
    const read = new Float32Array(2 * width)
    for (let t = 1; t <= steps; t++) {
      // Row 0 often, the others now and then, the last never.
      two[0] = 0
      two[1] = t % 7 === 0 ? 1 + (t % 10) : -1
      sparse.read(two, read)
      const slopes = Float32Array.from({ length: 2 * width }, (_, i) => Math.sin(t + i) + 0.3)
      const whole = new Float32Array(rows * width)
      for (const [k, row] of two.entries()) {
        if (row >= 0) whole.set(slopes.subarray(k * width, (k + 1) * width), row * width)
      }
      sparse.add(two, slopes)
      sparse.step()
      dense.step(t, whole)
    }
    sparse.settle()
    // The closed form takes one correction for all early steps: that is all they differ in.
    for (const [i, weight] of dense.weights.entries()) {
      expect(Math.abs(sparse.table[i]! - weight)).toBeLessThan(0.03 * Math.max(0.2, Math.abs(weight - start[i]!)))
    }
    expect(sparse.table.slice(-width)).toEqual(start.slice(-width))
  })

  it("adds up the gradients of a row that was read twice", () => {
    const once = new RowAdam(new Float32Array(2), 1, ADAM)
    const twice = new RowAdam(new Float32Array(2), 1, ADAM)
    once.add(Int32Array.of(1), Float32Array.of(3))
    twice.add(Int32Array.of(1, 1), Float32Array.of(1, 2))
    for (const table of [once, twice]) table.step()
    expect(twice.table).toEqual(once.table)
    expect(twice.table[1]).toBeLessThan(0)
  })
})

describe("dropout", () => {
  it("drops as many as it should, keeps the mean, and repeats with its seed", () => {
    const pool = (seed: number) => new DropoutPool(0.3, 1000, randomStream(seed))
    const window = pool(1).window(100_000)
    const dropped = window.filter((kept) => kept === 0).length / window.length
    expect(dropped).toBeGreaterThan(0.29)
    expect(dropped).toBeLessThan(0.31)
    expect(window.reduce((sum, kept) => sum + kept, 0) / window.length).toBeCloseTo(1, 1)
    expect(pool(1).window(50)).toEqual(pool(1).window(50))
    expect(pool(2).window(50)).not.toEqual(pool(1).window(50))
  })
})

describe("batches", () => {
  const data = packed(
    100,
    Array.from({ length: 90 }, (_, user) => Array.from({ length: 1 + (user % 30) }, (_, i) => i))
  )

  it("take every user who has something to learn from exactly once an epoch, in an order of the seed's", () => {
    const lengths = bucketLengths(data, 29, 4)
    expect(lengths.at(-1)).toBe(32)
    const sizes = lengths.map(() => 8)
    const batches = epochBatches(data, lengths, sizes, randomStream(1))
    const users = batches.flatMap((batch) => batch.users)
    expect(users.toSorted((a, b) => a - b)).toEqual([...Array(90).keys()].filter((user) => user % 30 > 0))
    for (const { bucket, users } of batches) {
      expect(users.length).toBeLessThanOrEqual(8)
      for (const user of users) expect(bucketOf(lengths, user % 30)).toBe(bucket)
    }
    expect(epochBatches(data, lengths, sizes, randomStream(1))).toEqual(batches)
    expect(epochBatches(data, lengths, sizes, randomStream(2))).not.toEqual(batches)
  })

  it("stand at the right, and lose their oldest where they are too long", () => {
    const into = new Int32Array(8)
    rightAligned(data, [2, 9], 4, 1, into)
    expect([...into]).toEqual([-1, -1, 0, 1, 5, 6, 7, 8])
  })
})

describe("ranks", () => {
  it("count ties half", () => {
    expect(rankOfFirst([1, 0, 0])).toBe(1)
    expect(rankOfFirst([1, 1, 2])).toBe(2.5)
    expect([hitAt(10, 10), hitAt(10, 10.5)]).toEqual([1, 0])
    expect(ndcgAt(10, 1)).toBe(1)
    expect(ndcgAt(10, 3)).toBe(0.5)
  })
})

describe("the baselines", () => {
  const data = packed(5, [
    [0, 1, 2],
    [3, 1, 2],
    [2, 1, 4],
    [1, 2]
  ])
  it("popularity counts, Markov asks what came after the last one and breaks ties by popularity", () => {
    const popular = popularity(data)
    expect([0, 1, 2, 3, 4].map((item) => popular(0, item))).toEqual([1, 4, 4, 1, 1])
    const known = packed(5, [[1], [4]])
    const next = markov(data, known)
    expect(next(0, 2)).toBeGreaterThan(next(0, 4))
    expect(next(0, 4)).toBeGreaterThan(next(0, 1))
    expect(next(1, 2)).toBeGreaterThan(next(1, 0))
  })
})

describe("BPR", () => {
  it("learns who likes what, and the same bits with the same seed", () => {
    const world = circle()
    const settings = { ...bprSettings(world.train.items.length, 1), width: 8, mostEpochs: 60 }
    const run = trainBpr(world.train, world.validation, settings)
    const hits = (score: (user: number, item: number) => number) =>
      bootstrapMean(
        ranksBy(world.test, score).map((rank) => hitAt(10, rank)),
        { seed: 1 }
      )
    expect(hits((user, item) => run.model.score(user, item)).lower).toBeGreaterThan(hits(popularity(world.train)).upper)
    expect(trainBpr(world.train, world.validation, settings).model.items).toEqual(run.model.items)
  })

  it("moves along the slope of its own loss", () => {
    const random = randomStream("slope")
    const model = BprModel.start(6, 1, 2, random)
    const loss = () => Math.log1p(Math.exp(model.score(0, 1) - model.score(0, 0)))
    const before = model.copy()
    const [rate, step] = [1e-3, 1e-3]
    const slopes = Array.from(model.users, (value, k) => {
      model.users[k] = value + step
      const above = loss()
      model.users[k] = value - step
      const below = loss()
      model.users[k] = value
      return (above - below) / (2 * step)
    })
    model.learn(0, 0, 1, 1, { rate, decay: 0, biasDecay: 0 })
    for (const [k, slope] of slopes.entries()) expect((before.users[k]! - model.users[k]!) / rate).toBeCloseTo(slope, 3)
  })
})

describe("the bootstrap", () => {
  const values = Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 1 : 0))

  it("covers the mean with the width that theory says, the same with the same seed", () => {
    const interval = bootstrapMean(values, { seed: 1 })
    expect(interval.mean).toBe(0.25)
    const deviation = Math.sqrt((0.25 * 0.75) / 400)
    expect((interval.upper - interval.lower) / (2 * 1.96 * deviation)).toBeCloseTo(1, 1)
    expect(bootstrapMean(values, { seed: 1 })).toEqual(interval)
    expect(
      disjoint(
        interval,
        bootstrapMean(
          values.map((x) => x + 1),
          { seed: 1 }
        )
      )
    ).toBe(true)
    expect(disjoint(interval, interval)).toBe(false)
  })

  it("is wider where people come in groups, and narrower where two models are compared on the same people", () => {
    const alone = bootstrapMean(values, { seed: 1 })
    const sorted = values.toSorted((a, b) => a - b)
    const clusters = sorted.map((_, i) => Math.floor(i / 10))
    const together = bootstrapMean(sorted, { seed: 1, clusters })
    expect(together.upper - together.lower).toBeGreaterThan(2 * (alone.upper - alone.lower))
    const paired = pairedDifference(
      values.map((x, i) => (i % 40 === 1 ? 1 : x)),
      values,
      { seed: 1 }
    )
    expect(paired.mean).toBeCloseTo(0.025, 5)
    expect(paired.lower).toBeGreaterThan(0)
    expect(paired.upper - paired.lower).toBeLessThan(alone.upper - alone.lower)
    expect(() => pairedDifference([1], [], { seed: 1 })).toThrow("A pair has two sides")
  })
})
