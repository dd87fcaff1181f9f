import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { SqlClient } from "effect/sql/SqlClient"
import { DIMENSION_NAMES } from "../../../src/domain/persona/dimensions.ts"
import { restore, TripSnapshot } from "../../../src/domain/trip/snapshot.ts"
import { ShadowPopulation } from "../../../src/services/shadow-population.ts"
import { ARCHETYPES, tasteOf } from "../../../src/training/population/archetypes.ts"
import { AFFINITY_JITTER, profileOf, shadowId } from "../../../src/training/population/profile.ts"
import { TABLES } from "../../../src/training/population/tables.ts"
import { populated, SMALL } from "./world.ts"

const normalisedInformation = (pairs: ReadonlyArray<readonly [string, string]>): number => {
  const count = (keys: ReadonlyArray<string>) => {
    const counts = new Map<string, number>()
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
    return [...counts.values()].reduce((sum, n) => sum - (n / keys.length) * Math.log(n / keys.length), 0)
  }
  const [a, b, both] = [
    count(pairs.map((p) => p[0])),
    count(pairs.map((p) => p[1])),
    count(pairs.map((p) => p.join("|")))
  ]
  return (a + b - both) / Math.max(1e-9, Math.min(a, b))
}

describe("who there is", () => {
  it("is 300 archetypes, and everybody is whole", () => {
    assert.strictEqual(ARCHETYPES.length, 300)
    const people = Array.from({ length: 765 }, (_, n) => profileOf(1, n))
    assert.strictEqual(new Set(people.map((p) => JSON.stringify(p.archetype))).size, 300)
    for (const person of people) {
      assert.isTrue(person.age >= 18 && person.age <= 82 && person.personality >= 0 && person.personality <= 1)
      assert.isTrue(person.interests.includes(person.archetype.interest) && person.interests.length >= 2)
      const base = tasteOf(person.archetype)
      assert.isTrue(person.affinities.every((x, k) => Math.abs(x - base[k]!) <= AFFINITY_JITTER + 1e-4))
    }
  })

  it("has no dimension that follows from another", () => {
    assert.isFalse((DIMENSION_NAMES as ReadonlyArray<string>).includes("exploration_radius"))
    const people = Array.from({ length: 765 }, (_, n) => profileOf(1, n))
    const axes = ["pace", "budget", "interest", "social", "time"] as const
    for (const a of axes) {
      for (const b of axes) {
        if (a === b) continue
        const shared = normalisedInformation(people.map((p) => [p.archetype[a], p.archetype[b]] as const))
        assert.isBelow(shared, 0.5, `${a} says ${b}`)
      }
    }
  })
})

const digests = Effect.gen(function* () {
  const sql = yield* SqlClient
  const out: Record<string, string> = {}
  for (const table of [...TABLES, "quality_signals", "model_registry"]) {
    const [row] = yield* sql.unsafe<{ digest: string }>(
      `select count(*) || ':' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as digest from (
         select (to_jsonb(r) - 'created_at' - 'updated_at' - 'promoted_at'
           - case when '${table}' in ('quality_signals', 'model_registry') then 'id' else '' end)::text as t
         from ${table} r
         ${table === "exp.catalog_snapshots" ? "where catalog_version < 1" : ""}) rows`
    )
    out[table] = row!.digest
  }
  return out
})

