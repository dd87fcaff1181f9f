/** A timer that throws is its own actor's misfortune: everybody else's deadlines and wake-ups go on. */

import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { Pending } from "../../../src/actors/engine/cell.ts"
import { type ActorKind, DEFAULT_LIMITS } from "../../../src/actors/engine/kind.ts"
import { make } from "../../../src/actors/engine/make.ts"
import * as ActorKindList from "../../../src/cases/health/actor-kind-list.ts"
import type { ActorError } from "../../../src/domain/actor-errors.ts"
import { Machine, realMachine } from "../../../src/support/machine.ts"
import { inRounds } from "../../../src/support/rounds.ts"
import { logged } from "../../harness/logged.ts"
import { type Bank, bank, breathe, type Command, Disk } from "./bank.ts"
import { add, read, start as startEngine, tagOf } from "./started.ts"

const note: Command = { _tag: "Note" }

const start = (kind: Partial<ActorKind<Bank>>, immediate = true) => {
  const { wait: pass, ...started } = startEngine({ kind, immediate, limits: { idleMillis: 60_000 } })
  const wait = async (millis: number) => {
    pass(millis)
    await breathe()
  }
  return { ...started, wait }
}

describe("a wake-up that throws", () => {
  it("restarts its actor alone, and those that are due in the same tick fire", async () => {
    let broken = true
    const { disk, engine, host, send, wait } = start({
      wakeAt: (state) => (state.notes === 0 ? 1_000_500 : undefined),
      wake: () => {
        if (broken) throw new Error("no such command")
        return note
      }
    })
    // The first one's timer is the one that throws: what is armed later in a tick fires first.
    for (const key of ["a", "b", "c"]) send(key, read)
    await breathe()
    const open = disk.close()
    const late = send("slow", read, 500)
    await wait(520)
    assert.strictEqual(tagOf(late), "CommandTimeout")
    assert.sameMembers(
      host.alerts.filter((alert) => alert.startsWith("crashed")),
      ["crashed a", "crashed b", "crashed c"]
    )
    broken = false
    open()
    for (let i = 0; i < 4; i++) await wait(100)
    for (const key of ["a", "b", "c"]) assert.strictEqual(engine.peek(key)?.notes, 1, `${key} woke up again`)
    assert.strictEqual(engine.core.counters.crashes, 3)
  })
})

describe("a wake-up that is refused", () => {
  const dueUntilDone: Partial<ActorKind<Bank>> = {
    wakeAt: (state) => (state.entries.includes("woken") ? undefined : 1_000_500),
    wake: () => add("woken")
  }

  it("by a full disk is tried again until there is room, a while apart, and then no more", async () => {
    const { disk, engine, host, send, wait } = start(dueUntilDone)
    send("a", read)
    await breathe()
    disk.full = true
    await wait(600)
    const refused = engine.core.counters.refused
    assert.isAtLeast(refused, 1)
    // Often enough to be in time once there is room, and no busy loop while there is none.
    for (let i = 0; i < 100; i++) await wait(100)
    assert.isAtMost(engine.core.counters.refused - refused, 10)
    assert.deepStrictEqual(engine.peek("a")?.entries, [])
    disk.full = false
    await wait(DEFAULT_LIMITS.wakeAgainMillis + 100)
    assert.deepStrictEqual(engine.peek("a")?.entries, ["woken"])
    await wait(60_000)
    assert.deepStrictEqual(
      disk.durable.get("a")?.map(({ entry }) => entry),
      ["woken"]
    )
    assert.deepStrictEqual(host.alerts, [])
  })

  it("by those who wait for the disk is tried again when they have gone", async () => {
    const { disk, engine, entries, send, wait } = startEngine({
      kind: dueUntilDone,
      immediate: false,
      limits: { mailboxCapacity: 2, deadlineMillis: 60_000 }
    })
    send("a", read)
    await breathe()
    const waiting = [send("a", add("one")), send("a", add("two"))]
    wait(600)
    assert.deepStrictEqual(engine.peek("a")?.entries, ["one", "two"], "the wake-up found no place")
    disk.immediate = true
    disk.sync()
    assert.deepStrictEqual(waiting.map(entries), [["one"], ["one", "two"]])
    await breathe()
    wait(DEFAULT_LIMITS.wakeAgainMillis + 100)
    assert.deepStrictEqual(engine.peek("a")?.entries, ["one", "two", "woken"])
  })
})

describe("a wake-up that changes nothing", () => {
  it("is repeated where something is still to come, and not where it has come in vain", async () => {
    let woken = 0
    let next = (): number => 1_000_500
    const { host, send, wait } = start({
      wakeAt: () => next(),
      wake: () => {
        woken++
        return read
      }
    })
    send("a", read)
    await breathe()
    await wait(600)
    assert.strictEqual(woken, 1)
    for (let i = 0; i < 10; i++) await wait(1_000)
    assert.strictEqual(woken, 1, "its moment is over")

    // As a vote that cannot be counted yet says: in a second, again and again.
    next = () => host.now() + 1_000
    send("b", read)
    await breathe()
    for (let i = 0; i < 5; i++) await wait(1_100)
    assert.strictEqual(woken, 6)
  })
})

