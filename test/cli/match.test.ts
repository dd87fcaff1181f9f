/** Who can be matched with whom and why, as an operator asks for it on the command line. */
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { shadowId } from "../../src/training/population/profile.ts"
import { freshDatabase } from "../e2e/world.ts"
import { command, scratchFolder } from "../support/server.ts"

/** People enough for a thousand different matches. */
const PEOPLE = 80

describe("matches on the command line", () => {
  const scratch = scratchFolder()
  let database: Awaited<ReturnType<typeof freshDatabase>>
  const run = (...args: ReadonlyArray<string>) => command(args, { DATABASE_URL: database.url }, scratch.path)
  const json = async (...args: ReadonlyArray<string>) => {
    const { code, said } = await run(...args, "--json")
    assert.strictEqual(code, 0, said)
    return JSON.parse(said.trim().split("\n").at(-1)!)
  }

  beforeAll(async () => {
    database = await freshDatabase()
    const seeded = await run("seed-training-data", "--users", String(PEOPLE), "--seed", "3")
    assert.strictEqual(seeded.code, 0, seeded.said)
  })
  afterAll(async () => {
    await database?.drop()
    scratch.remove()
  })

  it("describe a population by features that tell its people apart", async () => {
    for (const type of ["solo", "group"]) {
      const folder = join(scratch.path, type)
      await json("generate-match-events", "--match-type", type, "--folder", folder)
      const analysis = await json("analyze-dataset", "--folder", folder)
      assert.isAtLeast(analysis.features.length, 7)
      for (const { name, distinct, at_default } of analysis.features) {
        assert.isAtLeast(distinct, 20, `${name} of ${type}`)
        assert.isBelow(at_default, 0.05, `${name} of ${type}`)
      }
      assert.isBelow(analysis.duplicates, 0.1)
    }
  })

  it("say who is complete and what is missing, of everybody and of one", async () => {
    const { people } = await json("check-person")
    assert.strictEqual(people.length, PEOPLE)
    const whole = people.find(({ missing }: { missing: ReadonlyArray<string> }) => missing.length === 0).id
    assert.match((await run("check-person", whole)).said, new RegExp(`${whole} is complete`))
    const stranger = "0000abcd-0000-7000-8000-000000000001"
    const unknown = await run("check-person", stranger)
    assert.notStrictEqual(unknown.code, 0)
    assert.match(unknown.said, /There is no person/)
  })

  it("explain a match by what each feature adds to its score", async () => {
    const { people } = await json("check-person")
    const [one, other] = people.filter(({ missing }: { missing: ReadonlyArray<string> }) => missing.length === 0)
    const explained = await json("debug-match", one.id, other.id)
    const odds = explained.features.reduce(
      (sum: number, { contribution }: { contribution: number }) => sum + contribution,
      explained.base
    )
    assert.closeTo(explained.score, 1 / (1 + Math.exp(-odds)), 1e-9)
    const said = await run("debug-match", one.id, other.id)
    for (const { name } of explained.features) assert.include(said.said, name)
    assert.match(said.said, /Score 0\.\d{3}/)
    assert.match((await run("debug-match", one.id, one.id)).said, /no match of their own/)
    assert.match((await run("debug-match", one.id, "0000abcd-0000-7000-8000-000000000001")).said, /There is no person/)
  })

  it("name what is missing of somebody who is not whole", async () => {
    // Whoever is not of the population any more is not known at all: a smaller one takes the surplus out.
    const left = await run("seed-training-data", "--users", "4", "--seed", "3", "--today", "2023-05-01")
    assert.strictEqual(left.code, 0, left.said)
    const lacking = await run("check-person", shadowId(0))
    assert.match(lacking.said, /lacks:\n\s+a session in the last year/)
    const table = await run("check-person", "--most", "1")
    assert.match(table.said, /0 of 4 people are complete/)
    assert.match(table.said, /a session in the last year\s+4/)
    assert.match(table.said, /and 3 more/)
    const unmatched = await run("debug-match", shadowId(0), shadowId(1))
    assert.notStrictEqual(unmatched.code, 0)
    assert.match(unmatched.said, /cannot be matched: a session in the last year is missing/)
  })
})