/** A real person with a row in every table that the population fills. */
const plantReal = Effect.gen(function* () {
  const sql = yield* SqlClient
  const id = "0000abcd-0000-7000-8000-000000000001"
  const trip = "0000abcd-0000-7000-8000-000000000002"
  const [node] = yield* sql<{ id: string; city_id: string }>`select id, city_id from activity_nodes order by id limit 1`
  yield* sql`insert into users (id, email) values (${id}, 'shadow-walker@example.org')`
  yield* sql`insert into persona_dimensions (id, user_id, dimension, value) values (${id}, ${id}, 'pace_preference', 'slow')`
  yield* sql`insert into trips (id, user_id, city_id, start_date, end_date, status, epoch)
    values (${trip}, ${id}, ${node!.city_id}, '2026-05-01', '2026-05-02', 'active', ${trip})`
  yield* sql`insert into trip_members (id, trip_id, user_id, role, ordinal) values (${id}, ${trip}, ${id}, 'owner', 0)`
  yield* sql`insert into trip_members (id, trip_id, user_id, role, ordinal)
    values (${trip}, ${trip}, ${shadowId(1)}, 'member', 1)`
  yield* sql`insert into trip_snapshots (trip_id, seq, schema_version, state) values (${trip}, 1, 1, '{}')`
  yield* sql`insert into itinerary_slots (id, trip_id, day_number, slot_order, activity_node_id, day_part, starts_at, ends_at)
    values (${id}, ${trip}, 1, 0, ${node!.id}, 'morning', '2026-05-01T09:00Z', '2026-05-01T10:00Z')`
  yield* sql`insert into behavioral_signals (id, user_id, signal_type, activity_node_id, trip_id, source, weight, occurred_at, context)
    values (${id}, ${id}, 'post_trip_rating', ${node!.id}, ${trip}, 'app', 1.0, now(), '{"day_of_trip": 1}')`
  yield* sql`insert into ranking_events (id, user_id, surface, model_name, model_version, candidate_ids, scores, propensities, ranked_ids, selected_ids, latency_ms)
    values (${id}, ${id}, 'discovery', 'x', '1', array[${node!.id}::uuid], '{1}', '{1}', '{}', '{}', 1)`
  yield* sql`insert into pivot_events (id, pivot_id, user_id, trip_id, trigger, options, source, state_version, model_name, model_version, latency_ms, offered_at)
    values (${id}, ${id}, ${id}, ${trip}, 'mood', '[]', 'precomputed', 1, 'x', '1', 1, now())`
  yield* sql`insert into intention_signals (id, user_id, intention, confidence, source) values (${id}, ${id}, 'other', 1, 'app')`
  yield* sql`insert into exp.events (event_id, event_type, unit_id, plan_id, timestamp, context, payload)
    values (${id}, 'plan_generated', ${id}, ${id}, now(), '{}', '{}')`
  yield* sql`insert into exp.persona_snapshots (id, user_id, valid_from, persona) values (${id}, ${id}, now(), '{}')`
  yield* sql`insert into exp.constraint_snapshots (id, trip_id, valid_from, constraints) values (${id}, ${trip}, now(), '{}')`
  yield* sql`insert into quality_signals (id, activity_node_id, source, kind, voice, mentions, score)
    values (${id}, ${node!.id}, 'shadows of the city', 'aggregator', 'local', 1, 1)`
  return { id, trip }
})

const realRows = ({ id, trip }: { readonly id: string; readonly trip: string }) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const out: Array<unknown> = []
    for (const table of [...TABLES, "quality_signals"]) {
      if (table === "exp.catalog_snapshots") continue
      out.push(
        table,
        yield* sql.unsafe(
          `select to_jsonb(r) as row from ${table} r
           where to_jsonb(r)::text like $1 or to_jsonb(r)::text like $2 order by to_jsonb(r)::text`,
          [`%${id}%`, `%${trip}%`]
        )
      )
    }
    return out
  })

const VALIDATION = `
  select s.id, s.user_id, sl.day_number, pace.value as pace, budget.value as budget, r.id as decision
  from behavioral_signals s
    join itinerary_slots sl on sl.id = s.slot_id
    join persona_dimensions pace on pace.user_id = s.user_id and pace.dimension = 'pace_preference'
    join persona_dimensions budget on budget.user_id = s.user_id and budget.dimension = 'budget_sensitivity'
    left join ranking_events r on r.trip_id = s.trip_id and r.user_id = s.user_id and r.day_number = sl.day_number
  where s.trip_id = $1`

