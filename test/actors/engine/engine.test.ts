import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { ActorError } from "../../../src/domain/actor-errors.ts"
import { breathe, type Command } from "./bank.ts"

import { add, ran, read, start } from "./started.ts"

describe("a first call", () => {
  it("starts the actor once, however many call together, and answers all of them in order", async () => {
    const { disk, engine, send, entries } = start()
    const calls = ["a", "b", "c"].map((entry) => send("k", add(entry)))
    assert.isUndefined(calls[0]!.outcome)
    await breathe()
    assert.strictEqual(disk.loads, 1)
    assert.deepStrictEqual(calls.map(entries), [["a"], ["a", "b"], ["a", "b", "c"]])
    assert.strictEqual(engine.residency.size, 1)
  })

  it("says why when the storage does not answer, and works again when it does", async () => {
    const { disk, send, tag, entries, engine } = start()
    disk.storageDown = true
    const lost = send("k", read)
    await breathe()
    assert.strictEqual(tag(lost), "ActorUnavailable")
    assert.include((lost.outcome as ActorError).message, "the database does not answer")
    assert.strictEqual(engine.residency.size, 0)
    disk.storageDown = false
    const found = send("k", read)
    await breathe()
    assert.deepStrictEqual(entries(found), [])
  })

  it("loads a bounded number at the same time", async () => {
    const { disk, send, entries } = start({ limits: { activationConcurrency: 2 } })
    const open = disk.close()
    const calls = [1, 2, 3, 4, 5].map((n) => send(`k${n}`, read))
    await breathe()
    assert.strictEqual(disk.loads, 2)
    open()
    await breathe(20)
    assert.strictEqual(disk.loads, 5)
    assert.isTrue(calls.every((call) => entries(call)?.length === 0))
  })
})

describe("durability", () => {
  it("tells nobody before it is durable, not even a reader who came later", async () => {
    const published: Array<number> = []
    const { disk, send, entries } = start({
      immediate: false,
      kind: { publish: (_key, events) => void published.push(...events.map((event) => event.seq)) }
    })
    send("k", read)
    await breathe()
    const writes = [send("k", add("a")), send("k", add("b"))]
    const reader = send("k", read)
    assert.deepStrictEqual([...writes, reader].map(entries), [undefined, undefined, undefined])
    assert.deepStrictEqual(published, [])
    disk.sync()
    assert.deepStrictEqual([...writes, reader].map(entries), [["a"], ["a", "b"], ["a", "b"]])
    assert.deepStrictEqual(published, [1, 2])
  })

  it("gives advice at once, its tasks too, even behind a write that is not durable yet or a full disk", async () => {
    const performed: Array<string> = []
    const { disk, send, tag, entries, engine } = start({
      immediate: false,
      kind: { perform: (_key, task) => void performed.push(task) }
    })
    send("k", read)
    await breathe()
    const write = send("k", { ...add("a"), task: "written" } as Command)
    assert.deepStrictEqual(entries(send("k", { _tag: "Advise", task: "advised" })), ["a"])
    assert.deepStrictEqual(performed, ["advised"])
    disk.full = true
    assert.deepStrictEqual(entries(send("k", { _tag: "Advise" })), ["a"])
    assert.strictEqual(engine.core.counters.unloggedAdvice, 1)
    const refused = send("k", add("b"))
    assert.strictEqual(tag(refused), "WriteRefused")
    assert.include((refused.outcome as ActorError).message, "no space left")
    disk.sync()
    assert.deepStrictEqual(entries(write), ["a"])
    assert.deepStrictEqual(performed, ["advised", "written"])
    assert.deepStrictEqual(entries(send("k", read)), ["a"])
  })

  it("lets no more wait for a disk that hangs than for a turn, and gives advice all the same", async () => {
    const { disk, send, tag, entries } = start({ immediate: false, limits: { mailboxCapacity: 2 } })
    send("k", read)
    await breathe()
    const waiting = [send("k", add("a")), send("k", read)]
    assert.deepStrictEqual([send("k", read), send("k", add("b"))].map(tag), ["MailboxFull", "MailboxFull"])
    assert.deepStrictEqual(entries(send("k", { _tag: "Advise" })), ["a"])
    disk.sync()
    assert.deepStrictEqual(waiting.map(entries), [["a"], ["a"]])
    assert.deepStrictEqual(entries(send("k", read)), ["a"])
  })

  it("drops an actor whose write failed and goes on from what the disk holds", async () => {
    const { disk, send, tag, entries, wait } = start({ immediate: false })
    send("k", add("kept"))
    await breathe()
    disk.sync()
    const lost = [send("k", add("lost")), send("k", read)]
    disk.fail()
    assert.deepStrictEqual(lost.map(tag), ["WriteFailed", "WriteFailed"])
    const next = send("k", add("next"))
    wait(100)
    await breathe()
    disk.sync()
    assert.deepStrictEqual(entries(next), ["kept", "next"])
    assert.strictEqual(disk.loads, 2)
  })

  it("writes a snapshot off the path after so many events, and starts from it", async () => {
    const { disk, send, entries, engine } = start({ limits: { snapshotEvery: 3 } })
    for (const entry of ["a", "b", "c", "d"]) send("k", add(entry))
    await breathe()
    assert.strictEqual(disk.snapshots.get("k")?.seq, 3)
    assert.isTrue(engine.residency.passivate("k"))
    const again = send("k", read)
    await breathe()
    assert.deepStrictEqual(entries(again), ["a", "b", "c", "d"])
  })
})

