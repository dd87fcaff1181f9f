import { describe, expect, it } from "vitest"
import { bootstrapMean } from "../../../src/training/judge/bootstrap.ts"
import { popularity } from "../../../src/training/learn/baselines.ts"
import { ranksBy } from "../../../src/training/learn/bpr/train.ts"
import { learningCurve } from "../../../src/training/learn/curve.ts"
import { type Shape, sizeOf } from "../../../src/training/learn/onnx/graph.ts"
import { type Progress, TrainingFailed } from "../../../src/training/learn/progress.ts"
import { hitAt } from "../../../src/training/learn/ranks.ts"
import { open } from "../../../src/training/learn/runtime.ts"
import { graphOf, ranksOf, type SasrecModel, statesOf } from "../../../src/training/learn/sasrec/model.ts"
import { type SasrecSettings, sasrecSettings } from "../../../src/training/learn/sasrec/settings.ts"
import { trainSasrec } from "../../../src/training/learn/sasrec/train.ts"
import { trunk } from "../../../src/training/learn/sasrec/trunk.ts"
import { Tape } from "../../../src/training/learn/tape.ts"
import { trainInThread } from "../../../src/training/learn/thread.ts"
import { circle, shuffledCircle, type World } from "./fixtures.ts"

const small = (world: World, more: Partial<SasrecSettings> = {}): SasrecSettings => {
  const settings = sasrecSettings(world.train, 1)
  return {
    ...settings,
    width: 16,
    batches: settings.batches.map((batch) => Math.min(batch, 32)),
    rate: 0.01,
    dropout: 0.1,
    mostEpochs: 8,
    judgeEvery: 4,
    ...more
  }
}

const hits = (ranks: Float32Array) =>
  bootstrapMean(
    ranks.map((rank) => hitAt(3, rank)),
    { seed: 1 }
  )

