/** The pictures for home screens: what the drawing says, in the sizes that systems ask for. */
import { readFileSync } from "node:fs"
import { inflateSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { drawingOf, PICTURES, rowsOf } from "../../scripts/icons.ts"

const file = (name: string) => readFileSync(new URL(`../../console/${name}`, import.meta.url))

/** The parts of a PNG by their names. */
const partsOf = (bytes: Buffer): Readonly<Record<string, Buffer>> => {
  const parts: Record<string, Buffer> = {}
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    parts[bytes.toString("latin1", at + 4, at + 8)] = bytes.subarray(at + 8, at + 8 + length)
    at += 12 + length
  }
  return parts
}

const drawing = drawingOf(file("icon.svg").toString())

describe("pictures for home screens", () => {
  // The larger ones are drawn by the same lines.
  for (const picture of PICTURES.filter(({ size }) => size < 200)) {
    it(`${picture.file} shows what icon.svg shows: if not, run scripts/icons.ts`, () => {
      const { IDAT } = partsOf(file(picture.file))
      assert.isTrue(Buffer.from(rowsOf(drawing, picture)).equals(inflateSync(IDAT!)))
    })
  }

  it("are of the size that the manifest promises, and each is promised", () => {
    const { icons } = JSON.parse(file("manifest.webmanifest").toString())
    const sizes = new Map<string, string>(icons.map((one: { src: string; sizes: string }) => [one.src, one.sizes]))
    for (const { file: name, size } of PICTURES) {
      const { IHDR } = partsOf(file(name))
      assert.deepStrictEqual([IHDR!.readUInt32BE(0), IHDR!.readUInt32BE(4)], [size, size], name)
      const promised = sizes.get(`/console/${name}`)
      if (promised !== undefined) assert.strictEqual(promised, `${size}x${size}`)
      else assert.include(file("index.html").toString(), `rel="apple-touch-icon" href="/console/${name}"`)
    }
  })
})
