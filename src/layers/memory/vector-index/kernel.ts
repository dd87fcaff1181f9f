/**
 * The scan: inner products of a query with a run of rows, four numbers at a time, over memory that threads share.
 * It hands out only rows that pass the filter and reach the threshold; who calls it raises the threshold as better
 * rows are found, so that after the first few runs almost nothing is handed out.
 */
import {
  addF32,
  addF32x4,
  addI32,
  andI32,
  block,
  breakIf,
  type Code,
  constant,
  F32,
  get,
  greaterOrEqualF32,
  I32,
  isZero,
  lane,
  lessThanU,
  loadByte,
  loadI32,
  loadV128,
  loop,
  moduleOf,
  mulF32x4,
  ret,
  set,
  storeF32,
  storeI32,
  V128
} from "./assembler.ts"

export const PAGE = 65_536
/** 1 GiB: four million places, or two million travelers. Reserved as addresses, not as memory. */
export const MAX_PAGES = 16_384

/**
 * `scan(rows, labels, count, query, categories, wanted, threshold, out, firstRow) → how many were written to out`
 *
 * `labels` holds one word per row: category in the low byte, then the bits of its day parts, then a bit that is
 * always set. A row passes when the byte table `categories` has a 1 for it and it shares a bit with `wanted`.
 * `out` receives pairs of (row, score).
 */
export type Scan = (
  rows: number,
  labels: number,
  count: number,
  query: number,
  categories: number,
  wanted: number,
  threshold: number,
  out: number,
  firstRow: number
) => number

export const DAY_PART_SHIFT = 8
export const ALWAYS = 1 << 16
export const PAIR_BYTES = 8

const ACCUMULATORS = 4

export const kernelBytes = (dimensions: number): Uint8Array<ArrayBuffer> => {
  const [rows, labels, count, query, categories, wanted, threshold, out, row] = [0, 1, 2, 3, 4, 5, 6, 7, 8]
  const [label, score, end, begin] = [9, 10, 11, 12]
  const accumulator = (i: number) => 13 + (i % ACCUMULATORS)
  const rowBytes = dimensions * 4

  const product = (i: number): Code => [
    ...get(rows!),
    ...loadV128(i * 16),
    ...get(query!),
    ...loadV128(i * 16),
    ...mulF32x4
  ]
  const dot: Array<Code> = []
  for (let i = 0; i < dimensions / 4; i++) {
    dot.push(
      i < ACCUMULATORS
        ? [...product(i), ...set(accumulator(i))]
        : [...get(accumulator(i)), ...product(i), ...addF32x4, ...set(accumulator(i))]
    )
  }
  const sumOfLanes: Code = [0, 1, 2, 3].flatMap((i) => [...get(accumulator(0)), ...lane(i), ...(i === 0 ? [] : addF32)])

  return moduleOf({
    name: "scan",
    params: [I32, I32, I32, I32, I32, I32, F32, I32, I32],
    result: I32,
    locals: [I32, F32, I32, I32, V128, V128, V128, V128],
    memory: { minPages: 1, maxPages: MAX_PAGES },
    body: [
      [...get(out!), ...set(begin!)],
      [...get(row!), ...get(count!), ...addI32, ...set(end!)],
      loop(
        block(
          [...get(labels!), ...loadI32(0), ...set(label!)],
          [...get(label!), ...get(wanted!), ...andI32, ...isZero, ...breakIf(0)],
          [
            ...get(categories!),
            ...get(label!),
            ...constant(255),
            ...andI32,
            ...addI32,
            ...loadByte(0),
            ...isZero,
            ...breakIf(0)
          ],
          ...dot,
          [...get(13), ...get(14), ...addF32x4, ...get(15), ...get(16), ...addF32x4, ...addF32x4, ...set(13)],
          [...sumOfLanes, ...set(score!)],
          // NaN compares as false, so a row with a broken number is never an answer.
          [...get(score!), ...get(threshold!), ...greaterOrEqualF32, ...isZero, ...breakIf(0)],
          [...get(out!), ...get(row!), ...storeI32(0)],
          [...get(out!), ...get(score!), ...storeF32(4)],
          [...get(out!), ...constant(PAIR_BYTES), ...addI32, ...set(out!)]
        ),
        [...get(rows!), ...constant(rowBytes), ...addI32, ...set(rows!)],
        [...get(labels!), ...constant(4), ...addI32, ...set(labels!)],
        [...get(row!), ...constant(1), ...addI32, ...set(row!)],
        [...get(row!), ...get(end!), ...lessThanU, ...breakIf(0)]
      ),
      [...get(out!), ...get(begin!), 0x6b, ...ret]
    ]
  })
}

const modules = new Map<number, WebAssembly.Module>()

/** The kernel over this memory. The module is compiled once per number of dimensions and thread. */
export const instantiate = (dimensions: number, memory: WebAssembly.Memory): Scan => {
  let module = modules.get(dimensions)
  if (module === undefined) {
    module = new WebAssembly.Module(kernelBytes(dimensions))
    modules.set(dimensions, module)
  }
  const scan = new WebAssembly.Instance(module, { env: { memory } }).exports["scan"] as Scan
  return (...args) => scan(...args) / PAIR_BYTES
}
