/** Somebody with a past: trips alone and with a friend, signals in every road's record, and rows in every table. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { layer as tripActors } from "../../src/actors/trip/local.ts"
import { layer as userActors } from "../../src/actors/user/local.ts"
import * as NobodyElse from "../../src/cases/absent/nobody-else.ts"
import * as NobodyListens from "../../src/cases/absent/nobody-listens.ts"
import * as KeptReceipts from "../../src/cases/answers/kept-receipts.ts"
import * as ActorKindList from "../../src/cases/health/actor-kind-list.ts"
import * as Erasure from "../../src/cases/people/erasing.ts"
import * as PersonaEncoders from "../../src/cases/people/persona-encoders.ts"
import * as TripEndingNews from "../../src/cases/people/trip-ending-news.ts"
import { planJournal } from "../../src/cases/signals/decision-log.ts"
import * as ProvenSignalNews from "../../src/cases/signals/proven-signal-news.ts"
import { Config } from "../../src/config.ts"
import type { SessionId, TripId, UserId } from "../../src/domain/ids.ts"
import { uuidV7 } from "../../src/domain/ids.ts"
import { ownSignalRecord } from "../../src/domain/records/signal.ts"
import type { Signal } from "../../src/domain/signal.ts"
import type { TripState } from "../../src/domain/trip/model.ts"
import { planRecords } from "../../src/domain/trip/plan-records.ts"
import * as FileJournal from "../../src/layers/journal/journal.ts"
import * as MemoryVectorIndex from "../../src/layers/memory/vector-index.ts"
import * as PostgresErased from "../../src/layers/postgres/erased-subjects.ts"
import * as PostgresPersonRecords from "../../src/layers/postgres/erasure/person-records.ts"
import * as PostgresJobs from "../../src/layers/postgres/jobs.ts"
import * as PostgresReceipts from "../../src/layers/postgres/receipts.ts"
import * as PostgresTrips from "../../src/layers/postgres/trip-storage.ts"
import * as PostgresUsers from "../../src/layers/postgres/user-storage.ts"
import { Journal } from "../../src/services/journal.ts"
import { Personas } from "../../src/services/personas.ts"
import { TripRuntime } from "../../src/services/trip-runtime.ts"
import { VectorIndex } from "../../src/services/vector-index.ts"

import { journalSink, recordTypes } from "../../src/wiring/journal-sink.ts"
import { OPTIONS, Surroundings, seedCity, tripNumber } from "../actors/trip/harness.ts"
import { catalog, cityId, nodeId } from "../domain/trip/fixtures.ts"

export const K = 3

export const scratch = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "overplanned-departed-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

export interface HouseOptions {
  readonly index?: Layer.Layer<VectorIndex>
  readonly retryAfter?: Duration.Input
}

/** A server without its gateway, on the given database and data directory. */
export const house = (folder: string, { index = MemoryVectorIndex.layer, retryAfter }: HouseOptions = {}) => {
  const jobs = PostgresJobs.layer({
    ...PostgresJobs.jobsDefaults,
    pollEvery: "20 millis",
    retryAfter: retryAfter ?? PostgresJobs.jobsDefaults.retryAfter,
    node: "test"
  })
  const erased = PostgresErased.layer(Redacted.make("a key for tests"))
  const journal = FileJournal.layer({
    directory: join(folder, "journal"),
    batchRecords: 1000,
    segmentBytes: 64 * 1024 * 1024,
    diskBytes: 1024 * 1024 * 1024,
    bufferBytes: 64 * 1024 * 1024,
    recordBytes: 4 * 1024 * 1024,
    lingerMillis: 1
  }).pipe(
    Layer.provide([journalSink.pipe(Layer.provide([jobs, erased])), recordTypes]),
    Layer.provide(NobodyElse.layer)
  )
  return Erasure.layer({ tokenMillis: 3_600_000 }).pipe(
    Layer.provideMerge(PostgresPersonRecords.layer({ kAnonymity: K })),
    Layer.provideMerge(KeptReceipts.layer.pipe(Layer.provide([PostgresReceipts.layer, NobodyElse.layer]))),
    Layer.provideMerge(
      tripActors(OPTIONS).pipe(Layer.provide([PostgresTrips.layer, NobodyListens.toSignals, new Surroundings().layer]))
    ),
    Layer.provideMerge(
      userActors().pipe(
        Layer.provide([
          PostgresUsers.layer,
          PersonaEncoders.layerDeterministic,
          ProvenSignalNews.layer,
          TripEndingNews.layer,
          new Surroundings().layer
        ])
      )
    ),
    Layer.provideMerge(ActorKindList.layer),
    Layer.provideMerge(Layer.mergeAll(jobs, erased, index, journal)),
    Layer.provide(Config.layer({ OVERPLANNED_DATA_DIR: folder }))
  )
}

