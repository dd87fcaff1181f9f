/** What travelers were told obliges the runtime, as far as it can: a disk that goes takes along what it alone held. */
import { assert, describe, it } from "vitest"
import type { TripState } from "../../src/domain/trip/model.ts"
import { friend, owner, trip } from "../domain/trip/fixtures.ts"
import { Oracle } from "./oracle.ts"
import { Tally } from "./tally.ts"

const alone = trip({ members: [{ user_id: owner, role: "owner", ordinal: 0, joined_at: 0 }] })
const joined = trip({
  seq: 2,
  members: [...alone.members, { user_id: friend, role: "member", ordinal: 1, joined_at: 0 }]
})

/** Somebody was asked into a trip, which shows itself to its owner. */
const shown = () => {
  const oracle = new Oracle(new Tally(() => {}), new Set())
  oracle.mayEnter(alone.id, owner)
  oracle.mayEnter(alone.id, friend)
  const shows = (state: TripState) =>
    oracle.told(state.id, owner, undefined, { _tag: "trip", trip: state, open_offers: [] }, 0)
  const taken = (id: string) => {
    oracle.signalSent(id, friend, alone.id)
    oracle.signalTaken(id)
    return oracle.signals.has(id)
  }
  return { oracle, shows, taken }
}

describe("a signal that was taken", () => {
  it("must be stored where its sender was in the trip", () => {
    const { shows, taken } = shown()
    shows(alone)
    assert.isFalse(taken("before they joined"))
    shows(joined)
    assert.isTrue(taken("as a member"))
  })

  it("must be stored after a disk was lost only once its sender is known to be in the trip still", () => {
    const { oracle, shows, taken } = shown()
    shows(joined)
    oracle.signalSent("on its way", friend, alone.id)
    oracle.keysLost()
    oracle.signalTaken("on its way")
    assert.isFalse(oracle.signals.has("on its way"), "it went with the disk")
    assert.isFalse(taken("joining may have gone with the disk"))
    shows({ ...alone, epoch: "another" as never })
    assert.isFalse(taken("joining went with the disk"))
    shows({ ...joined, epoch: "another" as never })
    assert.isTrue(taken("joined again"))
  })
})
