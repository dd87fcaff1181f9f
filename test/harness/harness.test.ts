import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { emptyDatabaseUrl, freshDatabaseUrl } from "./postgres.ts"
import { summary } from "./summary.ts"

describe("databases for tests", () => {
  it.live("are each a new one, gone with their scope", () =>
    Effect.gen(function* () {
      const [one, two] = yield* Effect.scoped(Effect.all([freshDatabaseUrl, emptyDatabaseUrl], { concurrency: 2 }))
      assert.notStrictEqual(Redacted.value(one), Redacted.value(two))
    })
  )
})

describe("the closing table", () => {
  it("names every suite with its backend, and every skip with its reason", () => {
    const text = summary(
      [
        { suite: "VectorIndex", implementation: "qdrant", outcome: "skipped", detail: "no Qdrant" },
        { suite: "VectorIndex", implementation: "memory", outcome: "passed", detail: "in process" }
      ],
      [["redis", { available: false, reason: "no Redis" }]]
    )
    assert.match(
      text,
      /VectorIndex {2}memory {10}passed {3}in process\n {2}VectorIndex {2}qdrant {10}skipped {2}no Qdrant/
    )
    assert.match(text, /redis {2}skipped: no Redis/)
  })
  it("is absent when nothing was looked for", () => assert.strictEqual(summary([], []), ""))
})
