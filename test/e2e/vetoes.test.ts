/** What travelers rule out one by one, from as many devices as they have. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { VIBE_TAGS } from "../../src/domain/catalog/taxonomy.ts"
import { dayAhead, type Json, ok, type Traveler } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

describe("what is ruled out", () => {
  let world: World
  let ann: Traveler
  let trip: Json
  const path = () => `/trips/${trip.id}/vetoes`
  const edit = (who: Traveler, body: object) => who.call("PATCH", path(), body)
  const said = async (): Promise<Json> => ok(await ann.call("GET", path()))

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
    trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(4), days: 2 }), 201)
  })
  afterAll(() => world?.close())

  it("by several devices at once is all there, and what one of them takes back is all that goes", async () => {
    const tags = VIBE_TAGS.slice(0, 12)
    const [first, second] = trip.days.flatMap(({ slots }: Json) => slots)
    const places = [first.node.id, second.node.id]
    const edits = [...tags.map((tag) => ({ tags: [tag] })), ...places.map((id: string) => ({ node_ids: [id] }))]
    for (const answer of await Promise.all(edits.map((add) => edit(ann, { add })))) ok(answer)
    const all = await said()
    assert.sameMembers(all.tags, tags)
    assert.sameMembers(
      all.nodes.map(({ id }: Json) => id),
      places
    )
    assert.includeMembers(all.affected_slots, [first.id, second.id])
    const back = [{ tags: [tags[0]] }, { tags: [tags[1]], node_ids: [places[0]] }]
    await Promise.all([
      ...back.map(async (remove) => ok(await edit(ann, { remove }))),
      edit(ann, { add: { tags: [VIBE_TAGS[20]] } })
    ])
    const left = await said()
    assert.sameMembers(left.tags, [...tags.slice(2), VIBE_TAGS[20]])
    assert.deepStrictEqual(
      left.nodes.map(({ id }: Json) => id),
      [places[1]]
    )
  })

  it("twice is ruled out once, and what was never ruled out is taken back without a change", async () => {
    const before = ok(await ann.call("GET", `/trips/${trip.id}`)).state_version
    const now = await said()
    const same = ok(await edit(ann, { add: { tags: now.tags }, remove: { tags: [VIBE_TAGS[30]] } }))
    assert.deepStrictEqual(same, now)
    assert.deepStrictEqual(ok(await edit(ann, {})), now)
    assert.strictEqual(ok(await ann.call("GET", `/trips/${trip.id}`)).state_version, before)
  })

  it("is bounded in number, and of tags that there are", async () => {
    const ids = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => `00000000-0000-4000-8000-${String(from + i).padStart(12, "0")}`)
    ok(await edit(ann, { add: { node_ids: ids(0, 199) } }))
    const over = await edit(ann, { add: { node_ids: ids(500, 1) } })
    assert.strictEqual(over.status, 422)
    assert.match(over.body.detail, /Take one of them back first/)
    ok(await edit(ann, { add: { node_ids: ids(500, 1) }, remove: { node_ids: ids(0, 1) } }))
    assert.strictEqual((await edit(ann, { add: { tags: ["no_such_tag"] } })).status, 422)
    assert.strictEqual((await edit(ann, { add: { node_ids: ids(0, 201) } })).status, 400)
  })
})
