import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { marksOf } from "../../../src/domain/erasure/marks.ts"
import { Erasure } from "../../../src/services/erasure.ts"
import { Journal } from "../../../src/services/journal.ts"
import { ErasedSubjects } from "../../../src/services/tokens.ts"
import type { Trace } from "../../../src/services/trace-search.ts"
import { TripRuntime } from "../../../src/services/trip-runtime.ts"
import { VectorIndex } from "../../../src/services/vector-index.ts"
import { contractSuite } from "../../harness/contract.ts"
import { erase, inHouse, rowsNaming, search, somebody, taken, withoutTrace } from "../../harness/erasure.ts"
import { freshDatabase } from "../../harness/postgres.ts"

/** Journal records, beside the tables. */
const JOURNAL = "journal"

/** How many signals meet the decision that they answer, by trip and session: the join of training. */
const joined = Effect.gen(function* () {
  const sql = yield* SqlClient
  const [row] = yield* sql<{ signals: number; joined: number; slots: number }>`
    select (select count(*) from behavioral_signals)::int as signals,
      (select count(*) from behavioral_signals s
        join ranking_events r on r.trip_id = s.trip_id and r.session_id = s.session_id)::int as joined,
      (select count(*) from behavioral_signals s join itinerary_slots i on i.id = s.slot_id and i.trip_id = s.trip_id
        join trips t on t.id = s.trip_id)::int as slots`
  return row!
})

/** A model that was trained after the person had a name in its data sets, one from before, and one of other data sets. */
const trainedWith = Effect.fnUntraced(function* (user: string) {
  const sql = yield* SqlClient
  yield* sql`insert into dataset_pseudonyms (family, user_id) values ('bpr_triples', ${user}) on conflict do nothing`
  yield* sql`
    insert into model_registry (id, model_name, model_version, model_type, stage, training_date, lineage) values
    (gen_random_uuid(), 'learnt', 'after', 'any', 'staging', now() + interval '1 hour', '{"dataset": "bpr_triples"}'),
    (gen_random_uuid(), 'learnt', 'before', 'any', 'staging', now() - interval '9 years', '{"dataset": "bpr_triples"}'),
    (gen_random_uuid(), 'learnt', 'of_others', 'any', 'staging', now() + interval '1 hour', '{"dataset": "none"}')`
})

const peopleErased = Effect.gen(function* () {
  const sql = yield* SqlClient
  const rows = yield* sql<{ version: string; people: number }>`
    select model_version as version, people_erased as people from model_registry where model_name = 'learnt'`
  return Object.fromEntries(rows.map(({ people, version }) => [version, people]))
})

