import { onnx } from "onnx-proto"
import { describe, expect, it } from "vitest"
import * as heads from "../../../src/training/learn/heads.ts"
import { sizeOf } from "../../../src/training/learn/onnx/graph.ts"
import { attention } from "../../../src/training/learn/operations/attention.ts"
import { add, addToEach, mask, relu, reshape, scale } from "../../../src/training/learn/operations/elementwise.ts"
import { layerNorm } from "../../../src/training/learn/operations/layer-norm.ts"
import { linear } from "../../../src/training/learn/operations/linear.ts"
import { ownScores, sharedScores, withoutHits } from "../../../src/training/learn/operations/scores.ts"
import { open } from "../../../src/training/learn/runtime.ts"
import { type Lesson, trainingGraph } from "../../../src/training/learn/sasrec/graphs.ts"
import { gradientName, Tape } from "../../../src/training/learn/tape.ts"
import { drawn, type Numbers, operationDifference, worstDifference } from "./differences.ts"

/** Central differences in double are no better than this where slopes are steep. */
const TOLERANCE = 1e-6

const kept = (name: string, shape: ReadonlyArray<number>) => drawn(name, shape, (x) => (x > 0 ? 2 : 0))

describe("the gradient of each operation is that of finite differences", () => {
  const a = drawn("a", [5, 4])
  const b = drawn("b", [5, 4])
  const deep = (name: string) => drawn(name, [2, 3, 4])
  const operations = {
    linear: () =>
      operationDifference({ x: a, weight: drawn("weight", [4, 3]), bias: drawn("bias", [3]) }, (tape, v) =>
        linear(tape, v["x"]!, v["weight"]!, v["bias"]!)
      ),
    add: () => operationDifference({ a, b }, (tape, v) => add(tape, v["a"]!, v["b"]!)),
    "add, of a value to itself": () => operationDifference({ a }, (tape, v) => add(tape, v["a"]!, v["a"]!)),
    addToEach: () =>
      operationDifference({ x: deep("x"), rows: drawn("rows", [3, 4]) }, (tape, v) =>
        addToEach(tape, v["x"]!, v["rows"]!)
      ),
    scale: () => operationDifference({ a }, (tape, v) => scale(tape, v["a"]!, 1.7)),
    mask: () => operationDifference({ a }, (tape, v) => mask(tape, v["a"]!, v["kept"]), { kept: kept("kept", [5, 4]) }),
    relu: () => operationDifference({ a }, (tape, v) => relu(tape, v["a"]!)),
    reshape: () => operationDifference({ a }, (tape, v) => reshape(tape, v["a"]!, [2, 10])),
    layerNorm: () =>
      operationDifference({ a, gain: drawn("gain", [4]), offset: drawn("offset", [4]) }, (tape, v) =>
        layerNorm(tape, v["a"]!, v["gain"]!, v["offset"]!)
      ),
    attention: () =>
      operationDifference(
        { query: deep("query"), key: deep("key"), value: deep("value") },
        (tape, v) =>
          attention(tape, {
            query: v["query"]!,
            key: v["key"]!,
            value: v["value"]!,
            bias: v["bias"]!,
            kept: v["kept"]
          }),
        { bias: drawn("bias", [2, 3, 3], (x) => (x > 0.8 ? -1e9 : x)), kept: kept("square", [2, 3, 3]) }
      ),
    ownScores: () =>
      operationDifference({ states: a, items: b }, (tape, v) => ownScores(tape, v["states"]!, v["items"]!)),
    sharedScores: () =>
      operationDifference({ states: a, items: drawn("items", [6, 4]) }, (tape, v) =>
        sharedScores(tape, v["states"]!, v["items"]!)
      )
  }
  for (const [name, difference] of Object.entries(operations)) {
    it(name, async () => {
      expect(await difference()).toBeLessThan(TOLERANCE)
    })
  }
})

