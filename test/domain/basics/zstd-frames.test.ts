/** Files packed with zstd by Node itself, whole and cut off anywhere. */
import { constants, zstdCompressSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { ZstdFrames } from "../../../src/domain/basics/zstd-frames.ts"

const isWhole = (bytes: Uint8Array, partBytes = bytes.length) => {
  const frames = new ZstdFrames()
  for (let at = 0; at < bytes.length; at += partBytes) frames.push(bytes.subarray(at, at + partBytes))
  return frames.isWhole
}

const text = Buffer.from(Array.from({ length: 30_000 }, (_, i) => `line ${(i * 7_919) % 10_007}`).join("\n"))
const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])

describe("a file packed with zstd", () => {
  const packed = zstdCompressSync(text)
  const checked = zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })
  const zeros = zstdCompressSync(Buffer.alloc(1_000_000))
  const several = Buffer.concat([packed, skippable, checked, zeros])

  it("is whole as it was packed, in whatever parts it is read", () => {
    for (const bytes of [packed, checked, zeros, several, zstdCompressSync(Buffer.alloc(0))]) {
      for (const partBytes of [1, 5, 4_096, bytes.length]) assert.isTrue(isWhole(bytes, partBytes))
    }
  })

  it("is not where its end is missing, wherever it was cut", () => {
    for (const bytes of [packed, checked, zeros]) {
      const cuts = [1, 2, 3, 4, 5, bytes.length >> 1, bytes.length - 5, bytes.length - 1]
      for (const cut of cuts) assert.isFalse(isWhole(bytes.subarray(0, bytes.length - cut)), `${cut} bytes missing`)
    }
  })
})
