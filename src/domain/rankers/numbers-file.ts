/** The file that a model of plain numbers is kept in: a line of JSON that says what it holds, then the numbers as they lie in memory. */

const joined = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const file = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    file.set(part, at)
    at += part.length
  }
  return file
}

export const encodeNumbers = (header: unknown, numbers: ReadonlyArray<Float32Array>): Uint8Array => {
  const parts = [
    new TextEncoder().encode(`${JSON.stringify(header)}\n`),
    ...numbers.map(({ buffer, byteLength, byteOffset }) => new Uint8Array(buffer, byteOffset, byteLength))
  ]
  return joined(parts)
}

export const badHeader = () => new Error("its first line does not say what it holds")

/** The first line, and the numbers in as many parts as `sizesOf` says. Throws, in words, where they do not fit. */
export const decodeNumbers = <H>(
  file: Uint8Array,
  read: (header: Readonly<Record<string, unknown>>) => H,
  sizesOf: (header: H) => ReadonlyArray<number>
): { readonly header: H; readonly numbers: ReadonlyArray<Float32Array> } => {
  const end = file.indexOf(10)
  if (end < 0) throw badHeader()
  let line: unknown
  try {
    line = JSON.parse(new TextDecoder().decode(file.subarray(0, end)))
  } catch {
    throw badHeader()
  }
  if (typeof line !== "object" || line === null) throw badHeader()
  const header = read(line as Readonly<Record<string, unknown>>)
  const sizes = sizesOf(header)
  // A copy: the numbers have to begin where numbers may begin, whatever length the line has.
  const body = new Uint8Array(file.subarray(end + 1))
  if (body.byteLength !== 4 * sizes.reduce((a, b) => a + b, 0)) {
    throw new Error("the file has not the length that it says")
  }
  let at = 0
  const numbers = sizes.map((count) => {
    at += count
    return new Float32Array(body.buffer, body.byteOffset + 4 * (at - count), count)
  })
  return { header, numbers }
}

export const isTexts = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.every((one) => typeof one === "string")

export const isNumbers = (value: unknown): value is ReadonlyArray<number> =>
  Array.isArray(value) && value.every((one) => Number.isFinite(one))

/** Several files in one: a line with their lengths, then one after another. */
export const encodeParts = (parts: ReadonlyArray<Uint8Array>): Uint8Array =>
  joined([new TextEncoder().encode(`${JSON.stringify(parts.map(({ length }) => length))}\n`), ...parts])

/** Throws, in words, where the file does not hold so many. */
export const decodeParts = (file: Uint8Array, count: number): ReadonlyArray<Uint8Array> => {
  const end = file.indexOf(10)
  let lengths: unknown
  try {
    lengths = JSON.parse(new TextDecoder().decode(file.subarray(0, Math.max(0, end))))
  } catch {
    throw badHeader()
  }
  if (!isNumbers(lengths) || lengths.length !== count) throw badHeader()
  if (lengths.reduce((a, b) => a + b, 0) !== file.length - end - 1) {
    throw new Error("the file has not the length that it says")
  }
  let at = end + 1
  return lengths.map((length) => {
    at += length
    return file.subarray(at - length, at)
  })
}
