/** What an operator is told of the servers of a database. */
import { assert, describe, it } from "@effect/vitest"
import { judgeAll } from "../../../src/cases/health/nodes-health.ts"
import type { NodeRow } from "../../../src/services/leases.ts"

const server = (name: string, more: Partial<NodeRow> = {}): NodeRow => ({
  directory: `directory of ${name}`,
  name,
  role: "all",
  release: "1",
  address: null,
  state: "alive",
  silent_seconds: 0,
  owns: false,
  epoch: null,
  awaited: false,
  ...more
})

const owner = (more: Partial<NodeRow> = {}) => server("ann", { owns: true, epoch: 3, ...more })

describe("the servers of a database", () => {
  it("are well where one owns the trips and one runs jobs", () => {
    assert.strictEqual(judgeAll([owner()])[0]?.status, "up")
    assert.strictEqual(judgeAll([owner({ role: "gateway" }), server("bob", { role: "worker" })])[0]?.status, "up")
  })

  it("say that nobody runs jobs where all of them only answer travelers", () => {
    const silent = server("bob", { role: "worker", state: "silent" })
    const [said] = judgeAll([owner({ role: "gateway" }), server("cid", { role: "gateway" }), silent])
    assert.strictEqual(said?.status, "degraded")
    assert.match(said!.detail, /no server runs jobs/)
    assert.match(said!.fix!, /--role worker/)
  })

  it("say whose journal is awaited before anything else, and that nobody owns", () => {
    assert.match(judgeAll([owner({ role: "gateway", awaited: true })])[0]!.detail, /writes are refused until/)
    assert.match(judgeAll([owner({ state: "silent" })])[0]!.detail, /"ann" owned the trips, and is silent/)
    assert.deepStrictEqual(judgeAll([]), [])
  })
})
