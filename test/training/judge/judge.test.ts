import { describe, expect, it } from "vitest"
import { randomStream } from "../../../src/domain/basics/random.ts"
import { rocAuc } from "../../../src/training/judge/auc.ts"
import { judge } from "../../../src/training/judge/judge.ts"
import { evaluationPage, evaluationPlot, evaluationTable } from "../../../src/training/judge/report.ts"
import { METRICS, ranksOf, type Slate, worthOf } from "../../../src/training/judge/slates.ts"
import { rankOfFirst } from "../../../src/training/learn/ranks.ts"

const slate = (taken: ReadonlyArray<number>, more: Partial<Slate> = {}): Slate => ({
  id: "s",
  user: "u",
  cluster: "u",
  at: 0,
  items: taken.map((_, i) => `item ${i}`),
  taken: Uint8Array.from(taken),
  segments: {},
  ...more
})

describe("what an order is worth", () => {
  it("looks at the best that was taken, or at all", () => {
    const worth = worthOf(slate([0, 1, 0, 0, 0, 1]), [9, 8, 7, 6, 5, 4])
    expect(worth).toMatchObject({ hr5: 1, hr10: 1, mrr: 0.5, p3: 1 / 3 })
    expect(worth.ndcg10).toBeCloseTo((1 / Math.log2(3) + 1 / Math.log2(7)) / (1 + 1 / Math.log2(3)), 10)
    // Of eight pairs, three stand in the right order: the second beats three, the last none.
    expect(worth.auc).toBeCloseTo(3 / 8, 10)
  })

  it("gives scores that say nothing what chance would, on short slates and long ones", () => {
    for (const length of [3, 9, 11, 40]) {
      const places = Array.from({ length }, (_, i) => i + 1)
      const mean = (value: (place: number) => number) => places.reduce((sum, at) => sum + value(at), 0) / length
      const worth = worthOf(slate(places.map((at) => (at === 1 ? 1 : 0))), Array(length).fill(1))
      expect(worth.hr5).toBeCloseTo(Math.min(1, 5 / length), 10)
      expect(worth.hr10).toBeCloseTo(Math.min(1, 10 / length), 10)
      expect(worth.mrr).toBeCloseTo(
        mean((at) => 1 / at),
        10
      )
      expect(worth.ndcg10).toBeCloseTo(
        mean((at) => (at <= 10 ? 1 / Math.log2(at + 1) : 0)),
        10
      )
      expect(worth.p3).toBeCloseTo(1 / length, 10)
      expect(worth.auc).toBe(0.5)
    }
  })

  it("is the mean over all orders that ties leave open", () => {
    // One place leads, then four stand together, two of them taken: six ways for those two.
    const taken = [0, 1, 1, 0, 0, 0]
    const scores = [9, 5, 5, 5, 5, 1]
    const open = [2, 3, 4, 5].flatMap((one) => [2, 3, 4, 5].filter((other) => other > one).map((other) => [one, other]))
    const orders = open.map(([one, other]) =>
      worthOf(slate([1, 2, 3, 4, 5, 6].map((at) => (at === one || at === other ? 1 : 0))), [6, 5, 4, 3, 2, 1])
    )
    const worth = worthOf(slate(taken), scores)
    for (const metric of METRICS) {
      expect(worth[metric], metric).toBeCloseTo(orders.reduce((sum, one) => sum + one[metric], 0) / orders.length, 10)
    }
    const many = worthOf(slate([...Array(6).fill(0), 1, 1]), [...Array(2).fill(2), ...Array(6).fill(1)])
    // Two of six, three of which come among the first five: none does in three of fifteen cases.
    expect(many.hr5).toBeCloseTo(1 - 3 / 15, 10)
  })
})

describe("a score that is no number", () => {
  it("is refused in a sentence: nothing can be ordered by it", () => {
    const says = /^Score 2 of 3 is no number, .*\.$/
    expect(() => ranksOf([1, Number.NaN, 2])).toThrow(says)
    expect(() => rocAuc([1, Number.NaN, 2], [1, 0, 1])).toThrow(says)
    expect(() => rankOfFirst([1, Number.NaN, 2])).toThrow(says)
    expect(() => worthOf(slate([1, 0, 0]), [1, Number.NaN, 2])).toThrow(says)
  })

  it("is not one without an end: what nobody scored stands last, together", () => {
    const none = Number.NEGATIVE_INFINITY
    expect([...ranksOf([none, 2, none])]).toEqual([2.5, 1, 2.5])
    expect(rocAuc([none, 2, none], [0, 1, 1])).toBe(0.75)
    expect(rankOfFirst([none, 2, none])).toBe(2.5)
  })
})