const random = () => crypto.getRandomValues(new Uint8Array(10))
let clock = Date.UTC(2026, 3, 1, 9, 17, 23, 456)
/** Ids as phones and servers make them: with the moment inside. */
export const freshId = <A extends string = string>(): A => {
  clock += 61_337
  return uuidV7(clock, random()) as A
}

/** Others who make somebody of their kind one of many. */
export const crowd = Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* seedCity
  for (let n = 0; n < K + 2; n++) {
    const user = freshId()
    const trip = freshId()
    yield* sql`insert into users (id) values (${user})`
    yield* sql`
      insert into persona_dimensions (id, user_id, dimension, value) values (${freshId()}, ${user}, 'primary_interest', 'food')`
    yield* sql`
      insert into trips (id, user_id, city_id, start_date, end_date, status, epoch)
      values (${trip}, ${user}, ${cityId}, '2026-04-01', '2026-04-03', 'completed', ${freshId()})`
    yield* sql`
      insert into behavioral_signals (id, user_id, signal_type, activity_node_id, trip_id, source, weight, occurred_at, context)
      values (${freshId()}, ${user}, 'slot_accept', ${nodeId(1)}, ${trip}, 'app', 1, now(),
        ${JSON.stringify({ day_part: "evening", weather: "clear", group_size: 1 })}::text::jsonb)`
  }
})

export const signalOf = (user: string, more: Partial<Signal> = {}): Signal => ({
  id: freshId(),
  user_id: user,
  signal_type: "slot_accept",
  trip_id: null,
  slot_id: null,
  activity_node_id: nodeId(1),
  session_id: null,
  context: { time_to_action_ms: 1234, day_part: "evening", weather: "clear", group_size: 1, note: "loved it, Ada" },
  source: "app",
  weight: 1,
  model_version: "local_ranker:1",
  occurred_at: clock,
  ...more
})

/** What planning a trip leaves behind, with the personas of its members as they are by then. */
export const planned = (trip: TripState) =>
  Effect.gen(function* () {
    const personas = yield* Personas
    const people = yield* Effect.forEach(trip.members, ({ user_id }) => personas.of(user_id))
    return planRecords({
      trip,
      catalog,
      personas: people.map((persona) => ({
        ...persona,
        signal_count: 37,
        sequence: [nodeId(1), nodeId(9)].map((node_id) => ({ node_id, accepted: true, at: clock }))
      })),
      ranking: {
        model: { name: "local_ranker", version: "1" },
        items: catalog.nodes.map((_, index) => ({
          index,
          score: 0.987654 - index / 100,
          confidence: 0.5,
          features: { affinity: 0.654321 },
          why: []
        })),
        confidence: 0.5,
        latencyMs: 3
      },
      arbitration: { choice: "local", rule: "cold", reason: "Ada is cold" },
      at: clock,
      id: freshId
    })
  })

export interface Departed {
  readonly user: UserId
  readonly friend: UserId
  readonly alone: TripState
  readonly owned: TripState
  readonly joined: TripState
}

