/**
 * The engine against a model: whatever the interleaving of asks, crashes, failed writes, passivations, interrupts, outages
 * and restarts of the process, a key lives once, each sender's commands keep their order, what was acknowledged stays, and
 * nothing is left of an actor that has left.
 */
import { assert, describe, it } from "@effect/vitest"
import { Pending } from "../../../src/actors/engine/cell.ts"
import { Engine } from "../../../src/actors/engine/engine.ts"
import { DEFAULT_LIMITS } from "../../../src/actors/engine/kind.ts"
import { isActorError } from "../../../src/domain/actor-errors.ts"
import { fc } from "../../support/properties.ts"
import { type Bank, bank, breathe, type Command, Disk, FakeHost } from "./bank.ts"

const KEYS = ["x", "y", "z"]

type Step =
  | { readonly _tag: "Send"; readonly key: string; readonly sender: number; readonly how: "Add" | "CrashOnce" }
  | { readonly _tag: "Read"; readonly key: string }
  | { readonly _tag: "Poison"; readonly key: string }
  | { readonly _tag: "Passivate"; readonly key: string }
  | { readonly _tag: "Interrupt"; readonly key: string }
  | { readonly _tag: "Wait"; readonly millis: number }
  | {
      readonly _tag:
        | "Sync"
        | "FailWrite"
        | "FailUnknown"
        | "Breathe"
        | "StorageDown"
        | "StorageUp"
        | "DiskFull"
        | "DiskFree"
        | "Kill"
    }

const key = fc.constantFrom(...KEYS)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      _tag: fc.constant("Send" as const),
      key,
      sender: fc.nat(1),
      how: fc.constantFrom("Add" as const, "Add" as const, "Add" as const, "CrashOnce" as const)
    })
  },
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("Read" as const), key }) },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("Poison" as const), key }) },
  { weight: 2, arbitrary: fc.record({ _tag: fc.constant("Passivate" as const), key }) },
  { weight: 2, arbitrary: fc.record({ _tag: fc.constant("Interrupt" as const), key }) },
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("Wait" as const), millis: fc.nat(300) }) },
  { weight: 6, arbitrary: fc.constant({ _tag: "Sync" as const }) },
  { weight: 6, arbitrary: fc.constant({ _tag: "Breathe" as const }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Step>(
      { _tag: "FailWrite" },
      { _tag: "FailUnknown" },
      { _tag: "StorageDown" },
      { _tag: "StorageUp" },
      { _tag: "DiskFull" },
      { _tag: "DiskFree" },
      { _tag: "Kill" }
    )
  }
)

class World {
  readonly disk = new Disk()
  host = new FakeHost()
  engine: Engine<Bank>
  readonly acknowledged = new Map<string, Array<string>>(KEYS.map((name) => [name, []]))
  sent = 0
  incarnations = 0

  constructor() {
    this.engine = this.boot()
  }

  boot(): Engine<Bank> {
    const limits = {
      ...DEFAULT_LIMITS,
      turnsPerSlice: 1,
      idleMillis: 500,
      snapshotEvery: 4,
      maxRestarts: 50,
      mailboxCapacity: 6
    }
    const { disk } = this
    const incarnation = ++this.incarnations
    const kind = bank(disk, {
      wakeAt: (state) => (state.notes === 0 && state.seq > 2 ? this.host.time + 700 : undefined),
      wake: () => ({ _tag: "Note" }),
      feeds: () => () => {},
      log: {
        append: (name, events, records, settled) => {
          // What still runs of a killed process has no disk to write to.
          if (incarnation === this.incarnations) disk.append(name, events, records, settled)
        }
      }
    })
    return new Engine(kind, limits, this.host)
  }

