/**
 * Signals of older programs that say what became of a place, and of which no outcome was kept then. Where a decision that had the place
 * among its candidates is found, they get the outcome that they say; nothing that stands is changed.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { SqlClient } from "effect/sql/SqlClient"
import { OUTCOME_SIGNALS } from "../../domain/learning-log/outcomes.ts"
import { signalOutcomes } from "./journal-sink/outcomes.ts"

/** Which signals `s` are such; for what is not converted, data sets count them. */
export const UNHEARD = `s.source = 'app' and s.activity_node_id is not null
    and s.signal_type in (${OUTCOME_SIGNALS.map((type) => `'${type}'`).join(", ")})
    and not exists (select from decision_outcomes o where o.id = s.id)
    and exists (select from ranking_events d where d.occurred_at <= greatest(s.occurred_at, s.created_at)
      and (d.trip_id = s.trip_id or d.surface = 'discovery' and d.session_id = s.session_id)
      and s.activity_node_id = any(d.candidate_ids))`

/** Signals that are converted in one transaction. */
const PAGE = 500

export interface Converted {
  /** Those without an outcome. */
  readonly found: number
  /** Those of them that have one now. */
  readonly kept: number
}

/** What a page would have come to: nothing of it stays. */
class Tried extends Schema.TaggedError<Tried>()("Tried", { kept: Schema.Number }) {}

interface Place {
  readonly user_id: string
  /** To the microsecond: a page goes on after exactly this. */
  readonly exact_at: string
  readonly id: string
}

const FIRST: Place = {
  user_id: "00000000-0000-0000-0000-000000000000",
  exact_at: "-infinity",
  id: "00000000-0000-0000-0000-000000000000"
}

export const convertOlderSignals = Effect.fnUntraced(function* ({ dryRun }: { readonly dryRun: boolean }) {
  const sql = yield* SqlClient
  const convert = Effect.fnUntraced(function* (ids: ReadonlyArray<string>) {
    yield* signalOutcomes(ids)
    const [kept] = yield* sql<{ readonly n: number }>`
      select count(*)::int as n from decision_outcomes where id = any(${[...ids]}::uuid[])`
    if (dryRun) return yield* new Tried({ kept: kept!.n })
    return kept!.n
  })
  let [found, kept] = [0, 0]
  let after = FIRST
  for (;;) {
    const page = yield* sql<Place>`
      select s.user_id, s.occurred_at::text as exact_at, s.id from behavioral_signals s
      where (s.user_id, s.occurred_at, s.id) > (${after.user_id}::uuid, ${after.exact_at}::timestamptz, ${after.id}::uuid)
        and ${sql.literal(UNHEARD)}
      order by s.user_id, s.occurred_at, s.id limit ${PAGE}`
    const last = page.at(-1)
    if (last === undefined) return { found, kept } satisfies Converted
    found += page.length
    kept += yield* sql
      .withTransaction(convert(page.map(({ id }) => id)))
      .pipe(Effect.catchTag("Tried", (tried) => Effect.succeed(tried.kept)))
    after = last
  }
})
