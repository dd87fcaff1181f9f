/** The checkers tell people apart whose stories are alike, by everything that they did and not by what comes first. */
import { assert, describe, it } from "@effect/vitest"
import { Evidence } from "./check/assignment.ts"
import { checkPreferences } from "./check/preferences.ts"
import { checkSequences } from "./check/sequences.ts"
import { type Signal, WeekRecord } from "./record.ts"

const signal = (who: string, node: string, at: number): Signal => ({
  who,
  type: "slot_accept",
  node,
  session: `trip of ${who}`,
  at: [at - 5, at + 5],
  names: true,
  id: null
})

const session = (name: string, ...said: ReadonlyArray<readonly [node: string, at: number]>) => ({
  user_id: name,
  session_id: "one",
  node_ids: said.map(([node]) => node),
  signal_types: said.map(() => "slot_accept"),
  times: said.map(([, at]) => new Date(at))
})

describe("who is who", () => {
  it("is what leaves the most evidence for all of them together", () => {
    const evidence = new Evidence<string, string>()
    evidence.add("ann", "x", 5)
    evidence.add("ann", "y", 4)
    evidence.add("bob", "x", 4)
    evidence.add("cat", "z")
    assert.deepEqual(
      [...evidence.pairs].sort(([a], [b]) => a.localeCompare(b)),
      [
        ["ann", "y"],
        ["bob", "x"],
        ["cat", "z"]
      ]
    )
  })

  it("is nobody where there are fewer names than people", () => {
    const evidence = new Evidence<string, string>()
    evidence.add("ann", "x")
    evidence.add("bob", "x", 2)
    assert.deepEqual([...evidence.pairs], [["bob", "x"]])
  })

  it("is told in a data set of two who said the same at the same moment, in whichever order they stand", () => {
    const record = new WeekRecord()
    record.signals.push(signal("ann", "cafe", 1_000), signal("bob", "cafe", 1_002), signal("bob", "park", 2_000))
    const ann = session("x", ["cafe", 1_001])
    const bob = session("y", ["cafe", 1_003], ["park", 2_000])
    for (const rows of [
      [ann, bob],
      [bob, ann]
    ]) {
      const { expected, findings, found } = checkSequences(record, { rows, aside: [] })
      assert.deepEqual([expected, found, findings], [3, 3, []])
    }
    const without = checkSequences(record, {
      rows: [session("x", ["cafe", 1_001]), session("y", ["park", 2_000])],
      aside: []
    })
    assert.deepEqual(
      without.findings.map(({ kind }) => kind),
      ["lost"]
    )
  })
})

describe("two who left and took the same of the same offer", () => {
  it("are told apart by what each of them turned down, in whichever order they stand", () => {
    const record = new WeekRecord()
    const left = (who: string, down: string) => {
      const at = [1_000, 1_010] as const
      record.left.push({ who, trips: [] })
      record.shown.push({
        id: `offer to ${who}`,
        surface: "pivot",
        who,
        at,
        trip: who,
        nodes: ["cafe", "park", "museum"]
      })
      record.deeds.push({ who, shown: `offer to ${who}`, node: "cafe", outcome: "confirmed", at })
      record.deeds.push({ who, shown: `offer to ${who}`, node: down, outcome: "skipped", at })
    }
    left("ann", "park")
    left("bob", "museum")
    const said = (name: string, down: string) =>
      ["park", "museum"].map((negative_id) => ({
        decision_id: name,
        user_id: name,
        timestamp: new Date(9_000),
        positive_id: "cafe",
        negative_id,
        origin: negative_id === down ? "accept_skip" : "pivot"
      }))
    const [ann, bob] = [said("x", "park"), said("y", "museum")]
    for (const rows of [
      [...ann, ...bob],
      [...bob, ...ann]
    ])
      assert.deepEqual(checkPreferences(record, { rows, aside: [] }).findings, [])
  })
})

describe("a swap for the only place that fitted", () => {
  const record = (alone: boolean) => {
    const week = new WeekRecord()
    week.shown.push({ id: "swap", surface: "swap", who: "ann", at: [995, 1_005], trip: "trip", nodes: ["cafe"], alone })
    week.deeds.push({ who: "ann", shown: "swap", node: "cafe", outcome: "confirmed", at: [2_000, 2_010] })
    return week
  }
  const preference = {
    decision_id: "one",
    user_id: "x",
    timestamp: new Date(1_000),
    positive_id: "cafe",
    negative_id: "park",
    origin: "swap"
  }
  const kinds = (alone: boolean, ...rows: ReadonlyArray<object>) =>
    checkPreferences(record(alone), { rows, aside: [] }).findings.map(({ kind }) => kind)

  it("is no preference, and one among several is", () => {
    assert.deepEqual(kinds(true), [])
    assert.deepEqual(kinds(true, preference), ["invented"])
    assert.deepEqual(kinds(false), ["lost"])
    assert.deepEqual(kinds(false, preference), [])
  })
})
