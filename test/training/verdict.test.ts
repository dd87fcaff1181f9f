import { assert, describe, it } from "@effect/vitest"
import type { Columns } from "../../src/training/datasets/columns.ts"
import { checkDataset } from "../../src/training/datasets/gate.ts"
import { profiler } from "../../src/training/datasets/profile.ts"
import { refusalOf, type Verdict } from "../../src/training/datasets/verdict.ts"

const verdict = (more: Partial<Verdict>) =>
  refusalOf({
    name: "planner",
    checks: [{ rule: "enough_rows", passed: false, says: "12 rows" }],
    rows: 12,
    skipped: {},
    publishedBefore: false,
    voluntary: false,
    report: "there",
    ...more
  })

describe("a dataset that is not published", () => {
  it("is waited for while there is too little to make it of", () => {
    assert.isTrue(verdict({}).young)
    assert.match(
      verdict({}).message,
      /^planner is not published yet: there is too little of it so far:\n {2}enough_rows/
    )
  })

  it("is refused where rows were there and got lost, or were there before", () => {
    assert.isFalse(verdict({ skipped: { "no persona was known at the time": 988 } }).young)
    assert.isFalse(verdict({ publishedBefore: true }).young)
    assert.isFalse(verdict({ rows: 1_000 }).young)
    assert.isTrue(verdict({ skipped: { "missing profile": 5_000 }, voluntary: true }).young)
  })
})

describe("what the weather does to a column", () => {
  const columns: Columns = {
    weather_fit: { type: "double", required: true, role: "feature", ofWeather: true },
    other: { type: "double", required: true, role: "feature", continuous: true }
  }
  const checks = (weather: boolean, before?: number) => {
    const profile = profiler(columns)
    for (let i = 0; i < 1_200; i++) profile.observe({ weather_fit: 1, other: i })
    const previous = { weather_fit: { edges: [0, 0.5, 1], counts: [before ?? 0, 0] } }
    return checkDataset({ columns, profile, weather, ...(before === undefined ? {} : { previous }) })
  }
  const refused = (...of: Parameters<typeof checks>) => checks(...of).filter(({ passed }) => !passed)

  it("is held against it only where there was some", () => {
    assert.isEmpty(refused(false))
    assert.isTrue(checks(false).some(({ says }) => says.endsWith("for want of weather")))
    assert.match(refused(true)[0]!.says, /^weather_fit is the same in every row/)
  })

  it("may be something else than in the season before", () => assert.isEmpty(refused(false, 500)))
})

describe("a row that says little", () => {
  const columns: Columns = { node_ids: { type: { list: "string" }, required: true, role: "feature" } }
  const repeated = (telling: boolean) => {
    const profile = profiler(columns)
    for (let i = 0; i < 100; i++) profile.observe({ node_ids: ["the market"] }, telling)
    for (let i = 0; i < 100; i++) profile.observe({ node_ids: ["the market", "a bridge", `${i}`] })
    return profile.duplicates
  }

  it("is no repetition of another, and one that says enough is", () => {
    assert.deepInclude(repeated(false), { checked: 100, repeated: 0 })
    assert.deepInclude(repeated(true), { checked: 200, repeated: 99 })
  })
})
