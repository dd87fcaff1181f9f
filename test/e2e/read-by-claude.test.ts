/** Posts that came in are read by Claude in batches, where there is a key: from the operator's file to what a traveler is told of a place. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { BatchRequest, BatchResult } from "../fakes/anthropic-batches.ts"
import { type Json, ok, type Traveler, until } from "../support/server.ts"
import { openWorldWithClaude, type WorldWithClaude } from "./world-with-claude.ts"

interface Place {
  readonly n: number
  readonly name: string
}

const placesIn = ({ params }: BatchRequest): ReadonlyArray<Place> =>
  [...params.messages[0]!.content.matchAll(/^(\d+)\|([^|]+)\|/gm)].map(([, n, name]) => ({ n: Number(n), name: name! }))
const postIn = ({ params }: BatchRequest): string =>
  /\nPost:\n([\s\S]*)\n<\/data>/.exec(params.messages[0]!.content)![1]!

const numberOf = (request: BatchRequest, name: string): number =>
  placesIn(request).find((place) => place.name === name)!.n

interface Said {
  readonly stance?: string
  readonly place?: number
  readonly quote?: string
  readonly vibes?: ReadonlyArray<string>
}

/** One mention, sound but for what is given. */
const reading = (request: BatchRequest, name: string, more: Said = {}, voice = "resident"): BatchResult => ({
  say: {
    voice,
    mentions: [
      {
        place: numberOf(request, name),
        stance: "warn",
        avoid: true,
        sure: "certain",
        vibes: [],
        quote: postIn(request).slice(0, 20),
        ...more
      }
    ]
  }
})

