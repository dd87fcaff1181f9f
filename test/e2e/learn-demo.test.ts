/**
 * All of learning on a running server whose time is moved: decisions, data set, model, shadow, production, a newcomer's night, and
 * back. It takes minutes: it is left out unless LEARN_DEMO says yes, and where there is no faketime.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { isFaketimeThere } from "../../src/cli/learn/town.ts"
import { command, scratchFolder } from "../support/server.ts"
import { freshDatabase } from "./world.ts"

describe("learn --demo", () => {
  const scratch = scratchFolder()
  let database: Awaited<ReturnType<typeof freshDatabase>>

  beforeAll(async () => {
    database = await freshDatabase()
  })
  afterAll(async () => {
    await database.drop()
    scratch.remove()
  })

  it.skipIf(process.env["LEARN_DEMO"] !== "yes" || !isFaketimeThere())(
    "goes from what travelers decide to a model that ranks for them, and back",
    async () => {
      const { code, said } = await command(
        ["learn", "--demo", "--small", "--travelers", "40", "--json"],
        { DATABASE_URL: database.url },
        scratch.path
      )
      assert.strictEqual(code, 0, said)
      assert.match(said, /Too early: .* 0 days in the shadow; at least 14 are wanted/)
      assert.match(said, /Still too early: .* 2 days in the shadow; at least 14 are wanted/)
      const { production, shadow, version } = JSON.parse(said.slice(said.lastIndexOf("\n{") + 1))
      assert.isAtLeast(shadow.judged, 1)
      assert.match(said, new RegExp(`X-Model-Version: bpr:${version} for \\d+ of 40 travelers`))
      assert.isTrue(production.having > 0 && production.having < 40)
      assert.match(
        said,
        new RegExp(
          `After 25 signals and a night .* encoder_version bpr:${version} .* by bpr:${version}; at 19 by local_`
        )
      )
      assert.isBelow(production.rolledBackSeconds, 45)
    },
    1_500_000
  )

  it("says what it is where nobody asked for the demo, and at once what too few travelers cannot show", async () => {
    const { code, said } = await command(["learn"], {}, scratch.path)
    assert.strictEqual(code, 2)
    assert.match(said, /run learn --demo/)
    const few = await command(["learn", "--demo", "--travelers", "30"], {}, scratch.path)
    assert.strictEqual(few.code, 2)
    assert.match(few.said, /30 travelers are too few: the gate wants 30 people .* Take --travelers 45 or more\./)
  })
})
