import { assert, describe, it } from "@effect/vitest"
import { NearestRows } from "../../../src/domain/retrieval/nearest.ts"
import { fc } from "../../support/properties.ts"

const WIDTH = 8

const scene = fc.record({
  rows: fc.array(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: WIDTH, maxLength: WIDTH }), { maxLength: 60 }),
  query: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: WIDTH, maxLength: WIDTH }),
  limit: fc.integer({ min: 0, max: 70 }),
  skipped: fc.integer({ min: 2, max: 9 }),
  cut: fc.nat(60)
})

describe("the nearest rows", () => {
  it("are those that sorting everything gives, ties in the order asked for, whatever is skipped and wherever it paused", () => {
    fc.assert(
      fc.property(scene, ({ rows, query, limit, skipped, cut }) => {
        const [matrix, wanted] = [Float32Array.from(rows.flat()), Float32Array.from(query)]
        const skips = (row: number) => row % skipped === 0
        const nearest = new NearestRows(wanted, limit, (a, b) => a > b)
        const pause = Math.min(cut, rows.length)
        nearest.scan(matrix, pause, 0, skips)
        nearest.scan(matrix.subarray(pause * WIDTH), rows.length - pause, pause, skips)
        const sorted = rows
          .map((row, at) => ({ row: at, score: row.reduce((sum, x, i) => sum + x * query[i]!, 0) }))
          .filter(({ row }) => !skips(row))
          .sort((a, b) => b.score - a.score || b.row - a.row)
        assert.deepStrictEqual(nearest.best(), sorted.slice(0, limit))
      })
    )
  })
})
