import { assert, it } from "@effect/vitest"
import type { ActivityNode } from "../../../src/domain/catalog/node.ts"
import { calm } from "../../../src/domain/city/model.ts"
import type { TripCommand } from "../../../src/domain/trip/commands.ts"
import type { TripEventEnvelope } from "../../../src/domain/trip/events.ts"
import { TripChannel } from "../../../src/http/stream/channel.ts"
import { CLOSE } from "../../../src/http/stream/close-codes.ts"
import type { TripListener } from "../../../src/services/trip-runtime.ts"
import { active, friend, owner, slotId } from "../../domain/trip/fixtures.ts"

it("an event that cannot be put into words leaves no silent gap: everybody comes back for what they missed", () => {
  const live = active()
  // Places without tags, which is more than the view of a stop can take.
  const nodes = live.state.memory.catalog!.nodes.map(({ id }) => ({ id }) as ActivityNode)
  const shown = {
    catalog: { ...live.state.memory.catalog!, nodes },
    personas: [],
    conditions: calm(live.trip.city_id)
  }
  let heard: TripListener | undefined
  const channel = new TripChannel(
    {
      watch: (listener) => {
        heard = listener
        return () => {}
      },
      shown: () => shown
    },
    shown,
    live.trip.seq
  )
  const told: Array<{ readonly seq?: number }> = []
  const closed: Array<number> = []
  channel.join(
    {
      userId: owner,
      deliver: (utf8) => void told.push(JSON.parse(new TextDecoder().decode(utf8))),
      close: (code) => void closed.push(code)
    },
    shown
  )
  const happens = (command: TripCommand) => {
    live.send(command)
    const events = live.last.events as ReadonlyArray<TripEventEnvelope>
    heard!.events(events, live.trip)
  }
  happens({ _tag: "invite", by: owner, user_id: friend, expires_at: live.now + 1 })
  assert.deepStrictEqual(
    told.map((frame) => frame.seq),
    [live.trip.seq]
  )
  assert.throws(() => happens({ _tag: "lock_slot", by: owner, slot_id: slotId(1, 1), locked: true }), TypeError)
  assert.deepStrictEqual(closed, [CLOSE.tryAgain])
  assert.lengthOf(told, 1)
})
