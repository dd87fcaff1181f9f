import { assert, describe, it } from "@effect/vitest"
import { breathe } from "./bank.ts"

import { add, read, start } from "./started.ts"

describe("supervision", () => {
  it("restarts a crashed actor and carries the command out when it was a stumble", async () => {
    const { send, entries, wait, host } = start()
    send("k", add("a"))
    await breathe()
    const stumbled = send("k", { _tag: "CrashOnce", entry: "b" })
    const behind = send("k", add("c"))
    wait(50)
    await breathe()
    assert.deepStrictEqual(entries(stumbled), ["a", "b"])
    assert.deepStrictEqual(entries(behind), ["a", "b", "c"])
    assert.deepStrictEqual(host.alerts, ["crashed k"])
  })

  it("parks a command that crashes twice, with its cause, and goes on answering", async () => {
    const { send, tag, entries, wait, engine } = start()
    send("k", add("a"))
    await breathe()
    const poison = send("k", { _tag: "Poison" })
    wait(50)
    await breathe()
    assert.strictEqual(tag(poison), "CommandQuarantined")
    assert.deepInclude(engine.core.supervisor.quarantine[0], { key: "k", command: "Poison", cause: "poisoned" })
    const next = send("k", add("b"))
    wait(100)
    await breathe()
    assert.deepStrictEqual(entries(next), ["a", "b"])
  })

  it("resumes from memory when the storage is down during the restart", async () => {
    const { disk, send, entries, wait } = start()
    send("k", add("a"))
    await breathe()
    disk.storageDown = true
    send("k", { _tag: "Poison" })
    for (let i = 0; i < 4; i++) {
      wait(100)
      await breathe()
    }
    assert.deepStrictEqual(entries(send("k", read)), ["a"])
  })

  it("stops one actor alone after too many restarts, says so, and lets an operator revive it", async () => {
    const { send, tag, entries, wait, host, engine } = start({ limits: { maxRestarts: 3 } })
    send("k", add("a"))
    send("healthy", read)
    await breathe()
    for (let i = 0; i < 4; i++) {
      send("k", { _tag: "Poison" })
      wait(200)
      await breathe()
      wait(200)
      await breathe()
    }
    const refused = send("k", read)
    assert.strictEqual(tag(refused), "ActorStopped")
    assert.include(host.alerts, "stopped k")
    assert.deepStrictEqual(entries(send("healthy", read)), [])
    assert.strictEqual(engine.core.supervisor.stopped(host.time)[0]?.cause, "poisoned")
    engine.core.supervisor.revive("k")
    const revived = send("k", read)
    await breathe()
    assert.deepStrictEqual(entries(revived), ["a"])
  })
})