describe("the gradient of each head is that of finite differences", () => {
  const logits = (name: string, shape: ReadonlyArray<number>) => drawn(name, shape, (x) => x * 2)
  const positive = logits("positive", [6, 1])
  const negatives = logits("negatives", [6, 5])
  const weight = drawn("weight", [6, 1], Math.abs)
  type Build = (tape: Tape, v: Readonly<Record<string, ReturnType<Tape["leaf"]>>>) => heads.Head
  const difference = (
    leaves: Readonly<Record<string, Numbers>>,
    data: Readonly<Record<string, Numbers>>,
    of: Build
  ) => {
    const tape = new Tape({ precision: "double" })
    const values: Record<string, ReturnType<Tape["leaf"]>> = {}
    for (const [name, { shape }] of Object.entries(leaves)) values[name] = tape.leaf(name, shape)
    for (const [name, { shape, numbers }] of Object.entries(data)) {
      values[name] = tape.data(name, shape, numbers instanceof Int32Array ? "int32" : "double")
    }
    const head = of(tape, values)
    tape.backward(head.seeds)
    tape.graph.output("loss", head.loss)
    return worstDifference(tape.graph.bytes(), { ...leaves, ...data }, Object.keys(leaves))
  }
  const calibrated = { sampled: 0.1, calibration: 0.75 }
  const pairsOf = {
    "binary cross-entropy": heads.binaryCrossEntropy,
    "sampled softmax": heads.sampledSoftmax,
    "pairwise (BPR)": heads.pairwise,
    "generalized cross-entropy": (tape, p, n, w) => heads.generalizedCrossEntropy(tape, p, n, w, calibrated)
  } satisfies Record<string, typeof heads.pairwise>
  for (const [name, head] of Object.entries(pairsOf)) {
    it(name, async () => {
      const worst = await difference({ positive, negatives }, { weight }, (tape, v) =>
        head(tape, v["positive"]!, v["negatives"]!, v["weight"]!)
      )
      expect(worst).toBeLessThan(TOLERANCE)
    })
    it(`${name}, where a negative is the target itself`, async () => {
      const ids = { targets: { shape: [6, 1], numbers: Int32Array.of(0, 1, 2, 3, 4, 5) } }
      const drawnIds = { ids: { shape: [1, 5], numbers: Int32Array.of(3, 9, 0, 3, 8) } }
      const worst = await difference({ positive, negatives }, { weight, ...ids, ...drawnIds }, (tape, v) =>
        head(tape, v["positive"]!, withoutHits(tape, v["negatives"]!, v["targets"]!, v["ids"]!), v["weight"]!)
      )
      expect(worst).toBeLessThan(TOLERANCE)
    })
  }
  it("logistic", async () => {
    const labels = drawn("labels", [6, 1], (x) => (x > 0 ? 1 : 0))
    const worst = await difference({ logits: positive }, { labels, weight }, (tape, v) =>
      heads.logistic(tape, v["logits"]!, v["labels"]!, v["weight"]!)
    )
    expect(worst).toBeLessThan(TOLERANCE)
  })
})

