/** What signals teach is taken up together, in order, and never lost or taken up twice. */
import { assert, describe, it } from "@effect/vitest"
import { WaitingLessons } from "../../../src/actors/user/waiting-lessons.ts"
import type { Signal } from "../../../src/domain/signal.ts"
import { realMachine } from "../../../src/support/machine.ts"

const signals = (...ids: ReadonlyArray<string>) => ids.map((id) => ({ id }) as Signal)
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve))

const assertNever = (cause: unknown) => {
  throw cause
}

const listening = () => {
  const taught: Array<readonly [string, string]> = []
  const lessons = new WaitingLessons(
    (userId, received) => {
      taught.push([userId, received.map(({ signal, at }) => `${signal.id}@${at}`).join(" ")])
    },
    assertNever,
    realMachine
  )
  return { taught, lessons }
}

describe("lessons that wait", () => {
  it("are taught a turn later, all of one traveler at once and in order", async () => {
    const { taught, lessons } = listening()
    lessons.add("a", signals("1", "2"), 10)
    lessons.add("b", signals("3"), 10)
    lessons.add("a", signals("4"), 11)
    assert.isEmpty(taught)
    await turn()
    await turn()
    assert.deepStrictEqual(taught, [
      ["a", "1@10 2@10 4@11"],
      ["b", "3@10"]
    ])
    await turn()
    assert.lengthOf(taught, 2)
  })

  it("are taught at once where somebody asks for what they teach, and not again", async () => {
    const { taught, lessons } = listening()
    lessons.add("a", signals("1"), 1)
    lessons.add("b", signals("2"), 1)
    lessons.of("b")
    lessons.of("b")
    assert.deepStrictEqual(taught, [["b", "2@1"]])
    lessons.add("b", signals("3"), 2)
    lessons.all()
    await turn()
    assert.deepStrictEqual(taught, [
      ["b", "2@1"],
      ["a", "1@1"],
      ["b", "3@2"]
    ])
  })

  it("of one traveler who cannot be taught take nobody else's with them", async () => {
    const taught: Array<string> = []
    const failures: Array<unknown> = []
    const lessons = new WaitingLessons(
      (userId) => {
        if (userId === "a") throw new Error("cannot learn")
        taught.push(userId)
      },
      (cause) => void failures.push(cause),
      realMachine
    )
    for (const userId of ["a", "b"]) lessons.add(userId, signals("1"), 1)
    await turn()
    await turn()
    lessons.add("c", signals("2"), 2)
    await turn()
    await turn()
    assert.deepStrictEqual(taught, ["b", "c"])
    assert.lengthOf(failures, 1)
  })

  it("do not pile up: where they come too fast they are taught on the spot", async () => {
    const { taught, lessons } = listening()
    const many = Array.from({ length: 100 }, (_, n) => `${n}`)
    for (let n = 0; n < 50; n++) lessons.add(`user ${n}`, signals(...many), n)
    const onTheSpot = taught.length
    assert.isAtLeast(onTheSpot, 20)
    while (taught.length < 50) await turn()
    assert.lengthOf(new Set(taught.map(([userId]) => userId)), 50)
    assert.lengthOf(taught, 50)
  })
})
