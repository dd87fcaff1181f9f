import { assert, describe, it } from "@effect/vitest"
import {
  ACCEPTANCE_COLUMNS,
  type AcceptanceModel,
  type AcceptanceWeights,
  acceptanceColumns,
  acceptanceOf,
  unfitWeights
} from "../../../src/domain/pivot/acceptance.ts"
import type { PivotWorld } from "../../../src/domain/pivot/answer-model.ts"
import type { PivotFeatures } from "../../../src/domain/pivot/features.ts"
import type { PivotRequest } from "../../../src/domain/pivot/model.ts"
import { generateCity } from "../../support/generated-city.ts"
import { acceptOption, answerPivot, idsFor, tasteOf, tripIn, worldOf } from "../../support/trips.ts"

/** One unit that looks at one column alone: the more of it, the likelier (or, below 0, the less likely). */
const liking = (column: string, how = 1): AcceptanceWeights => ({
  columns: ACCEPTANCE_COLUMNS,
  means: ACCEPTANCE_COLUMNS.map(() => 0),
  scales: ACCEPTANCE_COLUMNS.map(() => 1),
  hidden: [
    ACCEPTANCE_COLUMNS.map((name) => (name === column ? 1 : 0)),
    ACCEPTANCE_COLUMNS.map((name) => (name === column ? -1 : 0))
  ],
  hidden_bias: [0, 0],
  out: [how, -how],
  out_bias: 0
})

const modelOf = (weights: AcceptanceWeights): AcceptanceModel => ({
  ref: { name: "pivot_acceptance", version: "7" },
  weights
})

const MINUTE = 60_000
const city = generateCity(1, { nodes: 230, unknown: 0.6 })
const trip = tripIn(city, 4, 5)
const slot = trip.slots.filter((s) => s.day === 2)[1]!
const now = slot.starts_at - 60 * MINUTE

const offered = (request: PivotRequest, acceptance?: AcceptanceModel, more: Partial<PivotWorld> = {}) => {
  const world = worldOf(city, trip, 4, { ...more, ...(acceptance === undefined ? {} : { acceptance }) })
  const answer = answerPivot(world, undefined, request, now, idsFor("ask"))
  if (answer._tag === "refused") throw new Error(answer.message)
  return answer
}

describe("the acceptance model", () => {
  const features: PivotFeatures = {
    affinity: 0.5,
    affinity_planned: 0.1,
    distance_km: 2,
    price_mismatch: 0,
    weather_fit: 1,
    day_part_fit: 1,
    same_category: 0
  }

  it("is one hidden layer over what an option is described by", () => {
    const columns = acceptanceColumns(features, "mood")
    assert.deepEqual(columns, [0.5, 0.1, 2, 0, 1, 1, 0, 0, 0, 1, 0])
    assert.closeTo(acceptanceOf(liking("distance_km", -1), columns), 1 / (1 + Math.exp(2)), 1e-12)
    assert.isAbove(acceptanceOf(liking("mood"), columns), acceptanceOf(liking("weather"), columns))
  })

  it("is refused where it knows an option by other features, or its numbers do not fit together", () => {
    assert.isUndefined(unfitWeights(liking("affinity")))
    const { columns, ...rest } = liking("affinity")
    assert.match(unfitWeights({ ...rest, columns: [...columns, "mood_of_the_day"] })!, /it knows an option by affinity/)
    assert.match(unfitWeights({ ...rest, columns, out: [1] })!, /do not fit together/)
  })
})

describe("an offer, where an acceptance model may decide", () => {
  const request: PivotRequest = { trigger: "venue_closed", slot_id: slot.id }

  it("tells the options by their chance, says who ordered them, and keeps each option whole", () => {
    const engine = offered(request)
    assert.strictEqual(engine.offer.model.name, "pivot_engine")
    assert.notProperty(engine.chosen[0]!.measures, "chance")
    const near = offered(request, modelOf(liking("distance_km", -1)))
    assert.deepEqual(near.offer.model, { name: "pivot_acceptance", version: "7" })
    const chances = near.chosen.map(({ measures }) => measures["chance"]!)
    assert.deepEqual(
      chances,
      chances.toSorted((a, b) => b - a)
    )
    const distances = near.chosen.map((one) => one.features!.distance_km)
    assert.deepEqual(
      distances,
      distances.toSorted((a, b) => a - b)
    )
    assert.lengthOf(near.offer.options, 3)
    for (const [i, option] of near.offer.options.entries()) {
      assert.strictEqual(option.option_id, near.chosen[i]!.option_id)
      assert.strictEqual(option.changes[0]!.node!.id, near.chosen[i]!.node_id)
      assert.include(near.slate.candidate_ids, near.chosen[i]!.node_id)
    }
  })

  it("chooses among more than the three that the engine would have told, all of them verified", () => {
    const far = offered(request, modelOf(liking("distance_km")))
    const near = offered(request, modelOf(liking("distance_km", -1)))
    const nodes = (of: typeof far) => of.chosen.map(({ node_id }) => node_id)
    assert.notDeepEqual(nodes(far).sort(), nodes(near).sort())
  })

  it("leaves the order to the engine where the model sees no difference", () => {
    const same = offered(request, modelOf(liking("venue_closed")))
    assert.deepEqual(
      same.chosen.map(({ node_id }) => node_id),
      offered(request).chosen.map(({ node_id }) => node_id)
    )
  })

  it("weighs the options of a party by the taste of whoever asks, as those are that it learnt from", () => {
    const model = modelOf(liking("affinity"))
    const { chosen } = offered(request, model, { tastes: [tasteOf(4), tasteOf(5)], own: tasteOf(5) })
    assert.lengthOf(chosen, 3)
    for (const { features, measures, own } of chosen) {
      const party = features as PivotFeatures
      assert.notStrictEqual(own!.affinity, party.affinity)
      const columns = acceptanceColumns({ ...party, ...own }, "venue_closed")
      assert.strictEqual(measures["chance"], acceptanceOf(model.weights, columns))
    }
  })

  it("gives the stop that is taken the name of who offered it", () => {
    const model = modelOf(liking("distance_km", -1))
    const { offer } = offered(request, model)
    const taken = acceptOption(worldOf(city, trip, 4), offer, offer.options[0]!.option_id, now)
    if (typeof taken === "string") throw new Error(taken)
    const replaced = taken.slots.find(({ id }) => id === slot.id)
    assert.strictEqual(replaced!.model_version, "pivot_acceptance:7")
  })

  it("does so for every trigger", () => {
    const model = modelOf(liking("affinity"))
    for (const one of [
      { trigger: "weather", slot_id: slot.id },
      { trigger: "mood", slot_id: slot.id, detail: { mood: "cozy" } },
      { trigger: "transit", slot_id: slot.id, detail: { delay_minutes: 150 } }
    ] as ReadonlyArray<PivotRequest>) {
      const { chosen, offer } = offered(one, model)
      if (chosen.length < 2) continue
      assert.strictEqual(offer.model.name, "pivot_acceptance", one.trigger)
      const chances = chosen.map(({ measures }) => measures["chance"]!)
      assert.deepEqual(
        chances,
        chances.toSorted((a, b) => b - a)
      )
    }
  })
})
