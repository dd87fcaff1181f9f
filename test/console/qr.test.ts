import { assert, describe, it } from "@effect/vitest"
import jsQR from "jsqr"
import { qrCode } from "../../console/qr.js"

const DOT = 4
const QUIET = 4

/** The code as a picture of a phone's camera would hold it, and what another reader makes of it. */
const read = (rows: ReadonlyArray<ReadonlyArray<boolean>>): string | undefined => {
  const side = (rows.length + 2 * QUIET) * DOT
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const isDark = rows[Math.floor(y / DOT) - QUIET]?.[Math.floor(x / DOT) - QUIET] ?? false
      if (isDark) pixels.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3)
    }
  }
  const reader = jsQR as unknown as { default?: typeof jsQR.default } & typeof jsQR.default
  return (reader.default ?? reader)(pixels, side, side)?.data
}

describe("a QR code", () => {
  it("is read back by a reader of somebody else's, at every size there is", () => {
    for (const text of [
      "A",
      "K7QM-3XPD-9TRA",
      "http://127.0.0.1:8000/#/join/K7QM-3XPD-9TRA",
      "https://trips.example.org/#/join/K7QM-3XPD-9TRA",
      "https://a-rather-long-name-of-a-server.example.org:8443/#/join/ABCD-EFGH-JKMN",
      "ö".repeat(53)
    ]) {
      const rows = qrCode(text)
      assert.isDefined(rows, text)
      assert.strictEqual(read(rows!), text)
    }
  })

  it("says that a text is too long in place of cutting it", () => {
    assert.isUndefined(qrCode("x".repeat(107)))
    assert.strictEqual(read(qrCode("x".repeat(106))!), "x".repeat(106))
  })
})
