import { assert, describe, it } from "@effect/vitest"
import { CALM_CITY } from "../../../src/domain/city/live.ts"
import { PIVOT_MODEL, PIVOT_SETTINGS } from "../../../src/domain/pivot/env.ts"
import { computeFallbacks, type FallbackSet, fallbackInput } from "../../../src/domain/pivot/fallbacks.ts"
import type { PivotRequest } from "../../../src/domain/pivot/model.ts"
import { type HeldRankings, momentAt, momentName, type Said, saidOf } from "../../../src/domain/pivot/ranked.ts"
import { generateCity } from "../../support/generated-city.ts"
import { answerPivot, idsFor, tasteOf, tripIn, worldOf } from "../../support/trips.ts"

const MINUTE = 60_000
const city = generateCity(1, { nodes: 230, unknown: 0.6 })
const trip = tripIn(city, 4, 5)
const slot = trip.slots.filter((s) => s.day === 2)[1]!
const now = slot.starts_at - 60 * MINUTE
const request: PivotRequest = { trigger: "venue_closed", slot_id: slot.id }
const tastes = [tasteOf(4)]
const plain = { ...worldOf(city, trip, 4), tastes }

const here = momentAt(slot.day, plain.env.localMinute(slot.starts_at))
const elsewhere = momentName(here.day + 1, here.part)

const held = (moment: string, ...said: ReadonlyArray<Said>): HeldRankings => ({
  model: { name: "llm_ranker", version: "test" },
  moments: new Map([[moment, said]])
})

const offered = (ranked?: HeldRankings, set?: FallbackSet, members = tastes) => {
  const world = { ...plain, tastes: members, ...(ranked === undefined ? {} : { ranked }) }
  const answer = answerPivot(world, set, request, now, idsFor("ask"))
  if (answer._tag === "refused") throw new Error(answer.message)
  return { answer, nodes: answer.chosen.map((one) => one.node_id!), source: answer.offer.source }
}

const usual = offered()
/** What the engine had considered and put behind: the first of its candidates that it did not tell. */
const behind = usual.answer.slate.candidate_ids.find((id) => !usual.nodes.includes(id))!
const praise = saidOf([city.indexOf(behind)!])

describe("a ranking that is held for the moment of a stop", () => {
  it("brings forward what it names, from memory, and the engine is still who offers", () => {
    assert.notInclude(usual.nodes, behind)
    const ranked = offered(held(momentName(here.day, here.part), praise))
    assert.include(ranked.nodes, behind)
    assert.deepEqual(ranked.answer.offer.model, PIVOT_MODEL)
    for (const { measures, node_id } of ranked.answer.chosen) {
      assert.strictEqual(measures["ranked"], node_id === behind ? 1 : 0)
    }
    assert.notProperty(usual.answer.chosen[0]!.measures, "ranked")
  })

  it("is kept ready with the fallbacks that were worked out with it", () => {
    const ranked = held(momentName(here.day, here.part), praise)
    const input = (rankings?: HeldRankings) =>
      computeFallbacks(
        fallbackInput(trip, city, plain.env, tastes, CALM_CITY, now, PIVOT_SETTINGS, rankings),
        plain.env
      )
    const ready = offered(ranked, input(ranked))
    assert.strictEqual(ready.source, "precomputed")
    assert.include(ready.nodes, behind)
    assert.deepEqual(offered(undefined, input()).nodes, usual.nodes)
  })

  it("says nothing of other moments", () => {
    assert.deepEqual(offered(held(elsewhere, praise)).nodes, usual.nodes)
  })

  it("weighs as much as what is said for each of a group: nobody's praise carries all the others", () => {
    const two = [tastes[0]!, tasteOf(9)]
    const likes = (...said: ReadonlyArray<Said>) =>
      offered(held(momentName(here.day, here.part), ...said), undefined, two).answer.slate
    const score = (slate: { candidate_ids: ReadonlyArray<string>; scores: ReadonlyArray<number> }) =>
      slate.scores[slate.candidate_ids.indexOf(behind)] ?? 0
    const nobody: Said = new Map()
    assert.isAbove(score(likes(praise, praise)), score(likes(praise, nobody)))
    assert.isAbove(score(likes(praise, nobody)), score(likes(nobody, nobody)))
  })

  it("tells of later days what it tells of the fifth", () => {
    assert.deepEqual(momentAt(9, 600), momentAt(5, 600))
    assert.strictEqual(momentName(9, "morning"), momentName(5, "morning"))
  })
})
