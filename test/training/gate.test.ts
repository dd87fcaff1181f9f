import { assert, describe, it } from "@effect/vitest"
import { randomStream } from "../../src/domain/basics/random.ts"
import type { Columns, DatasetRow } from "../../src/training/datasets/columns.ts"
import { checkDataset, GATE } from "../../src/training/datasets/gate.ts"
import { histogramOf, profiler } from "../../src/training/datasets/profile.ts"
import { COLUMNS, sound } from "./sound-rows.ts"

const check = (
  rows: ReadonlyArray<DatasetRow>,
  more: { nodes?: number; before?: ReadonlyArray<DatasetRow>; leak?: boolean; people?: number } = {}
) => {
  const profile = profiler(COLUMNS)
  for (const row of rows) profile.observe(row)
  if (more.leak) profile.leaks.push(3)
  const numbers = (name: string) => (more.before ?? []).map((row) => row[name] as number)
  return checkDataset({
    columns: COLUMNS,
    profile,
    cityNodes: new Map([["here", more.nodes ?? 200]]),
    ...(more.people === undefined ? {} : { people: more.people, previousPeople: more.people }),
    ...(more.before === undefined ? {} : { previous: { x: histogramOf(numbers("x")), y: histogramOf(numbers("y")) } })
  })
}

const failing = (...args: Parameters<typeof check>) => check(...args).filter((one) => !one.passed)

describe("the quality gate", () => {
  it("lets sound data through", () => assert.deepStrictEqual(failing(sound(), { before: sound(1_200, "other") }), []))

  it("takes no drift for one that so few people may leave by chance, and knows it where they are many", () => {
    /** What each of so many people says again and again. */
    const said = (people: number, seed: string) => {
      const each = sound(people, seed)
      return sound(1_200, seed).map((row, i) => ({ ...row, x: each[i % people]!["x"], y: each[i % people]!["y"] }))
    }
    const drifts = (found: ReturnType<typeof failing>) => found.filter((one) => one.rule === "drift")
    assert.isNotEmpty(drifts(failing(said(30, "now"), { before: said(30, "then") })), "as if they were 1,200 people")
    assert.isEmpty(drifts(failing(said(30, "now"), { before: said(30, "then"), people: 30 })))
    const cubed = said(400, "now").map((row) => ({ ...row, x: (row.x as number) ** 3 }))
    assert.match(drifts(failing(cubed, { before: said(400, "then"), people: 400 }))[0]!.says, /^x is .* by chance/)
  })

  it("refuses at most a few sound data sets of many columns, and finds the one column that is another", () => {
    const names = Array.from({ length: 20 }, (_, i) => `c${i}`)
    const columns: Columns = Object.fromEntries(names.map((name) => [name, { type: "double", role: "feature" }]))
    const random = randomStream("sound sets")
    const rows = (but: (value: number, name: string) => number = (value) => value): ReadonlyArray<DatasetRow> =>
      Array.from({ length: 200 }, () => Object.fromEntries(names.map((name) => [name, but(random(), name)])))
    const drifts = (before: ReadonlyArray<DatasetRow>, now: ReadonlyArray<DatasetRow>) => {
      const profile = profiler(columns)
      for (const row of now) profile.observe(row)
      const previous = Object.fromEntries(
        names.map((name) => [name, histogramOf(before.map((row) => row[name] as number))])
      )
      return checkDataset({ columns, profile, previous, people: 200, previousPeople: 200 }).flatMap(
        ({ passed, rule, says }) => (!passed && rule === "drift" ? [says] : [])
      )
    }
    let refused = 0
    let before = rows()
    for (let n = 0; n < 200; n++) {
      const now = rows()
      if (drifts(before, now).length > 0) refused++
      before = now
    }
    assert.isAtMost(refused, 6)
    const [says, ...others] = drifts(
      rows(),
      rows((value, name) => (name === "c7" ? value / 4 : value))
    )
    assert.match(says!, /^c7 is distributed otherwise .* by chance/)
    assert.isEmpty(others)
  })

  const cases: ReadonlyArray<readonly [string, RegExp, () => ReturnType<typeof failing>]> = [
    ["enough_rows", /999 rows; at least 1000/, () => failing(sound(GATE.leastRows - 1))],
    [
      "no_nulls",
      /word is missing in 1 rows \(rows 7\)/,
      () => failing(sound().map((row, i) => (i === 7 ? { ...row, word: null } : row)))
    ],
    [
      "few_duplicates",
      /repeated \(rows .*\).*add features/,
      () => failing(sound().map((row, i, all) => (i % 8 === 1 ? { ...all[0], id: row["id"] } : row)))
    ],
    [
      "varied",
      /y takes 10 values/,
      () => failing(sound().map((row) => ({ ...row, y: Math.floor(row["y"] as number) })))
    ],
    [
      "defaults",
      /x stands at its default 0.5 in 10 %/,
      () => failing(sound().map((row, i) => (i % 10 === 0 ? { ...row, x: 0.5 } : row)))
    ],
    ["constant", /word is the same in every row/, () => failing(sound().map((row) => ({ ...row, word: "a" })))],
    [
      "derived",
      /x and y follow from one another/,
      () => failing(sound().map((row) => ({ ...row, y: 3 * (row["x"] as number) + 1 })))
    ],
    [
      "leakage",
      /word gives label away/,
      () => failing(sound().map((row) => ({ ...row, word: row["label"] ? "taken" : "left" })))
    ],
    ["leakage", /not known yet/, () => failing(sound(), { leak: true })],
    ["cities", /here \(49 places, 1200 rows\)/, () => failing(sound(), { nodes: GATE.leastNodes - 1 })],
    [
      "drift",
      /x is distributed otherwise/,
      () =>
        failing(
          sound().map((row) => ({ ...row, x: (row["x"] as number) ** 3 })),
          { before: sound() }
        )
    ]
  ]
  for (const [rule, says, run] of cases) {
    it(`refuses: ${rule}, ${says.source.slice(0, 40)}`, () => {
      const found = run()
      assert.include(
        found.map((one) => one.rule),
        rule
      )
      assert.match(found.find((one) => one.rule === rule)!.says, says)
    })
  }
})
