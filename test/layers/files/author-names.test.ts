import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Names from "../../../src/layers/files/author-names.ts"
import { AuthorNames } from "../../../src/services/author-names.ts"

const names = Names.layer({ key: Redacted.make("a key of the tests, long enough!"), dataDir: "" })

layer(names)("pseudonyms of authors", (it) => {
  it.effect("are one for an account in all of Reddit, and for nobody else", () =>
    Effect.gen(function* () {
      const { pseudonym } = yield* AuthorNames
      assert.strictEqual(pseudonym("reddit:r/seattle", "Someone"), pseudonym("reddit:r/askseattle", "someone"))
      assert.notStrictEqual(pseudonym("reddit:r/seattle", "someone"), pseudonym("forum:a.example", "someone"))
      assert.notStrictEqual(pseudonym("forum:a.example", "someone"), pseudonym("forum:b.example", "someone"))
    })
  )
})
