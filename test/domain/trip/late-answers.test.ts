import { assert, describe, it } from "@effect/vitest"
import { active, offer, owner, tag } from "./fixtures.ts"

const HOUR = 3_600_000

describe("an answer that comes when its offer's time is over", () => {
  it("is written down before it is told that it came too late, where it was given in time", () => {
    for (const response of ["dismiss", "accept"] as const) {
      const live = active()
      const { options, pivot_id } = offer(live)
      const said_at = live.now + 1_000
      live.now += HOUR
      const option = response === "accept" ? { option_id: options[0]!.option_id } : {}
      const answer = { _tag: "respond_pivot", by: owner, pivot_id, response, ...option } as const
      // Said only now it changes nothing and is nothing to keep: the fresh offer that goes with the refusal is advice.
      assert.strictEqual(tag(live.send(answer)), "PivotExpired")
      assert.isTrue(live.last.advice)
      assert.notInclude(
        live.last.records!.map(({ type }): string => type),
        "pivot_response"
      )
      assert.strictEqual(tag(live.send({ ...answer, said_at })), "PivotExpired")
      assert.include(
        live.last.records!.map(({ type }): string => type),
        "pivot_response"
      )
      assert.isUndefined(live.last.advice)
    }
  })
})
