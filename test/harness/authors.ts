/** What seeding needs beside a database: pseudonyms under a key that is the same in every test, no sources of posts, no Overpass, and no routing engine. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as NoWalkTables from "../../src/cases/absent/no-walk-tables.ts"
import * as AuthorNames from "../../src/layers/files/author-names.ts"
import { Overpass, OverpassRefused } from "../../src/services/overpass.ts"
import { PostSources } from "../../src/services/post-sources.ts"

const noSources = Layer.succeed(
  PostSources,
  PostSources.of({ list: Effect.succeed([]), read: () => Effect.succeed([]), readDue: Effect.succeed([]) })
)

const noOverpass = Layer.succeed(
  Overpass,
  Overpass.of({
    configured: false,
    extract: () => Effect.fail(new OverpassRefused({ message: "No server of Overpass is named." }))
  })
)

export const authorNames = Layer.mergeAll(
  AuthorNames.layer({ key: Redacted.make("a key of the tests, long enough!"), dataDir: "" }),
  noSources,
  noOverpass,
  NoWalkTables.layer
)
