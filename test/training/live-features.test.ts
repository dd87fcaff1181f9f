import { assert, describe, it } from "@effect/vitest"
import { randomStream } from "../../src/domain/basics/random.ts"
import { FEATURES } from "../../src/domain/features.ts"
import { checkLiveFeatures, type LoggedPlan } from "../../src/training/datasets/live-features.ts"

/** Plans with a random number for every feature, but for those that `but` says. */
const plans = (count: number, but: (plan: number) => Readonly<Record<string, number>> = () => ({})) => {
  const random = randomStream("live features")
  return Array.from(
    { length: count },
    (_, plan): LoggedPlan =>
      Array.from({ length: 20 }, () => ({
        ...Object.fromEntries(FEATURES.map((name) => [name, random()])),
        ...but(plan)
      }))
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

  it("are refused where they are others of late, and named where they never change", () => {
    const [says, ...others] = refused(plans(100, (plan) => (plan < 50 ? {} : { price_fit: 0.9 })))
    assert.match(says!, /^price_fit is distributed otherwise/)
    assert.isEmpty(others)
    assert.match(checkLiveFeatures(plans(100, () => ({ group_size: 0.125 })))[0]!.says, /always the same: group_size$/)
  })
})
