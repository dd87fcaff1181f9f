import { assert, describe, it } from "@effect/vitest"
import { BEHIND_MILLIS, TasteNews } from "../../../src/actors/user/taste-news.ts"
import { realMachine } from "../../../src/support/machine.ts"

/** A machine whose timers go off when the test says so, with what was told by then. */
const world = () => {
  const told: Array<string> = []
  const timers: Array<{ readonly millis: number; readonly work: () => void }> = []
  const news = new TasteNews((user) => void told.push(user), {
    ...realMachine,
    after: (millis, work) => {
      const timer = { millis, work }
      timers.push(timer)
      return () => void timers.splice(timers.indexOf(timer), 1)
    }
  })
  const later = () => {
    for (const { work } of timers.splice(0)) work()
  }
  return { told, timers, news, later }
}

describe("news of a taste that signals move", () => {
  it("is told at once, and of a burst once more when it is over", () => {
    const { later, news, timers, told } = world()
    for (let n = 0; n < 50; n++) news.moved("ann")
    news.moved("bob")
    assert.deepEqual(told, ["ann", "bob"])
    assert.deepEqual(
      timers.map(({ millis }) => millis),
      [BEHIND_MILLIS, BEHIND_MILLIS]
    )
    later()
    assert.deepEqual(told, ["ann", "bob", "ann"])
    later()
    assert.lengthOf(told, 3, "nothing came since")
    news.moved("ann")
    assert.lengthOf(told, 4)
  })

  it("does not wait where somebody says who they are, and is then told", () => {
    const { later, news, told } = world()
    news.moved("ann")
    news.moved("ann")
    news.changed("ann")
    assert.deepEqual(told, ["ann", "ann"])
    later()
    assert.lengthOf(told, 2)
  })

  it("is told to nobody once all is over", () => {
    const { news, timers } = world()
    news.moved("ann")
    news.stop()
    assert.isEmpty(timers)
  })
})