await contractSuite("Erasure", { postgres: { needs: "postgres", layer: () => freshDatabase() } }, (it) => {
  it.effect("leaves nothing that names the person or puts them together again, and every join of training", () =>
    inHouse((folder) =>
      Effect.gen(function* () {
        const departed = yield* somebody
        const marks = marksOf(departed.user, yield* taken(departed.user))
        yield* Effect.flatMap(Journal, (journal) => journal.drained)
        const before = yield* joined
        assert.isAbove((yield* search(folder, marks)).length, 20)
        yield* trainedWith(departed.user)
        assert.deepStrictEqual(yield* erase(departed.user), { erased: true })
        yield* withoutTrace(folder, departed, marks)
        assert.deepStrictEqual(yield* peopleErased, { after: 1, before: 0, of_others: 0 })
        assert.deepStrictEqual(yield* joined, before)
        assert.isTrue((yield* ErasedSubjects).has(departed.user))
      })
    )
  )

  it.effect("is found out wherever a store is skipped", () =>
    inHouse((folder) =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const departed = yield* somebody
        const marks = marksOf(departed.user, yield* taken(departed.user))
        yield* Effect.flatMap(Journal, (journal) => journal.drained)
        const before = yield* rowsNaming(departed.user)
        yield* erase(departed.user)
        yield* withoutTrace(folder, departed, marks)
        assert.isAbove(before.size, 15)
        for (const [table, rows] of before) {
          const found = yield* sql
            .withTransaction(
              Effect.gen(function* () {
                yield* sql`set local session_replication_role = replica`
                yield* sql`
                  insert into ${sql.literal(table)}
                  select r.* from unnest(${[...rows]}::text[]) one, jsonb_populate_record(null::${sql.literal(table)}, one::jsonb) r
                  on conflict do nothing`
                const [row] =
                  yield* sql`select 1 from ${sql.literal(table)} t where t::text like ${`%${departed.user}%`}`
                // What still has its row, under the same key, was never taken away: it is changed back instead.
                if (row === undefined) {
                  const key = table === "public.trip_snapshots" ? "trip_id" : table === "exp.events" ? "event_id" : "id"
                  yield* sql`delete from ${sql.literal(table)} where ${sql.literal(key)}::text in (
                    select one::jsonb ->> ${key} from unnest(${[...rows]}::text[]) one)`
                  yield* sql`
                    insert into ${sql.literal(table)}
                    select r.* from unnest(${[...rows]}::text[]) one,
                      jsonb_populate_record(null::${sql.literal(table)}, one::jsonb) r on conflict do nothing`
                }
                return yield* Effect.flip(
                  Effect.flatMap(search(folder, { ...marks, ids: [], instants: [] }), (traces) => Effect.fail(traces))
                )
              }).pipe(Effect.flatMap((traces) => Effect.fail({ traces })))
            )
            .pipe(Effect.flip)
          const traces = "traces" in found ? (found.traces as ReadonlyArray<Trace>) : []
          assert.isTrue(
            traces.some((one) => one.where.startsWith(table)),
            table
          )
        }
        const index = yield* VectorIndex
        yield* index.upsert("persona_embedding", [
          { id: departed.user, city: "", vector: new Float32Array(128).fill(1) }
        ])
        assert.strictEqual((yield* search(folder, marks))[0]?.where, "persona_embedding")
        yield* index.remove("persona_embedding", [departed.user])
        writeFileSync(join(folder, JOURNAL, "aside", "0000000000000000.rejected"), `{"user_id":"${departed.user}"}`)
        assert.include((yield* search(folder, marks))[0]?.where, "0000000000000000.rejected")
      })
    )
  )

  it.effect("is found out by what is left where rows keep their ids, times or session", () =>
    inHouse((folder) =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const departed = yield* somebody
        const held = yield* taken(departed.user)
        const marks = marksOf(departed.user, held)
        yield* erase(departed.user)
        yield* withoutTrace(folder, departed, marks)
        const [standIn] = yield* sql<{ user_id: string; id: string }>`
          select s.user_id, s.id from behavioral_signals s join users u on u.id = s.user_id
          where u.encoder_version = 'archetype' and s.signal_type = 'slot_accept' and s.trip_id is not null
          order by s.id limit 1`
        const old = held.held.behavioral_signals!.find((row) => row.trip_id === departed.alone.id)!
        const cases: ReadonlyArray<readonly [string, Effect.Effect<unknown, unknown>, RegExp]> = [
          ["id", sql`update behavioral_signals set id = ${old.id as string} where id = ${standIn!.id}`, /alone/],
          [
            "session",
            sql`update behavioral_signals set session_id = ${departed.alone.session_id} where id = ${standIn!.id}`,
            /alone/
          ],
          [
            "time",
            sql`update behavioral_signals set occurred_at = ${old.occurred_at as string} where id = ${standIn!.id}`,
            /moment at which/
          ],
          ["words", sql`update behavioral_signals set context = '{"note": "x"}' where id = ${standIn!.id}`, /freely/],
          [
            "weeks",
            sql`update exp.events set payload = payload || ${JSON.stringify({ start_date: departed.alone.start_date })}::text::jsonb
              where unit_id in (select id from users where encoder_version = 'archetype')`,
            /weeks by which/
          ],
          [
            "precise features of a pivot",
            sql`update pivot_events set options = '[{"score": 0.5, "features": {"affinity": 0.654321}}]'
              where user_id in (select id from users where encoder_version = 'archetype')`,
            /taste out/
          ],
          [
            "precise scores of a stop",
            sql`update itinerary_slots set score = 0.654321 where trip_id in (
              select t.id from trips t join users u on u.id = t.user_id where u.encoder_version = 'archetype')`,
            /taste out/
          ],
          [
            "words under the server's names",
            sql`update behavioral_signals set context = '{"ranker": "I am Ada"}' where id = ${standIn!.id}`,
            /freely/
          ],
          [
            "words in place of closed ones",
            sql`update behavioral_signals set context = '{"weather": "Ada"}' where id = ${standIn!.id}`,
            /freely/
          ],
          [
            "words as a model's version",
            sql`update behavioral_signals set model_version = 'ada:lovelace' where id = ${standIn!.id}`,
            /freely/
          ],
          [
            "rare",
            sql`update behavioral_signals set context = '{"weather": "snow", "group_size": 5}' where id = ${standIn!.id}`,
            /fewer than/
          ],
          [
            "trips",
            sql`update behavioral_signals set user_id = ${standIn!.user_id} where user_id in (
            select id from users where encoder_version = 'archetype')`,
            /more than one trip/
          ],
          [
            "taste",
            sql`update ranking_events set user_state = ${JSON.stringify({ persona_vector: [1], encoder_version: "deterministic-1" })}::text::jsonb
            where user_id in (select id from users where encoder_version = 'archetype')`,
            /taste/
          ]
        ]
        for (const [name, change, what] of cases) {
          const found = yield* sql
            .withTransaction(
              Effect.andThen(change, search(folder, marks)).pipe(Effect.flatMap((traces) => Effect.fail({ traces })))
            )
            .pipe(Effect.flip)
          const traces =
            "traces" in (found as object) ? (found as { traces: ReadonlyArray<{ what: string }> }).traces : []
          assert.isTrue(
            traces.some((one) => what.test(one.what)),
            `${name}: ${JSON.stringify(traces)}`
          )
        }
      })
    )
  )

  it.effect("goes on after it was cut off at any step", () =>
    inHouse((folder) =>
      Effect.gen(function* () {
        const erasure = yield* Erasure
        const departed = yield* somebody
        const marks = marksOf(departed.user, yield* taken(departed.user))
        const { job_id } = yield* erasure.request(departed.user)
        const seen: Array<string> = []
        for (let attempt = 1; ; attempt++) {
          const cut = yield* Effect.exit(
            erasure.handler.run({
              id: job_id,
              attempt,
              payload: { user_id: departed.user },
              progress: (value) => {
                const { step } = value as { readonly step: string }
                if (seen.includes(step)) return
                seen.push(step)
                throw new Error(`the power went at ${step}`)
              }
            })
          )
          if (cut._tag === "Success") break
        }
        assert.isAbove(seen.length, 6)
        yield* withoutTrace(folder, departed, marks)
      })
    )
  )

  it.effect("leaves a trip to those who go on: the next in line owns it, live and after a restart", () =>
    inHouse(() =>
      Effect.gen(function* () {
        const runtime = yield* TripRuntime
        const { user, friend, alone, owned, joined } = yield* somebody
        const heard: Array<string> = []
        const stop = runtime.watch(owned.id, {
          lost: () => {},
          events: (events) => heard.push(...events.map((one) => one.event._tag)),
          offer: () => {}
        })
        yield* erase(user)
        stop()
        assert.deepStrictEqual(heard, ["member_left"])
        for (const id of [owned.id, joined.id]) {
          const reply = yield* runtime.ask(id, { _tag: "read", by: friend })
          assert.strictEqual(reply._tag, "trip")
          if (reply._tag !== "trip") return
          assert.strictEqual(reply.trip.user_id, friend)
          assert.deepStrictEqual(
            reply.trip.members.map(({ user_id, role }) => [user_id, role]),
            [[friend, "owner"]]
          )
          assert.isAbove(reply.trip.slots.length, 0)
          assert.notInclude(JSON.stringify(reply), user)
          yield* runtime.ask(id, { _tag: "lock_slot", by: friend, slot_id: reply.trip.slots[0]!.id, locked: true })
        }
        const sql = yield* SqlClient
        const [row] = yield* sql`select user_id from trips where id = ${owned.id}`
        assert.strictEqual(row!.user_id, friend)
        assert.isTrue((yield* Effect.exit(runtime.ask(alone.id, { _tag: "read", by: user })))._tag === "Failure")
      })
    )
  )

  it.effect("hands out everything that is held before, also what is on its way to the database", () =>
    inHouse(() =>
      Effect.gen(function* () {
        const { user } = yield* somebody
        const { held } = yield* taken(user)
        yield* Effect.flatMap(Journal, (journal) => journal.drained)
        const named = yield* rowsNaming(user)
        const others = [
          "public.companion_suggestions",
          "exp.events",
          "public.idempotency_receipts",
          "public.ranking_events",
          "public.behavioral_signals"
        ]
        for (const [table, rows] of named) {
          const given = held[table.replace("public.", "")] ?? []
          assert.isAbove(given.length, 0, table)
          // Rows that name the person in passing are the others' own.
          if (!others.includes(table) && table !== "public.trip_events" && table !== "public.behavioral_signals") {
            assert.isAtLeast(given.length, rows.length, table)
          }
        }
        const sql = yield* SqlClient
        const [mine] = yield* sql<{
          count: number
        }>`select count(*)::int as count from behavioral_signals where user_id = ${user}`
        const signals = new Set((held.behavioral_signals ?? []).map((row) => row.id))
        for (const entry of held.journal ?? []) if (entry.type === "signal") signals.add(entry.id)
        assert.strictEqual(signals.size, mine!.count)
      })
    )
  )
})
