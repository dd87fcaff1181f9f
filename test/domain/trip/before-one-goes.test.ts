/** What is to be known before one goes: said alike by stops, offers, choices and what fits. */
import { assert, describe, it } from "@effect/vitest"
import type { ActivityNode, PriceTier } from "../../../src/domain/catalog/node.ts"
import { residentCatalog } from "../../../src/domain/catalog/resident-catalog.ts"
import { readOffer } from "../../../src/domain/pivot/model.ts"
import { slotView } from "../../../src/domain/view/trip.ts"
import { FIRST_DAY, LiveTrip, nodeId, owner, planner, catalog as smallCity, trip } from "./fixtures.ts"

const HOUR = 3_600_000

/** Museums, half of which say when they are open; dear and asked to be booked by turns. */
const museums = smallCity.nodes.map(
  (node, n): ActivityNode => ({
    ...node,
    category: "museum",
    setting: "indoor",
    weather_sensitivity: 0,
    opening_hours: n % 2 === 0 ? "Tu-Su 08:00-20:00" : null,
    price_tier: (n % 5) as PriceTier,
    booking_needed: n % 3 === 0
  })
)
const catalog = residentCatalog({ city: smallCity.city, version: 1, nodes: museums, retired: new Set() })
const started = () => new LiveTrip(trip({ status: "active" }), FIRST_DAY + 8 * HOUR, { planner, catalog })

const numberOf = (id: string) => museums.findIndex((node) => node.id === id)

type Told = Readonly<Partial<Record<"open" | "opening_hours" | "price_tier" | "booking_needed" | "expected", unknown>>>

const judge = (id: string, told: Told) => {
  const n = numberOf(id)
  const usual = {
    usually: "open",
    known: 6,
    text: "Museums here are usually open at that time; not confirmed for this one."
  }
  assert.deepEqual(
    {
      open: told.open,
      hours: told.opening_hours,
      price: told.price_tier,
      book: told.booking_needed,
      expected: told.expected
    },
    n % 2 === 0
      ? { open: "open", hours: "Tu-Su 08:00-20:00", price: n % 5, book: n % 3 === 0, expected: null }
      : { open: "unknown", hours: null, price: n % 5, book: n % 3 === 0, expected: usual }
  )
}

describe("what to know before one goes", () => {
  it("is said of whatever could stand in a stop's place", () => {
    const live = started()
    const [, slot] = live.trip.slots
    const reply = live.send({ _tag: "choices", by: owner, slot_id: slot!.id })
    if (reply._tag !== "choices") throw new Error(reply._tag)
    const { choices } = reply.choices
    assert.isAtLeast(choices.length, 4)
    for (const { node, ...told } of choices) judge(node.id, told)
    assert.isTrue(choices.some(({ expected }) => expected !== null) && choices.some(({ open }) => open === "open"))
  })

  it("is said of whatever fits in between", () => {
    const live = started()
    const reply = live.send({ _tag: "fits", by: owner, minutes: 110, at: FIRST_DAY + 11 * HOUR })
    if (reply._tag !== "fits") throw new Error(reply._tag)
    const stops = reply.fits.options.flatMap((option) => option.stops)
    assert.isNotEmpty(stops)
    for (const { node, ...told } of stops) judge(node.id, told)
  })

  it("is said of whatever an offer brings, and by the stop that it becomes", () => {
    const live = started()
    const [, slot] = live.trip.slots
    const asked = live.send({
      _tag: "request_pivot",
      by: owner,
      request: { trigger: "venue_closed", slot_id: slot!.id }
    })
    if (asked._tag !== "offered") throw new Error(asked._tag)
    const brought = readOffer(asked.offer).options.flatMap(({ changes }) => changes.filter(({ node }) => node))
    assert.isNotEmpty(brought)
    for (const { node, ...told } of brought) judge(node!.id, told)
    for (const stop of live.trip.slots)
      judge(stop.node_id, slotView(stop, live.trip, { catalog, personas: [] }, undefined))
  })

  it("is said of nothing that is no longer listed", () => {
    const [slot] = trip().slots
    const gone = { ...slot!, node_id: nodeId(99) }
    assert.deepInclude(slotView(gone, trip(), { catalog, personas: [] }, undefined), {
      open: "unknown",
      opening_hours: null,
      price_tier: null,
      booking_needed: false,
      expected: null
    })
  })
})
