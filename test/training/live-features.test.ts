import { assert, describe, it } from "@effect/vitest"
import { randomStream } from "../../src/domain/basics/random.ts"
import { FEATURES } from "../../src/domain/features.ts"
import { GATE } from "../../src/training/datasets/gate.ts"
import { checkLiveFeatures, type LoggedPlan } from "../../src/training/datasets/live-features.ts"
import { histogramOf, stabilityIndex } from "../../src/training/datasets/profile.ts"

/** Plans with a random number for every feature, but for those that `but` says; each traveler made so many, one after another. */
const plans = (count: number, but: (plan: number) => Readonly<Record<string, number>> = () => ({}), each = 3) => {
  const random = randomStream("live features")
  return Array.from(
    { length: count },
    (_, plan): LoggedPlan => ({
      traveler: String(Math.floor(plan / each)),
      at: plan,
      first: plan % each === 0,
      candidates: Array.from({ length: 20 }, () => ({
        ...Object.fromEntries(FEATURES.map((name) => [name, random()])),
        ...but(plan)
      }))
    })
  )
}

const refused = (logged: ReadonlyArray<LoggedPlan>) =>
  checkLiveFeatures(logged).flatMap(({ passed, says }) => (passed ? [] : [says]))

describe("features of live plans", () => {
  it("pass where they vary and stay what they were, and are not judged by a few", () => {
    assert.isEmpty(refused(plans(100)))
    assert.isEmpty(refused(plans(10, () => ({ day_of_trip: 1 }))))
  })

  it("are refused where the moment is the same in all of them", () => {
    const [says, ...others] = refused(plans(100, () => ({ day_of_trip: 1 / 14 })))
    assert.match(says!, /^day_of_trip takes 1 values/)
    assert.isEmpty(others)
  })

  it("are not refused for the weather of a dry season, nor for that of the next one", () => {
    const dry = plans(100, () => ({ weather_fit: 1 }))
    assert.match(refused(dry)[0]!, /^weather_fit takes 1 values/, "there was weather, and it was not seen")
    const [check, ...others] = checkLiveFeatures(dry, { weather: false })
    assert.isEmpty(others)
    assert.isTrue(check!.passed)
    assert.match(check!.says, /always the same: weather_fit$/)
    const turning = plans(100, (plan) => (plan < 50 ? { weather_fit: 1 } : {}))
    assert.isEmpty(refused(turning))
  })

  it("are not refused for what chance deals to some dozens of parties, and are where the parties are others", () => {
    const random = randomStream("parties")
    const sizes = Array.from({ length: 60 }, () => (1 + Math.floor(random() * 8)) / 8)
    const halves = [sizes.slice(0, 30), sizes.slice(30)].map((half) => histogramOf(half, histogramOf(sizes).edges))
    assert.isAbove(stabilityIndex(halves[0]!, halves[1]!), GATE.mostDrift, "candidates for themselves would be a drift")
    assert.isEmpty(refused(plans(60, (plan) => ({ group_size: sizes[plan]! }))))
    const [says, ...others] = refused(plans(60, (plan) => ({ group_size: plan < 30 ? 0.125 : sizes[plan]! })))
    assert.match(says!, /^group_size is distributed otherwise .* by chance/)
    assert.isEmpty(others)
  })

  it("are not refused for a few travelers who plan much, and are where what all of them see is other than it was", () => {
    const random = randomStream("a few travelers")
    const tastes = Array.from({ length: 10 }, () => random())
    const ofTen = (plan: number) => ({ pace_fit: tastes[Math.floor(plan / 8)]! })
    assert.isEmpty(refused(plans(80, ofTen, 8)))
    const staying = plans(80, ofTen, 8).map((plan, n): LoggedPlan => ({ ...plan, traveler: String(n % 10) }))
    const lost = staying.map(
      (plan, n): LoggedPlan =>
        n < 40 ? plan : { ...plan, candidates: plan.candidates.map((one) => ({ ...one, price_fit: 0.9 })) }
    )
    const says = refused(lost)
    assert.isAbove(says.filter((one) => one.startsWith("price_fit is distributed otherwise")).length, 0)
  })

  it("are not refused because travelers stay, and are where newcomers have said more than newcomers had", () => {
    const known = (plan: number, more: number) => ({ signal_count: (plan % 3 === 0 ? more : plan) / 100 })
    assert.isEmpty(refused(plans(180, (plan) => known(plan, plan % 2))))
    const [says, ...others] = refused(plans(180, (plan) => known(plan, plan < 90 ? 0 : 60)))
    assert.match(says!, /^signal_count is distributed otherwise in the newer half of 60 first plans/)
    assert.isEmpty(others)
    assert.isEmpty(refused(plans(99, (plan) => known(plan, plan < 50 ? 0 : 60))), "33 newcomers are too few to tell")
  })

  it("are refused in at most a few of many sound sets, however many features there are to look strange", () => {
    const random = randomStream("sound weeks")
    // Each traveler has numbers of their own, of which every plan of theirs has some: by chance one half has others than the other.
    const week = (but: (name: string, plan: number) => number | undefined = () => undefined) =>
      Array.from({ length: 60 }, (_, plan): LoggedPlan => {
        const own = Object.fromEntries(FEATURES.map((name) => [name, but(name, plan) ?? Math.floor(random() * 8) / 8]))
        return {
          traveler: String(plan),
          at: plan,
          first: true,
          candidates: [own, own, own]
        }
      })
    let sets = 0
    for (let n = 0; n < 200; n++) if (refused(week()).length > 0) sets++
    assert.isAtMost(sets, 6)
    const [says, ...others] = refused(week((name, plan) => (name === "pace_fit" && plan >= 30 ? 0.5 : undefined)))
    assert.match(says!, /^pace_fit is distributed otherwise/)
    assert.isEmpty(others)
  })

  it("are refused where they are others of late, and named where they never change", () => {
    const [says, ...others] = refused(plans(100, (plan) => (plan < 50 ? {} : { price_fit: 0.9 })))
    assert.match(says!, /^price_fit is distributed otherwise/)
    assert.isEmpty(others)
    assert.match(checkLiveFeatures(plans(100, () => ({ group_size: 0.125 })))[0]!.says, /always the same: group_size$/)
  })
})