/** Slates of twelve, of which one is taken; the good ranker sees it through some noise, the others do not. */
const world = (count = 300) => {
  const random = randomStream("slates")
  return Array.from({ length: count }, (_, n) => {
    const at = Math.floor(random() * 12)
    return slate(
      Array.from({ length: 12 }, (_, i) => (i === at ? 1 : 0)),
      {
        id: `s${n}`,
        user: `u${n % 60}`,
        cluster: `u${n % 60}`,
        at: n * 1000,
        segments: { city: n % 3 === 0 ? "tokyo" : "seattle" }
      }
    )
  })
}

const noise =
  (name: string) =>
  ({ id, items }: Slate) => {
    const random = randomStream(name, id)
    return items.map(() => random())
  }

describe("judging", async () => {
  const slates = world()
  const good = { name: "good", scorer: (one: Slate) => noise("good")(one).map((x, i) => x + 0.5 * one.taken[i]!) }
  const dull = { name: "dull", scorer: noise("dull") }
  const evaluation = await judge(
    slates,
    [good, dull, { name: "also dull", scorer: noise("other") }],
    new Map([["item 3", 9]])
  )

  it("tells a ranker that knows something from those that do not, overall and in each segment", () => {
    const [first, second] = evaluation.models
    expect(first!.metrics.hr5.lower).toBeGreaterThan(second!.metrics.hr5.upper)
    expect(second!.metrics.hr5.mean).toBeCloseTo(5 / 12, 1)
    const [against] = evaluation.comparisons
    expect(against!.incumbent).toBe("dull")
    expect(against!.hr5.lower).toBeGreaterThan(0)
    expect(against!.segments.map(({ name, decisions }) => [name, decisions])).toEqual([
      ["city=seattle", 200],
      ["city=tokyo", 100]
    ])
    expect(against!.segments.every(({ difference }) => difference.lower > 0)).toBe(true)
  })

  it("holds the decisions of travelers apart, and counts who stands behind them: who travels together is one", async () => {
    const apps = slates.map((one, n) => ({
      ...one,
      cluster: `party ${n % 7}`,
      segments: { ...one.segments, source: n < 70 ? "app" : "backfill" }
    }))
    const { of_travelers } = await judge(apps, [good, dull], new Map())
    expect(of_travelers).toMatchObject({ decisions: 70, people: 7 })
    // Of tokyo there are 24: too few to say anything of. What made-up people did there is no segment of travelers.
    expect(of_travelers!.segments.map(({ name, decisions }) => [name, decisions])).toEqual([["city=seattle", 46]])
    const alone = await judge(apps.slice(0, 70), [good, dull], new Map())
    expect(of_travelers!.ndcg10).toEqual(alone.models[0]!.metrics.ndcg10)
  })

  it("finds no difference where there is none, and is narrower in pairs than apart", async () => {
    const same = await judge(slates, [dull, { name: "also dull", scorer: noise("other") }], new Map())
    const { hr5 } = same.comparisons[0]!
    expect(hr5.lower).toBeLessThan(0)
    expect(hr5.upper).toBeGreaterThan(0)
    const itself = await judge(slates, [dull, { name: "itself", scorer: dull.scorer }], new Map())
    expect(itself.comparisons[0]!.hr5).toEqual({ mean: 0, lower: 0, upper: 0 })
  })

  it("gives one that says nothing neither wins nor a leaning: any of a slate may stand first", async () => {
    const said = { name: "nothing", scorer: ({ items }: Slate) => items.map(() => 0) }
    const localPick = (item: string) => item < "item 3"
    const [none, chance] = (await judge(slates, [said, dull], new Map([["item 3", 9]]), { localPick })).models
    expect(none!.metrics.hr5.mean).toBeCloseTo(5 / 12, 10)
    expect(none!.popularity_bias).toBeCloseTo(0, 10)
    expect(none!.coverage).toBe(1)
    expect(none!.local_picks).toBeCloseTo(chance!.local_picks!, 1)
  })

  it("sees who only repeats what is popular", async () => {
    const taken = new Map(slates[0]!.items.map((item, i) => [item, 12 - i]))
    const popular = { name: "popular", scorer: ({ items }: Slate) => items.map((item) => taken.get(item)!) }
    const [first, second] = (await judge(slates, [popular, dull], taken)).models
    expect(first!.popularity_bias).toBeGreaterThan(0.3)
    expect(Math.abs(second!.popularity_bias)).toBeLessThan(0.1)
    expect(first!.coverage).toBeLessThan(second!.coverage)
  })

  it("is told in a table, a picture and a page that stands alone", () => {
    const table = evaluationTable(evaluation)
    expect(table).toContain("300 decisions of 60 people")
    expect(table).toMatch(/good {2,}0\.\d{3} \[0\.\d{3}, 0\.\d{3}\]/)
    expect(table).toMatch(/city=tokyo +100/)
    expect(evaluationPlot(evaluation)).toContain("also dull")
    const page = evaluationPage("<good> 1", "made & judged", evaluation)
    expect(page).toContain("<h1>&lt;good&gt; 1</h1>")
    expect(page).toContain("made &amp; judged")
    expect(page).not.toContain("<script")
  })
})