describe("seeding the shadow population", () => {
  layer(populated(), { excludeTestServices: true })((it) => {
    it.effect("writes every table, consistently, and the same again", () =>
      Effect.gen(function* () {
        const population = yield* ShadowPopulation
        const sql = yield* SqlClient
        const first = yield* population.seed(SMALL)
        assert.deepStrictEqual(first.cities_seeded, ["new-york", "mexico-city", "tokyo", "seattle"])
        assert.strictEqual(first.counts["users"], SMALL.users)
        assert.strictEqual(first.counts["persona_dimensions"], SMALL.users * 8)
        assert.strictEqual(first.statuses_put_right, 0)
        for (const [name, count] of Object.entries(first.counts)) assert.isAbove(count, 0, name)
        const before = yield* digests

        // A database that lost a part of the population, as an older or broken tool may leave it, is made whole.
        yield* sql`delete from persona_dimensions where user_id = ${shadowId(2)}`
        yield* sql`delete from itinerary_slots where id in (select id from itinerary_slots limit 50)`
        const second = yield* population.seed(SMALL)
        assert.deepStrictEqual(second.counts, first.counts)
        assert.deepStrictEqual(second.cities_seeded, [])
        assert.deepStrictEqual(yield* digests, before)
      })
    )

    it.effect("keeps every rule between rows", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const none = (what: string, query: string) =>
          Effect.map(sql.unsafe(query), (rows) => assert.deepStrictEqual(rows.slice(0, 3), [], what))
        yield* none(
          "a selection that is neither in the day's slots nor said to have gone from them",
          `
          select r.id from ranking_events r where r.surface = 'itinerary' and exists (
            select 1 from unnest(r.selected_ids) x(id) where not exists (
              select 1 from itinerary_slots s where s.trip_id = r.trip_id and s.day_number = r.day_number and s.activity_node_id = x.id)
            and r.trip_id in (select id from trips where status in ('completed', 'shortened')) and not exists (
              select 1 from decision_outcomes o where o.decision_id = r.id and o.activity_node_id = x.id and o.outcome = 'swapped'))`
        )
        yield* none(
          "a slot that its day did not choose from",
          `
          select s.id from itinerary_slots s where not exists (
            select 1 from ranking_events r where r.trip_id = s.trip_id and r.day_number = s.day_number and s.activity_node_id = any(r.candidate_ids))`
        )
        yield* none(
          "an outcome of something that its decision did not show, or before it did",
          `
          select o.id from decision_outcomes o where not exists (
            select 1 from ranking_events r where r.id = o.decision_id and o.activity_node_id = any(r.candidate_ids)
              and r.user_id = o.user_id and r.session_id = o.session_id and r.occurred_at <= o.occurred_at)`
        )
        yield* none(
          "a pick that is another day's negative",
          `
          select r.id from ranking_events r join itinerary_slots s on s.trip_id = r.trip_id and s.day_number <> r.day_number
          where s.activity_node_id = any(r.candidate_ids)`
        )
        yield* none(
          "a skip of something picked",
          `
          select b.id from behavioral_signals b join itinerary_slots s on s.trip_id = b.trip_id and s.activity_node_id = b.activity_node_id
          where b.signal_type = 'slot_skip'`
        )
        yield* none(
          "candidates that are not twenty",
          `select id from ranking_events where cardinality(candidate_ids) <> 20`
        )
        yield* none(
          "a signal without its model, or of another weight",
          `
          select id from behavioral_signals where model_version is distinct from 'llm_ranker:0.1.0' or weight <> 0.3::real`
        )
        yield* none(
          "a dimension that is doubted, or that somebody's onboarding did not say",
          `select id from persona_dimensions where confidence <> 1 or source <> 'onboarding'`
        )
        yield* none(
          "words after a trip that is not over",
          `
          select t.id from trips t join behavioral_signals s on s.trip_id = t.id
          where s.signal_type = 'post_trip_rating' and t.status not in ('completed', 'shortened')`
        )
        yield* none(
          "a conflict in a group of one",
          `
          select i.id from intention_signals i where i.intention = 'group_conflict'
            and (select count(*) from trip_members m where m.trip_id = i.trip_id) < 2`
        )
        yield* none(
          "a price mismatch of somebody with money",
          `
          select i.id from intention_signals i join persona_dimensions d on d.user_id = i.user_id and d.dimension = 'budget_sensitivity'
          where i.intention = 'price_mismatch' and d.value <> 'low'`
        )
        yield* none(
          "weather on an indoor venue",
          `
          select s.id from behavioral_signals s join activity_nodes n on n.id = s.activity_node_id
          where s.context ? 'weather' and n.setting <> 'outdoor' and n.category <> 'sport'`
        )
        yield* none(
          "a snapshot of the future at joining",
          `
          select s.id from exp.persona_snapshots s join users u on u.id = s.user_id where s.valid_from < u.created_at`
        )
        const versions = yield* sql`select distinct persona -> 'trip_count' ->> 'value' as v from exp.persona_snapshots`
        assert.isAbove(versions.length, 1)
      })
    )

    it.effect("gives every trip a state that an actor can start from", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const rows = yield* sql<{ trip_id: string; status: string; state: unknown; slots: number }>`
          select s.trip_id, t.status, s.state, (select count(*)::int from itinerary_slots i where i.trip_id = t.id) as slots
          from trip_snapshots s join trips t on t.id = s.trip_id`
        const [trips] = yield* sql<{ n: number }>`select count(*)::int as n from trips`
        assert.strictEqual(rows.length, trips!.n)
        for (const row of rows) {
          const snapshot = yield* Schema.decodeUnknownEffect(TripSnapshot)(row.state)
          const { trip } = restore(row.trip_id, snapshot, [])
          assert.strictEqual(trip?.status, row.status)
          assert.strictEqual(trip?.plan.unpack().length, row.slots)
        }
      })
    )

    it.effect("joins signals, slots, dimensions and decisions without fan-out, by the indexes", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const [trip] = yield* sql<{ id: string; signals: number }>`
          select t.id, count(*)::int as signals from trips t join behavioral_signals s on s.trip_id = t.id
          where s.slot_id is not null and t.status = 'completed' group by t.id order by 2 desc limit 1`
        const rows = yield* sql.unsafe<{ id: string; decision: string | null }>(VALIDATION, [trip!.id])
        assert.strictEqual(rows.length, trip!.signals)
        assert.strictEqual(new Set(rows.map((row) => row.id)).size, rows.length)
        assert.isTrue(rows.some((row) => row.decision !== null))
        // A table of a few thousand rows is read whole whatever its indexes: this asks whether they could serve.
        const plan = yield* Effect.gen(function* () {
          yield* sql`set local enable_seqscan = off`
          return yield* sql.unsafe<{ "QUERY PLAN": string }>(`explain ${VALIDATION.replace("$1", `'${trip!.id}'`)}`)
        }).pipe(sql.withTransaction)
        const text = plan.map((row) => row["QUERY PLAN"]).join("\n")
        assert.match(text, /behavioral_signals_by_trip/)
        assert.match(text, /ranking_events_by_day/)
        assert.notMatch(text, /Seq Scan/)
      })
    )

    it.effect("leaves real rows as they are, whoever they name", () =>
      Effect.gen(function* () {
        const population = yield* ShadowPopulation
        const sql = yield* SqlClient
        const real = yield* plantReal
        const before = yield* realRows(real)
        // Fewer people than before: the surplus goes, but for the one whom a real trip names.
        const summary = yield* population.seed({ ...SMALL, users: 1 })
        assert.deepStrictEqual(yield* realRows(real), before)
        assert.strictEqual(summary.counts["trips"], profileOf(SMALL.seed, 0).trips)
        const left = yield* sql<{
          id: string
        }>`select id from users where email like 'shadow-%@overplanned.invalid' order by email`
        assert.deepStrictEqual(
          left.map((row) => row.id),
          [shadowId(0), shadowId(1)]
        )
      })
    )

    it.effect("refuses to take a shadow trip from a real traveler", () =>
      Effect.gen(function* () {
        const population = yield* ShadowPopulation
        const sql = yield* SqlClient
        const [trip] = yield* sql<{ id: string }>`select id from trips where user_id = ${shadowId(0)} limit 1`
        yield* sql`insert into trip_members (id, trip_id, user_id, role, ordinal)
          values (gen_random_uuid(), ${trip!.id}, '0000abcd-0000-7000-8000-000000000001', 'member', 7)`
        const exit = yield* Effect.exit(population.seed(SMALL))
        assert.isTrue(Exit.isFailure(exit))
        assert.match(JSON.stringify(exit), /Real travelers are members/)
        yield* sql`delete from trip_members where ordinal = 7`
      })
    )

    it.effect("leaves nothing behind when it is killed", () =>
      Effect.gen(function* () {
        const population = yield* ShadowPopulation
        const before = yield* digests
        let reached = 0
        const fiber = yield* population
          .seed(SMALL, (done) =>
            done < 6
              ? Effect.void
              : Effect.andThen(
                  Effect.sync(() => (reached = done)),
                  Effect.never
                )
          )
          .pipe(Effect.forkChild)
        while (reached === 0) yield* Effect.sleep("20 millis")
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(yield* digests, before)
      })
    )
  })
})
