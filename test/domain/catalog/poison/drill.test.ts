import { assert, describe, it } from "@effect/vitest"
import { type Random, randomStream } from "../../../../src/domain/basics/random.ts"
import { crossReference } from "../../../../src/domain/catalog/evidence.ts"
import { fingerprintOf } from "../../../../src/domain/catalog/reading/fingerprint.ts"
import { type MentionRow, voicesOf } from "../../../../src/domain/catalog/voices.ts"
import { rocAuc } from "../../../../src/training/judge/auc.ts"
import { dayOf, TODAY } from "./city.ts"

interface Place {
  readonly overrated: boolean
  readonly voices: number
  readonly rows: ReadonlyArray<MentionRow>
}

/** What people think of a place, each a little differently; four in ten of those who dislike it warn of it. */
const say = (
  random: Random,
  key: string,
  voice: "local" | "tourist",
  mean: number,
  count: number
): ReadonlyArray<MentionRow> =>
  Array.from({ length: count }, (_, i) => {
    const sentiment = Math.min(1, Math.max(0, mean + (random() + random() + random() - 1.5) * 0.5))
    return {
      source: `forum ${i % 2}`,
      author: `${key} ${voice} ${i}`,
      voice,
      sentiment,
      avoid: sentiment < 0.3 && random() < 0.4,
      posted_on: dayOf(random),
      fingerprint: fingerprintOf(`${(random() * 2 ** 40).toString(36)} ${(random() * 2 ** 40).toString(36)}`),
      vibes: []
    }
  })

const city = (seed: string): ReadonlyArray<Place> => {
  const random = randomStream("drill", seed)
  return Array.from({ length: 400 }, (_, i) => {
    const overrated = random() < 0.2
    const voices = [2, 4, 10, 20, 40][Math.floor(random() * 5)]!
    const liked = 0.6 + 0.3 * random()
    const local = overrated ? 0.1 + 0.2 * random() : liked
    // Some good places are famous too, some only locals know.
    const visitors = overrated || random() < 0.6 ? voices : 0
    const rows = [
      ...say(random, `${i}`, "local", local, voices),
      ...say(random, `${i}`, "tourist", overrated ? 0.85 : liked, visitors)
    ]
    return { overrated, voices, rows }
  })
}

const SURE = 12

describe.each(["one", "two", "three", "four", "five"])(
  "the detector in made-up city %s, whose truth is known",
  (seed) => {
    const judged = city(seed).map((place) => ({ ...place, ...crossReference([], null, voicesOf(place.rows, TODAY)) }))
    const score = (one: (typeof judged)[number]) =>
      one.overrated_flag === null ? 0 : one.overrated_flag ? one.overrated_confidence : -one.overrated_confidence

    it("tells overrated places from others where enough voices speak", () => {
      const heard = judged.filter(({ voices }) => voices >= SURE)
      const labels = heard.map(({ overrated }) => (overrated ? 1 : 0))
      assert.isAtLeast(rocAuc(heard.map(score), labels), 0.95)
    })

    it("flags two places in a hundred wrongly at most", () => {
      const good = judged.filter(({ overrated }) => !overrated)
      assert.isAtMost(good.filter((one) => one.overrated_flag === true).length / good.length, 0.02)
      const flagged = judged.filter(({ voices, overrated }) => overrated && voices >= SURE)
      assert.isAtLeast(flagged.filter((one) => one.overrated_flag === true).length / flagged.length, 0.7)
    })

    it("abstains where few speak, and says why", () => {
      for (const one of judged.filter(({ voices }) => voices <= 4)) {
        assert.isNull(one.overrated_flag)
        assert.match(one.reasons.at(-1)!, /too few voices|hangs on/)
      }
    })
  }
)