describe("SASRec as a whole", () => {
  const shape = { batch: 3, length: 4, width: 6, blocks: 2 }
  const rows = shape.batch * shape.length
  const described = (lesson: Lesson) => (lesson.head === "answers" ? 3 : undefined)
  const inputsOf = (graph: ReturnType<typeof trainingGraph>, lesson: Lesson): Record<string, Numbers> => {
    const negatives = lesson.head === "bce" || lesson.head === "answers" ? rows : lesson.negatives
    return {
      items: drawn("items", [rows, shape.width], (x) => x * 0.3),
      targets: drawn("targets", [rows, shape.width]),
      ...(lesson.head === "answers"
        ? {
            answers: { shape: [rows, 1], numbers: Float64Array.from({ length: rows }, (_, i) => i % 2) },
            "described items": drawn("described items", [rows, 3]),
            "described targets": drawn("described targets", [rows, 3])
          }
        : { negatives: drawn("negatives", [negatives, shape.width]) }),
      padding: { shape: [3, 1, 4], numbers: Float64Array.of(-1e9, -1e9, 0, 0, 0, 0, 0, 0, -1e9, 0, 0, 0) },
      weight: { shape: [rows, 1], numbers: Float64Array.of(0, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1).map((x) => x / 9) },
      ...(lesson.head === "bce" || lesson.head === "answers"
        ? {}
        : {
            "target ids": { shape: [rows, 1], numbers: Int32Array.from({ length: rows }, (_, i) => i) },
            "negative ids": { shape: [1, negatives], numbers: Int32Array.from({ length: negatives }, (_, i) => i * 3) }
          }),
      ...Object.fromEntries(graph.masks.map(({ name, shape }) => [name, kept(name, shape)])),
      ...Object.fromEntries([...graph.parameters].map(([name, shape]) => [name, drawn(name, shape, (x) => x * 0.5)]))
    }
  }
  const lessons: ReadonlyArray<Lesson> = [
    { head: "bce" },
    { head: "gbce", negatives: 5, calibration: 0.75, itemCount: 40 },
    { head: "softmax", negatives: 5 },
    { head: "bpr", negatives: 5 },
    { head: "answers" }
  ]
  for (const lesson of lessons) {
    it(`taught by ${lesson.head}: every gradient is that of finite differences`, async () => {
      const graph = trainingGraph(shape, lesson, { dropout: true, precision: "double", columns: described(lesson) })
      const negatives = lesson.head === "answers" ? [] : ["negatives"]
      const leaves = ["items", "targets", ...negatives, ...graph.parameters.keys()]
      expect(await worstDifference(graph.bytes, inputsOf(graph, lesson), leaves)).toBeLessThan(1e-5)
    })
  }

  it("gives the same gradients in single precision, with the operators that are faster there", async () => {
    const lesson: Lesson = { head: "softmax", negatives: 5 }
    const single = trainingGraph(shape, lesson, { dropout: true })
    const double = trainingGraph(shape, lesson, { dropout: true, precision: "double" })
    const inputs = Object.entries(inputsOf(double, lesson))
    const [a, b] = [await open(single.bytes), await open(double.bytes)]
    const feeds = (runtime: typeof a, float: boolean) =>
      Object.fromEntries(
        inputs.map(([name, { numbers, shape }]) => [
          name,
          numbers instanceof Int32Array
            ? runtime.integer(numbers, shape)
            : float
              ? runtime.float(Float32Array.from(numbers), shape)
              : runtime.double(numbers, shape)
        ])
      )
    const [inSingle, inDouble] = [await a.session.run(feeds(a, true)), await b.session.run(feeds(b, false))]
    for (const name of ["items", "targets", "negatives", ...double.parameters.keys()]) {
      const exact = inDouble[gradientName(name)]!.data as Float64Array
      const rough = inSingle[gradientName(name)]!.data as Float32Array
      // Some slopes are zero by nature, such as those of the keys' bias: they are compared with what is usual here.
      const largest = exact.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-3)
      for (const [i, x] of exact.entries()) expect(Math.abs(x - rough[i]!) / largest).toBeLessThan(1e-4)
    }
  })

  it("is written as ONNX that others read: standard operators, unique names, every shape said", () => {
    const graph = trainingGraph(shape, { head: "softmax", negatives: 5 }, { dropout: true })
    const model = onnx.ModelProto.decode(graph.bytes)
    const nodes = model.graph!.node!
    expect(model.opsetImport!.map(({ domain, version }) => [domain, Number(version)])).toEqual([["", 17]])
    expect(new Set(nodes.map(({ name }) => name)).size).toBe(nodes.length)
    expect(nodes.every(({ domain }) => !domain)).toBe(true)
    const items = model.graph!.input!.find(({ name }) => name === "items")!
    const dims = items.type!.tensorType!.shape!.dim!.map(({ dimValue }) => Number(dimValue))
    expect(dims).toEqual([rows, shape.width])
    for (const tensor of model.graph!.initializer!) {
      const bytes = tensor.dataType === 7 ? 8 : 4
      expect(tensor.rawData!.length).toBe(sizeOf(tensor.dims!.map(Number)) * bytes)
    }
  })
})
