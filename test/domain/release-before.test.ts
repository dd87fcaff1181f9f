/**
 * Servers of two releases work on one database during an upgrade, and either may own next: what this release writes is read by the one before,
 * and the other way round. `scripts/release/keep.ts` writes down what a release reads and writes, once it is out.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { type Shape, unreadable } from "../../scripts/release/readable.ts"
import { type ReleaseShapes, releaseShapes } from "../../scripts/release/shapes.ts"

const ROOT = join(import.meta.dirname, "../..")

const before: ReleaseShapes = JSON.parse(
  gunzipSync(readFileSync(join(ROOT, "test/fixtures/release-before.json.gz"))).toString()
)
const now = await releaseShapes(ROOT)

type Group = "stored" | "commands" | "replies" | "said" | "heard"

/** What one release writes of these and the other cannot read; what only one of them has is no business of the other. */
const between = (group: Group, writer: ReleaseShapes, reader: ReleaseShapes): ReadonlyArray<string> =>
  Object.keys(writer[group])
    .filter((name) => name in reader[group])
    .flatMap((name) => unreadable(writer[group][name]!, reader[group][name]!).map((what) => `${name}: ${what}`))

const gone = (group: Group | "operations" | "records"): ReadonlyArray<string> =>
  Object.keys(before[group]).filter((name) => !(name in now[group]))

const named = (release: ReleaseShapes, schema: unknown): Shape => ({ schema, definitions: release.named })

/** The release before knew this command, and no road of it ever asked it: to leave is to decline, and to send away is to withdraw. */
const NEVER_ASKED = ['trip: it: _tag "close_invitation" is unknown to it']

/** Words of closed lists, which the document names since: the release before refused others as well, or passed over them without a word. */
const NAMED_SINCE = [
  "POST /api/v1/trips: it.constraints.avoid[]: string is unknown to it",
  "POST /api/v1/trips/{id}/replan: it.constraints.avoid[]: string is unknown to it",
  "PUT /api/v1/trips/{id}/vetoes: it.tags[]: string is unknown to it",
  "POST /api/v1/trips/{id}/pivot: it.detail.tags[]: string is unknown to it"
]

describe("beside the release before", () => {
  it("this one reads every record of its journals, and its journals can be gone back to", () => {
    assert.deepEqual(gone("records"), [], "types that are not read any more")
    for (const [type, version] of Object.entries(before.records)) {
      assert.strictEqual(
        now.records[type],
        version,
        `${type}: a server of the release before does not start on a journal that holds another version.`
      )
    }
  })

  it("each reads what the other stored of a trip", () => {
    assert.deepEqual(between("stored", before, now), [], "this release cannot read")
    assert.deepEqual(between("stored", now, before), [], "the release before cannot read")
  })

  it("this one knows what actors were asked, and they answer so that it is understood", () => {
    assert.deepEqual(gone("commands"), [])
    assert.deepEqual(between("commands", before, now), NEVER_ASKED, "this release cannot read")
    assert.deepEqual(between("replies", now, before), [], "the release before cannot read")
  })

  it("a client of that release is heard, and understands what streams say", () => {
    assert.deepEqual(gone("heard"), [])
    assert.deepEqual(between("heard", before, now), [], "this release cannot read")
    assert.deepEqual(between("said", now, before), [], "a client of the release before cannot read")
  })

  it("a client of that release is answered, and understands it", () => {
    assert.deepEqual(gone("operations"), [])
    const problems = Object.entries(before.operations).flatMap(([name, { answers, asks }]) => {
      const today = now.operations[name]!
      const asked =
        asks === undefined || today.asks === undefined ? [] : unreadable(named(before, asks), named(now, today.asks))
      const answered = Object.entries(today.answers).flatMap(([status, answer]) =>
        answers[status] === undefined ? [] : unreadable(named(now, answer), named(before, answers[status]))
      )
      return [...asked, ...answered].map((what) => `${name}: ${what}`)
    })
    assert.deepEqual(problems, NAMED_SINCE)
  })
})

describe("what one release reads of another", () => {
  const shape = (schema: unknown): Shape => ({ schema, definitions: {} })
  const text = { type: "string" }
  const record = (properties: Record<string, unknown>, required = Object.keys(properties)) => ({
    type: "object",
    properties,
    required
  })
  const kind = (tag: string, more = {}) => record({ _tag: { type: "string", enum: [tag] }, ...more })
  const found = (written: unknown, reader: unknown) => unreadable(shape(written), shape(reader))

  it("is everything where fields only came", () => {
    assert.deepEqual(found(record({ a: text, b: text }), record({ a: text })), [])
    assert.deepEqual(found(record({ a: text }), record({ a: text, b: text }, ["a"])), [])
    assert.deepEqual(found(kind("one"), { anyOf: [kind("one"), kind("two")] }), [])
  })

  it("misses a field that went, or that may be missing now", () => {
    assert.deepEqual(found(record({ b: text }), record({ a: text })), ["it.a: it needs this, and it is missing"])
    assert.deepEqual(found(record({ a: text }, []), record({ a: text })), [
      "it.a: it needs this, and it may be missing"
    ])
  })

  it("knows no new kind, word, or type, however deep", () => {
    const both = { anyOf: [kind("one"), kind("two")] }
    assert.deepEqual(found(both, kind("one")), [`it._tag: "two" where it knows "one"`])
    assert.deepEqual(found({ anyOf: [...both.anyOf, kind("three")] }, both), [`it: _tag "three" is unknown to it`])
    const list = (item: unknown) => record({ all: { type: "array", items: item } })
    assert.deepEqual(found(list({ type: "string", enum: ["a", "b"] }), list({ type: "string", enum: ["a"] })), [
      `it.all[]: "b" where it knows "a"`
    ])
    assert.deepEqual(found(list({ anyOf: [text, { type: "null" }] }), list(text)), [
      "it.all[]: null where it reads string"
    ])
  })
})