describe("a deadline that throws", () => {
  it("still answers, and every other deadline fires", async () => {
    const { disk, host, send, wait } = start({})
    const open = disk.close()
    const before = send("b", read, 500)
    // What is no text must not get here; that it did once stopped the clock for everybody.
    const odd = send(["x"] as unknown as string, read, 500)
    const after = send("a", read, 500)
    const later = send("a", read, 2_000)
    await wait(520)
    assert.strictEqual(tagOf(before), "CommandTimeout")
    assert.strictEqual(tagOf(after), "CommandTimeout")
    assert.strictEqual(tagOf(odd), "ActorUnavailable")
    await wait(2_000)
    assert.strictEqual(tagOf(later), "CommandTimeout")
    assert.deepStrictEqual(
      host.alerts.map((alert) => alert.split(" ")[0]),
      ["crashed"]
    )
    open()
  })
})

describe("what else a kind brings along", () => {
  it("its size, its next wake-up, its pins: an actor where they throw restarts, and answers before and after", async () => {
    for (const broken of ["sizeOf", "wakeAt", "pinned", "vacant"] as const) {
      let fails: string | undefined
      const bad = (state: Bank["State"]) => {
        if (fails !== undefined && state.entries[0] === fails) throw new Error(`${broken} is broken`)
      }
      const { engine, host, send, wait } = start({
        sizeOf: (state) => {
          if (broken === "sizeOf") bad(state)
          return 100
        },
        wakeAt: (state) => {
          if (broken === "wakeAt") bad(state)
          return undefined
        },
        wake: () => note,
        pinned: (state) => {
          if (broken === "pinned") bad(state)
          return false
        },
        vacant: (state) => {
          if (broken === "vacant") bad(state)
          return false
        }
      })
      send("k", { _tag: "Add", entry: "bad" })
      send("healthy", { _tag: "Add", entry: "good" })
      await breathe()
      fails = "bad"
      if (broken === "pinned") await wait(60_000)
      if (broken === "vacant") assert.isTrue(engine.residency.passivate("k"))
      const write = send("k", { _tag: "Add", entry: "more" })
      await breathe()
      assert.include(host.alerts, "crashed k", broken)
      assert.notInclude(host.alerts, "crashed healthy", broken)
      fails = undefined
      for (let i = 0; i < 4; i++) await wait(100)
      assert.deepStrictEqual((write.outcome as Bank["Reply"]).entries, ["bad", "more"], broken)
      const found = send("k", read)
      await breathe()
      assert.deepStrictEqual((found.outcome as Bank["Reply"]).entries, ["bad", "more"], broken)
      assert.isDefined(engine.peek("k"), broken)
    }
  })

  it("its snapshots: an actor where they throw goes on without them", async () => {
    const { disk, host, send } = start({
      storage: {
        load: (key) => disk.load(key),
        saveSnapshot: () => {
          throw new Error("no snapshot can be taken")
        },
        available: () => true
      }
    })
    send("k", read)
    await breathe()
    for (let n = 0; n < 2 * DEFAULT_LIMITS.snapshotEvery; n++) {
      const write = send("k", { _tag: "Add", entry: `${n}` })
      assert.strictEqual((write.outcome as Bank["Reply"]).seq, n + 1)
    }
    await breathe()
    assert.deepStrictEqual(host.alerts, ["task_failed k", "task_failed k"])
  })

  it("does not keep an actor from leaving memory, nor those who wait from being answered", async () => {
    const { engine, host, send, wait } = start({
      feeds: () => () => {
        throw new Error("cannot let go")
      }
    })
    send("k", read)
    send("other", read)
    await breathe()
    await wait(60_001)
    assert.strictEqual(engine.residency.size, 0)
    assert.sameMembers(host.alerts, ["crashed k", "crashed other"])
    const found = send("k", read)
    await breathe()
    assert.deepStrictEqual((found.outcome as Bank["Reply"]).entries, [])
  })
})

it.effect("the clock of a kind goes on ticking over a fault of its own, and says so once a second at most", () => {
  const { lines, layer } = logged()
  const disk = new Disk()
  disk.immediate = true
  const open = disk.close()
  return Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const machine = { ...realMachine, elapsed: () => clock.currentTimeMillisUnsafe() }
    const engine = yield* Effect.provideService(make<Bank>(bank(disk)), Machine, machine)
    const sweep = engine.residency.sweep.bind(engine.residency)
    let faults = 0
    engine.residency.sweep = () => {
      if (faults++ < 3) throw new Error("the sweep is broken")
      sweep()
    }
    const outcome = engine.askSync("k", read, 4_000)
    assert.instanceOf(outcome, Pending)
    const seen: Array<unknown> = []
    if (outcome instanceof Pending) outcome.onSettled((settled) => void seen.push(settled))
    yield* TestClock.adjust("5 seconds")
    assert.strictEqual((seen[0] as ActorError)._tag, "CommandTimeout")
    assert.strictEqual(lines.length, 3)
    assert.match(lines[0] ?? "", /timers of the banks stumbled/)
    open()
  }).pipe(Effect.scoped, Effect.provide([layer, ActorKindList.layer]))
})

it.effect("what is done in rounds goes on after a round that went wrong, foreseen or not, and says so", () => {
  const { lines, layer } = logged()
  let rounds = 0
  return Effect.gen(function* () {
    yield* inRounds(
      "Counting",
      Effect.suspend(() => {
        rounds++
        if (rounds === 1) throw new Error("a mistake")
        return rounds === 2 ? Effect.fail("no answer") : Effect.void
      }),
      "1 minute"
    )
    yield* TestClock.adjust("3 minutes")
    assert.strictEqual(rounds, 4)
    assert.strictEqual(lines.length, 2)
    assert.match(lines[0] ?? "", /Counting went wrong this time/)
  }).pipe(Effect.scoped, Effect.provide(layer))
})