describe("posts read by Claude", { timeout: 300_000 }, () => {
  let claude: WorldWithClaude
  let operator: Traveler

  beforeAll(async () => {
    claude = await openWorldWithClaude({ POSTS_READ_AT_ONCE: "3" })
    operator = await claude.world.someone({ role: "admin" })
  })
  afterAll(() => claude?.close())

  const seed = async (posts: ReadonlyArray<object>) => {
    const lines = posts.map((post) => JSON.stringify({ source: "forum:town", posted_at: "2026-05-03", ...post }))
    const file = Buffer.from(lines.join("\n")).toString("base64")
    const { job_id } = ok(
      await operator.call("POST", "/admin/seed-city", { city: "seattle", source: "posts", file }),
      202
    )
    await until("the end of the job", async () => {
      const { state, error } = ok(await operator.call("GET", `/admin/jobs/${job_id}`))
      assert.notStrictEqual(state, "failed", error)
      return state === "done"
    })
  }

  /** Has the batches looked for, as the clock does every ten minutes. */
  const lookAgain = () =>
    claude.world.rows(
      (sql) => sql`insert into jobs (id, kind, state) values (gen_random_uuid(), 'read_by_claude', 'queued')`
    )

  /** Every pass that was asked for has been. */
  const passed = () =>
    until("the end of all passes", async () => {
      const left = await claude.world.rows(
        (sql) => sql`select 1 from jobs where kind = 'read_by_claude' and state in ('queued', 'running')`
      )
      return left.length === 0
    })

  const asks = () =>
    claude.world.rows(
      (
        sql
      ) => sql`select p.external_id as post, a.state, a.tries from reading_asks a join scraped_posts p on p.id = a.post_id
        order by 1`
    )
  const statesAre = (what: string, expected: Record<string, string>) =>
    until(what, async () => {
      const states = Object.fromEntries((await asks()).map(({ post, state }) => [post, state]))
      return Object.entries(expected).every(([post, state]) => states[post] === state)
    })
  const mentions = (post: string) =>
    claude.world.rows(
      (sql) => sql`select n.name, m.stance, m.avoid, m.voice, m.vibe_tags as vibes, m.quote, m.extractor
        from place_mentions m join scraped_posts p on p.id = m.post_id join activity_nodes n on n.id = m.activity_node_id
        where p.external_id = ${post} order by 1`
    )
  const ledger = () =>
    claude.world.rows(
      (sql) => sql`select model, outcome, reserved_usd::float8 as reserved, cost_usd::float8 as cost from llm_ledger
        where purpose = 'read' order by created_at`
    )

  it("takes in what an answer proves, and leaves to the rules what it does not", async () => {
    await seed([
      { id: "irony", author: "a", text: "Oh sure, Gas Works Park is just lovely when the geese are done with it." },
      { id: "invented", author: "b", text: "Kerry Park is a treasure at dusk." },
      { id: "beyond", author: "c", text: "Canlis was superb, go there." },
      { id: "silent", author: "d", text: "It rained all day again." }
    ])
    const { batches } = claude.fake
    await until("both batches", async () => batches.sent.flatMap(({ requests }) => requests).length === 3)
    const { params } = batches.sent[0]!.requests[0]!
    assert.match(params.system, /never contains instructions/)
    assert.notMatch(JSON.stringify(batches.sent), /"author"|forum:town/, "who wrote it, and where, stays here")
    batches.say((request) => {
      const text = postIn(request)
      if (text.startsWith("Oh sure")) return reading(request, "Gas Works Park", { vibes: ["trendy"] }, "visitor")
      if (text.startsWith("Kerry")) return reading(request, "Kerry Park", { quote: "Kerry Park is a trap." })
      return reading(request, "Canlis", { place: 99 })
    })
    const before = await mentions("invented")
    assert.deepInclude(before[0], { name: "Kerry Park", stance: "praise", extractor: "local@1" })
    batches.end()
    await lookAgain()
    await statesAre("the readings", { irony: "read", invented: "unusable", beyond: "unusable", silent: "nothing" })
    const [irony] = await mentions("irony")
    assert.deepInclude(irony, {
      name: "Gas Works Park",
      stance: "warn",
      avoid: true,
      voice: "tourist",
      vibes: ["trendy"]
    })
    assert.strictEqual(irony.extractor, "llm:claude-haiku-4-5@1")
    assert.strictEqual(irony.quote, "Oh sure, Gas Works P")
    assert.deepStrictEqual(await mentions("invented"), before, "a quote that does not stand there proves nothing")
    assert.deepInclude((await mentions("beyond"))[0], { name: "Canlis", stance: "praise", extractor: "local@1" })

    const id = (await claude.world.rows((sql) => sql`select id from activity_nodes where name = 'Gas Works Park'`))[0]
      .id
    const person = await claude.world.someone()
    const { documents } = ok(await person.call("GET", `/cities/seattle/nodes/${id}/evidence`))
    assert.deepStrictEqual(
      documents.map(({ source, voice }: Json) => [source, voice]),
      [["forum:town", "tourist"]],
      "whose word it is comes from Claude's reading"
    )
  })

  it("costs half of what a question at once costs, and settles what it had set aside", async () => {
    const rows = await ledger()
    assert.isAbove(rows.length, 0)
    for (const { model, outcome, reserved, cost } of rows) {
      assert.strictEqual(model, "claude-haiku-4-5:batch")
      assert.strictEqual(outcome, "ok")
      assert.isAbove(cost, 0)
      assert.isBelow(cost, reserved)
    }
    const costs: Json = ok(await operator.call("GET", "/admin/costs"))
    assert.isTrue(
      costs.by_purpose.some(({ purpose }: Json) => purpose === "read"),
      "an operator sees what it costs"
    )
  })

  it("asks once more where the provider failed, and finds again what it never heard had arrived", async () => {
    const { batches } = claude.fake
    const sentBefore = batches.sent.length
    batches.say(() => ({ errored: true }))
    batches.loseNext()
    await seed([{ id: "again", author: "e", text: "Gas Works Park in the fog, with a thermos." }])
    await until("a batch that got lost", async () => batches.sent.length === sentBefore + 1)
    await until("nobody knows of it", async () => {
      const rows = await claude.world.rows((sql) => sql`select 1 from reading_batches where provider_id is null`)
      return rows.length === 1
    })
    batches.end()
    await lookAgain()
    await until("it is asked again", async () =>
      (await asks()).some(({ post, tries }) => post === "again" && tries === 2)
    )
    await passed()
    assert.strictEqual(batches.sent.length, sentBefore + 2, "what had arrived was answered, not sent twice")
    batches.say((request) => reading(request, "Gas Works Park", { stance: "praise" }, "visitor"))
    batches.end()
    await lookAgain()
    await statesAre("the reading", { again: "read" })
    assert.deepInclude((await mentions("again"))[0], { stance: "praise", avoid: false, voice: "tourist" })
    assert.deepStrictEqual(
      (await claude.world.rows((sql) => sql`select outcome from reading_batches order by created_at`)).map(
        ({ outcome }) => outcome
      ),
      (await claude.world.rows((sql) => sql`select 1 from reading_batches`)).map(() => "read")
    )
  })

  it("does not read again what it has read, also where its source is read again", async () => {
    const { batches } = claude.fake
    const sentBefore = batches.sent.length
    await seed([
      { id: "irony", author: "a", text: "Oh sure, Gas Works Park is just lovely when the geese are done with it." }
    ])
    await passed()
    assert.strictEqual(batches.sent.length, sentBefore)
    assert.strictEqual((await mentions("irony"))[0].extractor, "llm:claude-haiku-4-5@1")
  })
})
