import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { DatasetNames, NamesUnavailable } from "../../services/dataset-names.ts"
import { whyAway } from "./away.ts"

/** Names that one statement asks for. */
const PAGE = 10_000

export const layer = Layer.effect(
  DatasetNames,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return DatasetNames.of({
      travelers: (family, names) =>
        Effect.gen(function* () {
          const found = new Map<string, string>()
          for (let from = 0; from < names.length; from += PAGE) {
            const rows = yield* sql<{ user_id: string; pseudonym: string }>`
              select p.user_id, p.pseudonym from dataset_pseudonyms p join users u on u.id = p.user_id
              where p.family = ${family} and p.pseudonym = any(${names.slice(from, from + PAGE)}::uuid[])
                and u.deleted_at is null`
            for (const { pseudonym, user_id } of rows) found.set(user_id, pseudonym)
          }
          return found
        }).pipe(
          Effect.mapError(
            (error) => new NamesUnavailable({ message: `It cannot be looked up who is who: ${whyAway(error)}.` })
          )
        )
    })
  })
)