describe("bounds", () => {
  it("refuses the command that does not fit the mailbox, and no other", async () => {
    const { disk, send, tag, entries } = start({ limits: { mailboxCapacity: 2 } })
    const open = disk.close()
    const calls = ["a", "b", "c"].map((entry) => send("k", add(entry)))
    assert.strictEqual(tag(calls[2]!), "MailboxFull")
    open()
    await breathe()
    assert.deepStrictEqual(entries(calls[1]!), ["a", "b"])
  })

  it("says in time that it cannot answer in time, and whether it ran", async () => {
    const { disk, send, tag, wait, engine } = start({ immediate: false })
    disk.gate = new Promise<void>(() => {})
    const waiting = send("other", add("a"), 50)
    disk.gate = undefined
    send("k", read)
    await breathe()
    const written = send("k", add("a"), 50)
    wait(40)
    assert.isUndefined(waiting.outcome)
    wait(30)
    assert.deepStrictEqual([tag(waiting), tag(written)], ["CommandTimeout", "CommandTimeout"])
    assert.deepStrictEqual([ran(waiting), ran(written)], ["not_run", "unknown"])
    assert.strictEqual(engine.core.counters.waiting, 0)
  })

  it("takes an interrupted caller's command out of the mailbox", async () => {
    const { disk, engine, send, entries } = start()
    const open = disk.close()
    const fiber = Effect.runFork(engine.ask("k", add("never")))
    await breathe(1)
    Effect.runFork(Fiber.interrupt(fiber))
    open()
    await breathe()
    assert.deepStrictEqual(entries(send("k", read)), [])
  })
})

describe("passivation", () => {
  it("lets idle actors go and brings them back unseen", async () => {
    const { send, entries, wait, engine, disk } = start({ limits: { idleMillis: 1_000 } })
    send("k", add("a"))
    await breathe()
    wait(999)
    assert.strictEqual(engine.residency.size, 1)
    wait(1)
    assert.strictEqual(engine.residency.size, 0)
    const back = send("k", add("b"))
    await breathe()
    assert.deepStrictEqual(entries(back), ["a", "b"])
    assert.strictEqual(disk.loads, 2)
  })

  it("lets the least recently used go first when the memory budget is reached, never a pinned one", async () => {
    const { send, wait, engine } = start({
      limits: { memoryBytes: 7_300 },
      kind: { pinned: (state) => state.entries.includes("window") }
    })
    send("pinned", add("window"))
    send("old", read)
    send("young", read)
    await breathe()
    send("old", read)
    wait(1)
    assert.isUndefined(engine.peek("young"))
    assert.isDefined(engine.peek("old"))
    assert.isDefined(engine.peek("pinned"))
  })

  it("lets nobody go while the storage is down", async () => {
    const { send, wait, engine, disk } = start({ limits: { idleMillis: 10, maxResident: 1 } })
    send("k", read)
    await breathe()
    disk.available = false
    wait(1_000)
    assert.strictEqual(engine.residency.size, 1)
    const refused = engine.askSync("other", read) as ActorError
    assert.strictEqual(refused._tag, "RuntimeFull")
    disk.available = true
    wait(1_000)
    assert.strictEqual(engine.residency.size, 0)
  })

  it("drops a key that names nothing as soon as it has said so", async () => {
    const { send, entries, engine } = start({ kind: { vacant: (state) => state.seq === 0 } })
    const nothing = send("nobody", read)
    await breathe()
    assert.deepStrictEqual(entries(nothing), [])
    assert.strictEqual(engine.residency.size, 0)
  })
})

describe("wake-ups and children", () => {
  it("wakes an actor when it asked for it, with one wheel for all", async () => {
    const { send, wait, engine } = start({
      kind: { wakeAt: (state) => (state.notes === 0 ? 1_000_500 : undefined), wake: () => ({ _tag: "Note" }) }
    })
    send("k", read)
    await breathe()
    wait(400)
    assert.strictEqual(engine.peek("k")?.notes, 0)
    wait(200)
    assert.strictEqual(engine.peek("k")?.notes, 1)
    wait(10_000)
    assert.strictEqual(engine.peek("k")?.notes, 1)
  })

  it("lets a child report back as a command, and interrupts it with its actor", async () => {
    let interrupted = false
    const { send, engine, wait } = start({
      kind: {
        perform: (_key, task, self) =>
          task === "report"
            ? Effect.asVoid(Effect.andThen(Effect.yieldNow, self.ask({ _tag: "Note" })))
            : Effect.onInterrupt(Effect.never, () =>
                Effect.sync(() => {
                  interrupted = true
                })
              )
      }
    })
    send("k", { ...add("a"), task: "report" } as Command)
    await breathe()
    assert.strictEqual(engine.peek("k")?.notes, 1)
    send("k", { ...add("b"), task: "hang" } as Command)
    assert.isFalse(engine.residency.passivate("k"))
    send("k", { _tag: "Poison" })
    wait(10)
    await breathe()
    assert.isTrue(interrupted)
  })
})
