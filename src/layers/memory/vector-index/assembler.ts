/**
 * The few bytes of WebAssembly that the kernel needs, by name. Building the module here, at start, keeps it readable
 * and spares every reader a compiler: it is a hundred instructions, assembled in a millisecond.
 */

export type Code = ReadonlyArray<number>

/** LEB128, unsigned. */
const unsigned = (value: number): Code => {
  const out: Array<number> = []
  let rest = value >>> 0
  do {
    const byte = rest & 0x7f
    rest >>>= 7
    out.push(rest === 0 ? byte : byte | 0x80)
  } while (rest !== 0)
  return out
}

/** LEB128, signed. */
const signed = (value: number): Code => {
  const out: Array<number> = []
  let rest = value | 0
  for (;;) {
    const byte = rest & 0x7f
    rest >>= 7
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) return [...out, byte]
    out.push(byte | 0x80)
  }
}

export const I32 = 0x7f
export const F32 = 0x7d
export const V128 = 0x7b
export type ValueType = typeof I32 | typeof F32 | typeof V128

const VOID = 0x40
const WORD_ALIGNED = 2
const VECTOR_ALIGNED = 4

export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (local: number): Code => [0x21, ...unsigned(local)]
export const constant = (value: number): Code => [0x41, ...signed(value)]
export const loadI32 = (offset: number): Code => [0x28, WORD_ALIGNED, ...unsigned(offset)]
export const loadByte = (offset: number): Code => [0x2d, 0, ...unsigned(offset)]
export const storeI32 = (offset: number): Code => [0x36, WORD_ALIGNED, ...unsigned(offset)]
export const storeF32 = (offset: number): Code => [0x38, WORD_ALIGNED, ...unsigned(offset)]
export const loadV128 = (offset: number): Code => [0xfd, 0x00, VECTOR_ALIGNED, ...unsigned(offset)]
export const lane = (index: number): Code => [0xfd, 0x1f, index]
export const addI32: Code = [0x6a]
export const andI32: Code = [0x71]
export const isZero: Code = [0x45]
export const lessThanU: Code = [0x49]
export const greaterOrEqualF32: Code = [0x60]
export const addF32: Code = [0x92]
export const mulF32x4: Code = [0xfd, 0xe6, 0x01]
export const addF32x4: Code = [0xfd, 0xe4, 0x01]
export const ret: Code = [0x0f]
export const breakIf = (depth: number): Code => [0x0d, ...unsigned(depth)]
const END: Code = [0x0b]
export const block = (...body: ReadonlyArray<Code>): Code => [0x02, VOID, ...body.flat(), ...END]
export const loop = (...body: ReadonlyArray<Code>): Code => [0x03, VOID, ...body.flat(), ...END]

const vector = (items: ReadonlyArray<Code>): Code => [...unsigned(items.length), ...items.flat()]
const sized = (body: Code): Code => [...unsigned(body.length), ...body]
const section = (id: number, body: Code): Code => [id, ...sized(body)]
const name = (text: string): Code => sized([...new TextEncoder().encode(text)])

/** A module with one function over an imported shared memory (`env.memory`). */
export const moduleOf = (fn: {
  readonly name: string
  readonly params: ReadonlyArray<ValueType>
  readonly result: ValueType
  readonly locals: ReadonlyArray<ValueType>
  readonly body: ReadonlyArray<Code>
  readonly memory: { readonly minPages: number; readonly maxPages: number }
}): Uint8Array<ArrayBuffer> => {
  const SHARED_WITH_MAXIMUM = 0x03
  const body = [...vector(fn.locals.map((type) => [1, type])), ...fn.body.flat(), ...END]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d],
    ...[0x01, 0x00, 0x00, 0x00],
    ...section(1, vector([[0x60, ...vector(fn.params.map((type) => [type])), ...vector([[fn.result]])]])),
    ...section(
      2,
      vector([
        [
          ...name("env"),
          ...name("memory"),
          0x02,
          SHARED_WITH_MAXIMUM,
          ...unsigned(fn.memory.minPages),
          ...unsigned(fn.memory.maxPages)
        ]
      ])
    ),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...name(fn.name), 0x00, 0x00]])),
    ...section(10, vector([sized(body)]))
  ])
}
