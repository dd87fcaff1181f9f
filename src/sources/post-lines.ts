/** Lines of a file of any size, in constant memory: a line that is too long is passed over without being held. */
import { closeSync, openSync, readSync } from "node:fs"

export interface Line {
  /** Counted from 1. */
  readonly number: number
  /** `undefined` where the line was too long. */
  readonly text: string | undefined
  readonly bytes: number
}

const CHUNK = 64 * 1024
const NEWLINE = 10

export function* linesOf(path: string, maxBytes: number): Generator<Line> {
  const file = openSync(path, "r")
  const decoder = new TextDecoder()
  try {
    const chunk = Buffer.allocUnsafe(CHUNK)
    let held: Array<Buffer> = []
    let bytes = 0
    let number = 1
    const line = (): Line => {
      const text = bytes > maxBytes ? undefined : decoder.decode(Buffer.concat(held))
      const result = { number: number++, text, bytes }
      held = []
      bytes = 0
      return result
    }
    const hold = (part: Buffer) => {
      bytes += part.length
      if (bytes > maxBytes) held = []
      else held.push(Buffer.from(part))
    }
    for (;;) {
      const read = readSync(file, chunk, 0, CHUNK, null)
      if (read === 0) break
      let start = 0
      for (let end = chunk.indexOf(NEWLINE); end >= 0 && end < read; end = chunk.indexOf(NEWLINE, start)) {
        hold(chunk.subarray(start, end))
        yield line()
        start = end + 1
      }
      if (start < read) hold(chunk.subarray(start, read))
    }
    if (bytes > 0) yield line()
  } finally {
    closeSync(file)
  }
}
