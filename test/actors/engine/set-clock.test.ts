/** The time of day is set, by an hour and either way: who waits, rests or is idle does so for as long as was said. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { drain, make } from "../../../src/actors/engine/make.ts"
import * as ActorKindList from "../../../src/cases/health/actor-kind-list.ts"
import { Machine, realMachine } from "../../../src/support/machine.ts"
import { bank, breathe, Disk } from "./bank.ts"
import { add, ran, read, start } from "./started.ts"

const HOUR = 3_600_000
const WAYS = [
  { way: "back", by: -HOUR },
  { way: "forward", by: HOUR }
] as const

for (const { by, way } of WAYS) {
  describe(`a clock that is set ${way} by an hour`, () => {
    it("neither ends nor holds up what waits for its answer", async () => {
      const { send, wait, host, tag } = start({ immediate: false })
      send("k", read)
      await breathe()
      const before = send("k", add("a"), 1_000)
      host.skew = by
      const after = send("k", add("b"), 1_000)
      wait(900)
      assert.isUndefined(tag(before))
      assert.isUndefined(tag(after))
      wait(200)
      assert.strictEqual(tag(before), "CommandTimeout")
      assert.strictEqual(ran(before), "unknown")
      assert.strictEqual(tag(after), "CommandTimeout")
    })

    it("lets nobody leave before being idle for long enough, and then everybody", async () => {
      const { send, wait, host, engine } = start({ limits: { idleMillis: 10_000 } })
      send("k", read)
      await breathe()
      host.skew = by
      wait(9_000)
      await breathe()
      assert.strictEqual(engine.residency.size, 1)
      wait(2_000)
      await breathe()
      assert.strictEqual(engine.residency.size, 0)
    })

    it("leaves an actor stopped for as long as it was to be, and tells operators the new time", async () => {
      const { send, wait, host, engine, tag } = start({ limits: { maxRestarts: 1, stoppedMillis: 60_000 } })
      send("k", read)
      await breathe()
      for (let crashes = 0; crashes < 3; crashes++) {
        send("k", { _tag: "Poison" })
        for (let rests = 0; rests < 4; rests++) {
          wait(200)
          await breathe()
        }
      }
      assert.strictEqual(tag(send("k", read)), "ActorStopped")
      host.skew = by
      wait(16)
      assert.strictEqual(tag(send("k", read)), "ActorStopped")
      wait(60_000)
      const revived = send("k", read)
      await breathe()
      assert.isUndefined(tag(revived))
      assert.strictEqual(engine.core.supervisor.stopped(host.elapsed()).length, 0)
    })

    it("wakes an actor at the time of day that it asked for, as it is then", async () => {
      const { send, wait, host, engine } = start({
        kind: {
          wakeAt: (state) => (state.notes === 0 ? 1_000_500 + by : undefined),
          wake: () => ({ _tag: "Note" })
        }
      })
      wait(16)
      host.skew = by
      wait(16)
      send("k", read)
      await breathe()
      wait(300)
      await breathe()
      assert.strictEqual(engine.peek("k")?.notes, 0)
      wait(300)
      await breathe()
      assert.strictEqual(engine.peek("k")?.notes, 1)
    })
  })
}

describe("an orderly end while the clock is set", () => {
  it("waits for what is under way as long as it was told to, and no longer", async () => {
    let passed = 0
    let looked = 0
    // A minute of the time of day goes by with each look at it; of elapsed time a tenth of a second.
    const clock = {
      currentTimeMillisUnsafe: () => 1_000_000 + 60_000 * looked++,
      currentTimeNanosUnsafe: () => 0n,
      currentTimeMillis: Effect.sync(() => 1_000_000 + 60_000 * looked++),
      currentTimeNanos: Effect.succeed(0n),
      sleep: () =>
        Effect.sync(() => {
          passed += 100
        })
    }
    const disk = new Disk()
    const ended = await Effect.runPromise(
      Effect.gen(function* () {
        const engine = yield* make(bank(disk))
        disk.close()
        engine.askSync("k", add("a"))
        return yield* drain(engine, 5_000)
      }).pipe(
        Effect.scoped,
        Effect.provide(ActorKindList.layer),
        Effect.provideService(Machine, { ...realMachine, elapsed: () => passed }),
        Effect.provideService(Clock.Clock, clock as never)
      )
    )
    assert.isFalse(ended)
    assert.isAtLeast(passed, 5_000)
    assert.isBelow(passed, 10_000)
  })
})
