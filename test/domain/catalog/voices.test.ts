import { assert, describe, it } from "@effect/vitest"
import { crossReference } from "../../../src/domain/catalog/evidence.ts"
import { blendVibes } from "../../../src/domain/catalog/found-vibes.ts"
import { fingerprintOf } from "../../../src/domain/catalog/reading/fingerprint.ts"
import { type MentionRow, voicesOf, warnings } from "../../../src/domain/catalog/voices.ts"

const TODAY = "2026-11-01"
const row = (author: string | null, more: Partial<MentionRow> = {}): MentionRow => ({
  source: "forum",
  author,
  voice: "local",
  sentiment: 0.9,
  avoid: false,
  posted_on: "2026-05-04",
  fingerprint: fingerprintOf(
    `${author} ${Math.abs(Math.sin((author ?? "").length + 1)).toString(36)} writes of ${author?.split("").join(" ")}`
  ),
  vibes: [],
  ...more
})
const many = (count: number, more: (i: number) => Partial<MentionRow>) =>
  Array.from({ length: count }, (_, i) =>
    row(`author ${i}`, {
      posted_on: `2026-0${1 + (i % 9)}-1${i % 9}`,
      fingerprint: fingerprintOf(`text ${i.toString(36)}${(i * 7919).toString(36)} ${(i * 104729).toString(36)}`),
      ...more(i)
    })
  )

