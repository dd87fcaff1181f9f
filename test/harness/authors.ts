/** Pseudonyms under a key that is the same in every test. */
import * as Redacted from "effect/Redacted"
import * as AuthorNames from "../../src/layers/files/author-names.ts"

export const authorNames = AuthorNames.layer({ key: Redacted.make("a key of the tests, long enough!"), dataDir: "" })