/** Lives a life of some weeks in the house, of which nothing is drained by force. */
export const livePast = (n: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const runtime = yield* TripRuntime
    const journal = yield* Journal
    const personas = yield* Personas
    const index = yield* VectorIndex
    const user = freshId<UserId>()
    const friend = freshId<UserId>()
    const member = (user_id: UserId, ordinal: number) =>
      ({ user_id, role: ordinal === 0 ? "owner" : "member", ordinal, joined_at: clock }) as const
    const made = (m: number, members: ReadonlyArray<UserId>) =>
      tripNumber(n * 10 + m, {
        id: freshId<TripId>(),
        user_id: members[0]!,
        session_id: freshId<SessionId>(),
        epoch: freshId(),
        members: members.map(member),
        constraints: { budget: "high", must: [nodeId(2)] }
      })
    const alone = made(1, [user])
    const owned = made(2, [user, friend])
    const joined = made(3, [friend, user])
    yield* personas.onboard(user, {
      tags: { food: ["ramen"] },
      age: 41,
      interests: ["food"],
      personality: 0.2
    } as never)
    for (const trip of [alone, owned, joined]) {
      yield* runtime.ask(trip.id, { _tag: "create", by: trip.user_id, trip })
    }
    yield* runtime.ask(joined.id, { _tag: "set_vetoes", by: user, node_ids: [nodeId(5)], tags: ["nightlife"] })
    yield* runtime.ask(alone.id, {
      _tag: "lock_slot",
      by: user,
      slot_id: alone.slots[0]!.id,
      locked: true,
      idempotency_key: "my key"
    })
    yield* journal.drained
    const session = freshId()
    const signals = [
      ...[alone, owned, joined].flatMap((trip) =>
        [1, 2, 3].map((m) =>
          signalOf(user, {
            trip_id: trip.id,
            session_id: trip.session_id,
            slot_id: trip.slots[m]!.id,
            activity_node_id: nodeId(m)
          })
        )
      ),
      signalOf(user, { session_id: session, signal_type: "discovery_swipe_right" }),
      signalOf(user),
      // Under the server's own names, and as a version of a model that nobody knows: a client may say what it likes.
      signalOf(user, {
        context: {
          full_candidate_set: 5,
          ranker: "I am Ada",
          arbitration: "Ada",
          features: { Ada: 1 },
          user_state: "Ada"
        },
        model_version: "ada:lovelace"
      }),
      signalOf(friend, { trip_id: owned.id, session_id: owned.session_id, context: { group_size: 2, with: user } })
    ]
    yield* journal.commit(
      "signal",
      signals.map((one) => ownSignalRecord(one, one.occurred_at + 250))
    )
    for (const trip of [alone, owned, joined]) {
      yield* journal.commit("trip", planJournal(trip.user_id, yield* planned(trip)))
    }
    yield* journal.drained
    for (const trip of [alone, owned, joined]) {
      yield* sql`
        insert into pivot_events (id, pivot_id, user_id, trip_id, slot_id, trigger, detail, options, source, state_version,
          model_name, model_version, latency_ms, offered_at)
        values (${freshId()}, ${freshId()}, ${user}, ${trip.id}, ${trip.slots[1]!.id}, 'mood',
          '{"mood": "tired of Ada"}', ${JSON.stringify([{ option_id: freshId(), node_id: nodeId(4), score: 0.123456, position: 0, features: { affinity: 0.654321 }, changes: 1, why: "for Ada" }])}::text::jsonb,
          'on_demand', 1, 'local_ranker', '1', 2, now())`
      yield* sql`
        insert into intention_signals (id, user_id, trip_id, slot_id, intention, confidence, source)
        values (${freshId()}, ${user}, ${trip.id}, ${trip.slots[1]!.id}, 'fatigue', 1, 'swap')`
    }
    yield* sql`insert into intention_signals (id, user_id, intention, confidence, source) values (${freshId()}, ${user}, 'other', 1, 'app')`
    yield* sql`update users set email = ${`ada.${n}@example.org`}, persona_text = ${`Traveler ${n} eats.`} where id = ${user}`
    yield* sql`insert into users (id) values (${friend}) on conflict do nothing`
    yield* sql`insert into companions (id, user_id, companion_id) values (${freshId()}, ${user}, ${friend}), (${freshId()}, ${friend}, ${user})`
    yield* sql`insert into companion_seekers (user_id) values (${user}), (${friend})`
    yield* sql`
      insert into companion_suggestions (id, user_id, suggested_id, model_name, model_version, score, position, features, shown_at,
        answer, answered_at)
      values (${freshId()}, ${user}, ${friend}, 'm', '1', 0.51234, 1, '{"age_score": 0.51234}', now(), 'accepted', now()),
        (${freshId()}, ${friend}, ${user}, 'm', '1', 0.51234, 1, '{"age_score": 0.51234}', now(), null, null)`
    yield* sql`
      insert into trip_invitations (id, trip_id, invited_user_id, invited_by, expires_at)
      values (${freshId()}, ${owned.id}, (select id from users where id not in (${user}, ${friend}) limit 1), ${user}, now())`
    yield* sql`
      insert into llm_ledger (id, user_id, trip_id, model, purpose, day, outcome, cost_usd)
      values (${freshId()}, ${user}, ${alone.id}, 'm', 'rank', current_date, 'ok', 0.25)`
    yield* sql`insert into llm_spend (day, subject, micros) values (current_date, ${user}, 250000)`
    yield* sql`
      insert into idempotency_receipts (id, user_id, idempotency_key, request_hash, status, body, expires_at)
      values (${freshId()}, ${user}, 'k', 'h', 200, '{}', now() + interval '1 day'),
        (${freshId()}, ${friend}, 'k', 'h', 200, ${`{"members":["${user}"]}`}, now() + interval '1 day')`
    yield* sql`
      insert into jobs (id, kind, payload, state) values (${freshId()}, 'nightly', ${`{"user_id":"${user}"}`}::text::jsonb, 'done')`
    yield* index.upsert("persona_embedding", [{ id: user, city: "", vector: new Float32Array(128).fill(1) }])
    // On its way still: the journal holds it, the database may not.
    yield* journal.commit("signal", [ownSignalRecord(signalOf(user, { trip_id: alone.id }), clock)])
    return { user, friend, alone, owned, joined } satisfies Departed
  })