describe("voices", () => {
  it("count an author once, however much is written", () => {
    const rows = Array.from({ length: 1000 }, (_, i) =>
      row("loud", { fingerprint: fingerprintOf(`words ${(i * 7919).toString(36)} ${i}`) })
    )
    assert.strictEqual(voicesOf(rows, TODAY).length, 1)
  })

  it("count near-copies once, whoever posts them", () => {
    const text =
      "What a wonderful place, the best noodles in the whole city and such friendly people behind the counter"
    const rows = Array.from({ length: 20 }, (_, i) => row(`copy ${i}`, { fingerprint: fingerprintOf(`${text} ${i}`) }))
    assert.strictEqual(voicesOf(rows, TODAY).length, 1)
    const other = row("other", {
      fingerprint: fingerprintOf("Cold soup, a long wait, and nobody said sorry; we left hungry and will not return")
    })
    assert.strictEqual(voicesOf([...rows, other], TODAY).length, 2)
  })

  it("let a crowded week pull no further than its bound, and old voices fade", () => {
    const weight = (rows: ReadonlyArray<MentionRow>) => voicesOf(rows, TODAY).reduce((sum, one) => sum + one.weight, 0)
    assert.isAtMost(weight(many(30, () => ({ posted_on: TODAY }))), 10.001)
    assert.isBelow(weight(many(5, () => ({ posted_on: "2010-01-01" }))), 1)
  })

  it("know nobody who does not say who they are: one in each source, on however many days", () => {
    const rows = many(6, (i) => ({ author: null, posted_on: `2026-05-0${1 + i}`, source: `forum ${i % 2}` }))
    const voices = voicesOf(rows, TODAY)
    assert.deepStrictEqual(
      voices.map(({ posts }) => posts),
      [3, 3]
    )
  })

  it("silence nobody whose words others copy under an earlier date", () => {
    const words = ["Cold soup and a long wait, we left hungry", "The guards were rude to all of us that morning"]
    const honest = words.map((text, i) => row(`honest ${i}`, { sentiment: 0.1, fingerprint: fingerprintOf(text) }))
    const copied = words.map((text) =>
      row("copier", { sentiment: 0.1, posted_on: "2026-01-01", fingerprint: fingerprintOf(text) })
    )
    const praise = row("copier", {
      sentiment: 1,
      fingerprint: fingerprintOf("Best noodles of the whole wide west, come")
    })
    const heard = voicesOf([...honest, ...copied, praise], TODAY).map(({ sentiment }) => sentiment)
    assert.deepStrictEqual([...heard].sort(), [0.1, 0.1, 1])
  })

  it("take no missing date for a month of its own, nor for today", () => {
    const [dated] = voicesOf([row("dated")], TODAY)
    const [undated] = voicesOf([row("undated", { posted_on: null })], TODAY)
    assert.isBelow(undated!.weight, dated!.weight)
    const warn = (posted_on: (i: number) => string | null) =>
      warnings(
        voicesOf(
          many(4, (i) => ({ avoid: true, posted_on: posted_on(i) })),
          TODAY
        )
      ).months
    assert.deepStrictEqual([warn((i) => (i < 2 ? "2026-05-04" : null)), warn(() => null)], [1, 0])
  })

  it("silence nobody by a feed without names, however many days it speaks on", () => {
    const day = (i: number) => new Date(Date.UTC(2026, 9, 30) - i * 86_400_000).toISOString().slice(0, 10)
    const feed = many(600, (i) => ({ author: null, source: "feed", posted_on: day(i) }))
    const honest = many(40, (i) => ({
      posted_on: `2024-0${1 + (i % 9)}-1${i % 9}`,
      fingerprint: fingerprintOf([..."abcdefgh"].map((letter) => letter.repeat(i + 2)).join(" "))
    }))
    const alone = voicesOf(honest, TODAY).length
    assert.isAbove(alone, 20)
    assert.strictEqual(voicesOf([...feed, ...honest], TODAY).length, alone + 1)
  })

  it("let one source, however many speak there, pull no further than its bound", () => {
    const spread = (i: number) => ({
      posted_on: `202${4 + (i % 3)}-${String(1 + (i % 12)).padStart(2, "0")}-${10 + (i % 17)}`
    })
    const crowd = many(300, (i) => ({ ...spread(i), source: "loud" }))
    const weight = (source: string, rows: ReadonlyArray<MentionRow>) =>
      voicesOf(rows, TODAY).reduce((sum, one) => sum + (one.sources[0] === source ? one.weight : 0), 0)
    assert.isAtMost(weight("loud", crowd), 40.001)
    const others = many(20, (i) => ({ ...spread(i), author: `other ${i}`, source: "quiet", sentiment: 0.1 }))
    assert.isAtMost(weight("loud", [...crowd, ...others]), 40.001)
  })

  it("are the same whatever order they come in", () => {
    const rows = many(40, (i) => ({ sentiment: (i % 10) / 10, avoid: i % 7 === 0 }))
    const flag = (list: ReadonlyArray<MentionRow>) => crossReference([], null, voicesOf(list, TODAY))
    assert.deepStrictEqual(flag([...rows].reverse()), flag(rows))
  })

  it("call a place overrated on recurring warnings, and say why they do not where it hangs on a few", () => {
    const liked = many(12, () => ({ sentiment: 0.85 }))
    const visitors = many(12, (i) => ({
      author: `visitor ${i}`,
      voice: "tourist",
      sentiment: 0.9,
      fingerprint: fingerprintOf(`visit ${(i * 31337).toString(36)} ${i * 17}`)
    }))
    const warned = many(14, (i) => ({
      author: `critic ${i}`,
      sentiment: 0.1,
      avoid: true,
      fingerprint: fingerprintOf(`warning ${(i * 65537).toString(36)} ${(i * 257).toString(36)}`)
    }))
    const verdict = (rows: ReadonlyArray<MentionRow>) => crossReference([], null, voicesOf(rows, TODAY))
    assert.strictEqual(verdict([...liked, ...visitors]).overrated_flag, false)
    assert.strictEqual(verdict([...warned, ...visitors]).overrated_flag, true)
    const thin = verdict([...warned.slice(0, 3), ...visitors])
    assert.isNull(thin.overrated_flag)
    assert.match(thin.reasons.join(), /too few voices/)
    assert.strictEqual(verdict([...liked, ...visitors, ...warned.slice(0, 3)]).overrated_flag, false)
  })
})

describe("vibes that posts found", () => {
  const own = { tags: ["cozy"], weights: [0.5] }
  it("come in where more than a campaign's worth of authors agree, over months", () => {
    const voices = voicesOf(
      many(10, () => ({ vibes: ["romantic", "cozy"] })),
      TODAY
    )
    const { tags, weights } = blendVibes(own, voices)
    assert.sameMembers([...tags], ["cozy", "romantic"])
    assert.isAbove(weights[tags.indexOf("cozy")]!, 0.5)
  })
  it("stay out where three say so, or one week does", () => {
    assert.deepStrictEqual(
      blendVibes(
        own,
        voicesOf(
          many(3, () => ({ vibes: ["romantic"] })),
          TODAY
        )
      ),
      own
    )
    assert.deepStrictEqual(
      blendVibes(
        own,
        voicesOf(
          many(10, () => ({ vibes: ["romantic"], posted_on: TODAY })),
          TODAY
        )
      ),
      own
    )
  })
})