describe("SASRec", () => {
  it("finds what there is to find, with every head, and nothing where the order was mixed", async () => {
    const world = circle()
    const popular = hits(ranksBy(world.test, popularity(world.train)))
    for (const lesson of [
      { head: "bce" },
      { head: "softmax", negatives: 16 },
      { head: "gbce", negatives: 16, calibration: 0.75, itemCount: 60 },
      { head: "bpr", negatives: 16 }
    ] as const) {
      const { model } = await trainSasrec(world.train, world.validation, small(world, { lesson }))
      expect(hits(await ranksOf(model, world.known, world.test)).lower).toBeGreaterThan(popular.upper)
    }
    const mixed = shuffledCircle()
    const { model } = await trainSasrec(mixed.train, mixed.validation, small(mixed))
    const nothing = hits(ranksBy(mixed.test, popularity(mixed.train)))
    expect(hits(await ranksOf(model, mixed.known, mixed.test)).lower).toBeLessThan(nothing.upper)
  })

  it("gives the same bits again, on a thread of its own too, and others with another seed", async () => {
    const world = circle()
    const settings = small(world, { mostEpochs: 4 })
    const here = await trainSasrec(world.train, world.validation, settings)
    const request = { model: "sasrec" as const, data: world.train, validation: world.validation }
    const progress: Array<Progress> = []
    const there = await trainInThread({ ...request, settings }, (p) => progress.push(p))
    expect(there.model.items).toEqual(here.model.items)
    expect(there.model.parameters).toEqual(here.model.parameters)
    const other = await trainInThread({ ...request, settings: { ...settings, seed: 2 } })
    expect(other.model.items).not.toEqual(here.model.items)

    expect(progress.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4])
    expect(progress.every(({ loss, examples_per_second }) => loss > 0 && examples_per_second > 0)).toBe(true)
    expect(progress.at(-1)).toMatchObject({ eta_s: 0, validation: expect.any(Number) })
    expect(learningCurve("<sasrec>", progress)).toContain("&lt;sasrec&gt;")
    expect(learningCurve("sasrec", progress)).toContain(progress.at(-1)!.validation!.toFixed(4))
  })

  it("serves the states that it was trained with, whatever length its graph is cut for", async () => {
    const world = circle()
    const { model } = await trainSasrec(world.train, world.validation, small(world, { mostEpochs: 2 }))
    const users = Int32Array.of(0, 1, 2)
    const states = await statesOf(model, world.known, users)
    const longest = model.lengths.at(-1)!
    const server = await open(graphOf(model, 1, longest))
    const trainer = await trainingStates(model, longest)
    for (const user of users) {
      const items = world.known.items.subarray(world.known.offsets[user], world.known.offsets[user + 1])
      const newest = items.subarray(Math.max(0, items.length - longest))
      const history = new Int32Array(longest)
      history.set(
        newest.map((item) => item + 1),
        longest - newest.length
      )
      const { state } = await server.session.run({ history: server.integer(history, [1, longest]) })
      const trained = await trainer(history)
      for (let i = 0; i < model.width; i++) {
        expect((state!.data as Float32Array)[i]).toBeCloseTo(trained[i]!, 5)
        expect(states[user * model.width + i]).toBeCloseTo(trained[i]!, 5)
      }
    }
  })

  it("stops once validation no longer gets better, and keeps the best that was seen", async () => {
    const world = circle()
    const settings = small(world, { mostEpochs: 200, judgeEvery: 2, patience: 6, rate: 0.03 })
    const { epochs, bestEpoch, progress, model } = await trainSasrec(world.train, world.validation, settings)
    expect(epochs).toBeLessThan(200)
    expect(epochs - bestEpoch).toBe(6)
    const best = Math.max(...progress.map(({ validation }) => validation ?? 0))
    expect(progress.find(({ validation }) => validation === best)!.epoch).toBe(bestEpoch)
    expect(hits(await ranksOf(model, world.train, world.validation)).mean).toBeGreaterThan(0.5)
  })

  it("ends in one sentence where the loss is no number, and at once where it is cancelled", async () => {
    const world = circle()
    const request = { model: "sasrec" as const, data: world.train, validation: world.validation }
    const broken = trainInThread({ ...request, settings: small(world, { rate: 1e30 }) })
    await expect(broken).rejects.toThrow(TrainingFailed)
    await expect(broken).rejects.toThrow(/^The loss became (NaN|Infinity) in epoch \d+: training is broken off/)

    const cancelled = new AbortController()
    const endless = trainInThread(
      { ...request, settings: small(world, { mostEpochs: 1e6, patience: 1e6 }) },
      () => cancelled.abort(),
      cancelled.signal
    )
    await expect(endless).rejects.toThrow("Training was cancelled; nothing is kept.")
  })
})

/** The last state of the trunk as it is trained, without dropout, for a history of item numbers from 1. */
const trainingStates = async (model: SasrecModel, length: number) => {
  const { width, blocks } = model
  const tape = new Tape()
  const items = tape.leaf("items", [length, width])
  const padding = tape.data("padding", [1, 1, length])
  tape.graph.output("states", trunk(tape, { batch: 1, length, width, blocks }, items, padding))
  const runtime = await open(tape.graph.bytes())
  return async (history: Int32Array): Promise<Float32Array> => {
    const rows = new Float32Array(length * width)
    const hidden = new Float32Array(length)
    for (const [at, item] of history.entries()) {
      if (item === 0) hidden[at] = -1e9
      else rows.set(model.items.subarray((item - 1) * width, item * width), at * width)
    }
    const { states } = await runtime.session.run({
      items: runtime.float(rows, [length, width]),
      padding: runtime.float(hidden, [1, 1, length]),
      ...Object.fromEntries(
        [...tape.parameters].map(([name, shape]: [string, Shape]) => [
          name,
          runtime.float(model.parameters.get(name)!.slice(-sizeOf(shape)), shape)
        ])
      )
    })
    return (states!.data as Float32Array).slice(-width)
  }
}