  send(name: string, command: Command, entry?: string): void {
    const alive = this.engine
    const note = (outcome: unknown) => {
      if (this.engine !== alive || isActorError(outcome)) return
      const reply = outcome as Bank["Reply"]
      const durable = (this.disk.durable.get(name) ?? []).map((event) => event.entry)
      assert.deepStrictEqual(reply.entries, durable.slice(0, reply.seq), "told only what is durable")
      if (entry !== undefined) this.acknowledged.get(name)!.push(entry)
    }
    const outcome = alive.askSync(name, command)
    if (outcome instanceof Pending) outcome.onSettled(note)
    else note(outcome)
  }

  async run(one: Step): Promise<void> {
    switch (one._tag) {
      case "Send": {
        const entry = `${one.sender}:${String(this.sent++).padStart(4, "0")}`
        return this.send(one.key, { _tag: one.how, entry }, entry)
      }
      case "Read":
      case "Poison":
        return this.send(one.key, { _tag: one._tag })
      case "Passivate":
        this.engine.residency.passivate(one.key)
        return
      case "Interrupt":
        this.host.fork(this.engine.interrupt(one.key))
        return
      case "Wait":
        this.host.clock.pass(one.millis)
        this.engine.tick()
        return
      case "Sync":
        return this.disk.sync()
      case "FailWrite":
        return this.disk.fail()
      case "FailUnknown":
        return this.disk.fail(true)
      case "Breathe":
        return breathe(2)
      case "StorageDown":
      case "StorageUp":
        this.disk.storageDown = one._tag === "StorageDown"
        this.disk.available = !this.disk.storageDown
        return
      case "DiskFull":
      case "DiskFree":
        this.disk.full = one._tag === "DiskFull"
        return
      case "Kill":
        // The process is gone with everything that was not durable; its callbacks never run.
        this.disk.lose()
        this.engine.residency.close()
        this.host = new FakeHost(this.host.time)
        this.engine = this.boot()
    }
  }

  /** Everything heals; what then stands must satisfy the promises. */
  async settle(): Promise<void> {
    this.disk.storageDown = false
    this.disk.available = true
    this.disk.full = false
    for (let round = 0; round < 12; round++) {
      this.host.clock.pass(3_000)
      this.engine.tick()
      await breathe(2)
      this.disk.sync()
    }
  }

  check(): void {
    assert.isAtMost(this.disk.mostConcurrentLoads, 1, "one activation per key")
    for (const name of KEYS) {
      const events = this.disk.durable.get(name) ?? []
      assert.deepStrictEqual(
        events.map((event) => event.seq),
        events.map((_, i) => i + 1),
        "one writer per key: no gap, no fork"
      )
      const entries = events.map((event) => event.entry)
      for (const sender of ["0:", "1:"]) {
        const own = entries.filter((entry) => entry.startsWith(sender))
        assert.deepStrictEqual(own, [...new Set(own)].sort(), "order per sender, nothing twice")
      }
      const acknowledged = this.acknowledged.get(name)!
      assert.deepStrictEqual(
        entries.filter((entry) => acknowledged.includes(entry)),
        acknowledged,
        "nothing acknowledged is lost"
      )
      assert.deepStrictEqual(this.engine.peek(name)?.entries ?? entries, entries, "memory agrees with the disk")
      this.host.fork(this.engine.interrupt(name))
    }
    const { core, residency } = this.engine
    const { counters, deadlines, wakeUps } = core
    assert.deepStrictEqual(
      {
        resident: residency.size,
        timers: deadlines.armed + wakeUps.armed,
        waiting: counters.waiting,
        bytes: counters.bytes,
        feeds: counters.feeds
      },
      { resident: 0, timers: 0, waiting: 0, bytes: 0, feeds: 0 },
      "nothing is left of those who left"
    )
  }
}

describe("the engine against its model", () => {
  it("keeps its promises under any interleaving", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 120 }), async (steps) => {
        const world = new World()
        for (const one of steps) await world.run(one)
        await world.settle()
        world.check()
      }),
      { numRuns: 500 }
    )
  })
})
