/** A search in a city: by names, however they are written, and to the last place that is called so. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type Json, ok, type Traveler } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

describe("a search", () => {
  let world: World
  let ann: Traveler
  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
  })
  afterAll(() => world?.close())

  it("finds places by their names, however they are written", async () => {
    const named = async (q: string): Promise<ReadonlyArray<string>> =>
      ok(await ann.call("GET", `/cities/seattle/nodes?limit=5&q=${encodeURIComponent(q)}`)).nodes.map(
        ({ name }: Json) => name
      )
    const [whole] = ok(await ann.call("GET", "/cities/seattle/nodes?limit=1")).nodes
    const accented = whole.name.toUpperCase().replace(/[AEO]/g, (letter: string) => `${letter}\u0301`)
    assert.include(await named(accented), whole.name)
    assert.include(await named(whole.name.replaceAll(/[^\p{L}\p{N}]+/gu, "")), whole.name)
    for (const q of ["no place of any city is called so", "@@@"]) assert.isEmpty(await named(q))
  })

  it("says whether more are called so, and of the last of them that it is the last", async () => {
    const search = async (limit: number, cursor = ""): Promise<Json> =>
      ok(await ann.call("GET", `/cities/seattle/nodes?q=park&limit=${limit}${cursor}`))
    const { nodes: all, next_cursor: none } = await search(200)
    assert.isNull(none)
    assert.isAbove(all.length, 3)
    const ids = (nodes: ReadonlyArray<Json>) => nodes.map(({ id }) => id)
    // As many as there are: what comes after them in the city is called otherwise.
    const whole = await search(all.length)
    assert.deepEqual([ids(whole.nodes), whole.next_cursor], [ids(all), null])
    const first = await search(all.length - 1)
    assert.isString(first.next_cursor)
    const last = await search(all.length - 1, `&cursor=${first.next_cursor}`)
    assert.deepEqual([ids([...first.nodes, ...last.nodes]), last.next_cursor], [ids(all), null])
  })
})
