/** Pseudonyms by HMAC, under a key that is set or kept in the data directory. */
import { createHmac } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { AuthorNames } from "../../services/author-names.ts"
import { authorKey } from "./keepsakes.ts"

/** Who is who in all of a site: an account of Reddit is the same in each of its subreddits. */
const siteOf = (source: string): string => (source.startsWith("reddit:") ? "reddit" : source)

/** Enough that no two authors share one. */
const DIGITS = 32

export const layer = (options: { readonly key: Redacted.Redacted<string> | undefined; readonly dataDir: string }) =>
  Layer.effect(
    AuthorNames,
    Effect.gen(function* () {
      const key = options.key === undefined ? yield* authorKey(options.dataDir) : Redacted.value(options.key)
      return AuthorNames.of({
        pseudonym: (source, author) =>
          createHmac("sha256", key)
            .update(`${siteOf(source)}\u0000${author.normalize("NFKC").toLowerCase()}`)
            .digest("hex")
            .slice(0, DIGITS)
      })
    })
  )
