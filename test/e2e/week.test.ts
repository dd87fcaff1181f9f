/**
 * A scripted week of travelers on a running server, by a clock that is moved from day to day: what the six data sets say of it is
 * what happened. Larger, and with its figures: `npm run bench week`. Needs Debian's `faketime`.
 */
import { chmodSync } from "node:fs"
import { dirname, join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { DATASETS, type DatasetName } from "../../src/services/datasets.ts"
import { ShadowPopulation } from "../../src/services/shadow-population.ts"
import { buildDataset } from "../../src/training/datasets/build.ts"
import { scratchFolder } from "../support/server.ts"
import { HOUR } from "../support/week/cast.ts"
import type { HeldDecision } from "../support/week/check/decisions.ts"
import type { Agreement } from "../support/week/check/findings.ts"
import { checkLog, type Held } from "../support/week/check/log.ts"
import type { HeldOffer } from "../support/week/check/offers.ts"
import { type Rows, readRows } from "../support/week/check/rows.ts"
import { CHECKS } from "../support/week/check/week.ts"
import { FAKETIME } from "../support/week/clock.ts"
import { differences } from "../support/week/columns.ts"
import { exported, heldOf, momentValues, unattributed } from "../support/week/exports.ts"
import { type BuiltDataset, buildAll, runWeek, type Week } from "../support/week/week.ts"
import { populated, SMALL } from "../training/population/world.ts"

const PEOPLE = 17
const DAYS = 3

/** A few people are too few for a data set to be published; nothing else may be held against it. */
const ABOUT_SIZE = /^ {2}(enough_rows|varied|constant|few_duplicates): /

/** What is always the same in one of the two worlds and not in the other, and why that is so. */
const DIFFER: ReadonlyArray<{ readonly columns: RegExp; readonly why: string }> = [
  { columns: /^bpr_triples city: |^planner input\.catalog\./, why: "the script stays in one city" },
  { columns: /^companion_match location_overlap: /, why: "the script stays in one city" },
  {
    columns: /^companion_match source: varying, constant/,
    why: "nobody of the population speaks of a trip of two afterwards"
  },
  { columns: /^vibe_labels timestamp: /, why: "the script's one city was seeded at one moment" },
  {
    columns: /^bpr_triples signal_count: varying, constant/,
    why: "signals of the population are backfill, which counts towards no gate"
  },
  {
    columns: /^pivot_acceptance price_mismatch: constant, varying/,
    why: "a few days bring a few dozen options, hardly one of them too dear"
  },
  {
    columns: /^bpr_triples features_(positive|negative)/,
    why: "the population logs no more of a candidate than how near it is to the taste"
  },
  { columns: /^bpr_triples propensity: constant, varying/, why: "what is shown to travelers is not drawn by chance" },
  {
    columns: /^pivot_acceptance day_part_fit: constant, varying/,
    why: "what is offered to travelers was verified to fit"
  },
  { columns: /^planner accepted_by: varying, constant/, why: "no calendar starts a trip of the population" },
  { columns: /^planner target\.user_edits\[\]\.edit: varying, constant/, why: "the population only swaps" }
]

/** The rows of data sets that are built of the made-up population. */
const madeUp = async (root: string): Promise<ReadonlyMap<DatasetName, ReadonlyArray<object>>> => {
  const runtime = ManagedRuntime.make(populated())
  try {
    await runtime.runPromise(Effect.flatMap(ShadowPopulation, (population) => population.seed(SMALL)))
    const made = new Map<DatasetName, ReadonlyArray<object>>()
    for (const name of DATASETS) {
      const folder = await runtime.runPromise(
        buildDataset({ root, trackingUri: undefined }, { name, keepRefused: true }).pipe(
          Effect.map((summary) => summary.folder),
          Effect.catchTag("DatasetRefused", ({ report }) => Effect.succeed(dirname(report)))
        )
      )
      made.set(name, (await readRows(folder)).rows)
    }
    return made
  } finally {
    await runtime.dispose()
  }
}

describe.skipIf(FAKETIME === undefined)(
  `a scripted week${FAKETIME === undefined ? " (faketime is not installed)" : ""}`,
  () => {
    const scratch = scratchFolder()
    let week: Week
    let built: ReadonlyArray<BuiltDataset>
    const rows = new Map<DatasetName, Rows>()

    beforeAll(async () => {
      // The database may run as somebody else.
      chmodSync(scratch.path, 0o755)
      week = await runWeek({ folder: scratch.path, people: PEOPLE, days: DAYS, plansAhead: 1, atOnce: 4 })
      built = await buildAll(week)
      for (const { folder, name } of built) rows.set(name, await readRows(folder))
    }, 600_000)
    afterAll(async () => {
      await week?.stop()
      scratch.remove()
    })

    for (const name of DATASETS) {
      it(`is what ${name} says it was: nothing is lost, and nothing invented`, () => {
        const one = built.find((dataset) => dataset.name === name)!
        const refused = one.published ? [] : one.said.split("\n").filter((line) => /^ {2}\w+: /.test(line))
        assert.isEmpty(refused.filter((line) => !ABOUT_SIZE.test(line)))
        const agreement = CHECKS[name](week.record, rows.get(name)!)
        assert.deepEqual(agreement.findings, [])
        assert.isAbove(agreement.expected, 0)
        assert.strictEqual(agreement.found, agreement.expected)
      })
    }

    it("tells of pushes that were taken and let be, of companions who left or were sent away, and of mornings that got shorter", () => {
      const { answers, offers, partings, plans } = week.record
      const said = (of: string) => answers.find(({ offer }) => offer === of)
      const closures = offers.filter(({ asked, party, trigger }) => !asked && party === 1 && trigger === "venue_closed")
      const told = closures.flatMap(({ id }) => said(id) ?? []).map(({ pushed, response }) => `${response} ${pushed}`)
      for (const one of ["accept undefined", "accept true", "ignore undefined"]) assert.include(told, one)
      assert.sameMembers([...new Set(partings.map(({ by }) => by))], ["themselves", "owner"])
      const open = (trip: string, who: string) => offers.filter((one) => one.trip === trip && one.who === who)
      assert.isTrue(partings.every(({ trip, who }) => open(trip, who).some(({ id }) => said(id)?.nobodys)))
      const later = plans.flatMap(({ at, stops, trip }) =>
        plans.flatMap((one) =>
          one.trip === trip && one.at[0] > at[1] ? [one.stops[0]!.starts_at - stops[0]!.starts_at] : []
        )
      )
      assert.isTrue(later.some((millis) => millis > 2 * HOUR && millis < 12 * HOUR))
    })

    it("gives each signal about a stop, an offer or a slate its decision, model and session, and moments that differ", async () => {
      const all = await exported(week)
      assert.deepEqual(unattributed(week.record, all), [])
      for (const [feature, values] of momentValues(all)) assert.isAtLeast(values.size, 3, feature)
    })

    it("keeps each edit, decision, offer and outcome, also of what nobody wanted, and credits each outcome where it belongs", async () => {
      const held = heldOf(await exported(week))
      const agreement = checkLog(week.record, held)
      assert.deepEqual(agreement.findings, [])
      assert.strictEqual(agreement.found, agreement.expected)

      /** What is found once the first of those is gone, has a double under another name, or is told otherwise. */
      const noticed = <A extends keyof Held>(of: A, which: (one: Held[A][number]) => boolean, other: object) => {
        const who = held.findIndex((one) => (one[of] as ReadonlyArray<Held[A][number]>).some(which))
        const list = held[who]![of] as ReadonlyArray<Held[A][number]>
        const at = list.findIndex(which)
        const found = (changed: ReadonlyArray<object>) =>
          checkLog(week.record, held.toSpliced(who, 1, { ...held[who]!, [of]: changed })).findings.map(
            ({ kind }) => kind
          )
        const double = { ...list[at]!, id: "another", pivot_id: "another" }
        return [
          found(list.toSpliced(at, 1)),
          found([...list, double]),
          found(list.map((one, i) => (i === at ? { ...one, ...other } : one)))
        ]
      }
      const isLook = ({ selected_ids, surface }: HeldDecision) => surface === "swap" && selected_ids.length === 0
      const isPlanned = ({ surface }: HeldDecision) => surface === "itinerary"
      const isAnswered = ({ response, user_id }: HeldOffer) => response === "accept" && user_id !== null
      const nobody = "nobody"
      assert.deepEqual(
        noticed("edits", () => true, { timestamp: new Date(0).toISOString() }),
        [["lost"], ["invented"], ["lost", "invented"]]
      )
      const credited = noticed("outcomes", () => true, { decision_id: "another" })
      assert.deepEqual(credited, [["lost"], ["invented"], ["wrong"]])
      const byHand = new Set(
        week.record.deeds.flatMap(({ node, shown, who }) => (shown.includes("/add/") ? [`${who} ${node}`] : []))
      )
      const added = noticed("outcomes", (one) => byHand.has(`${one.user_id} ${one.activity_node_id}`), {
        decision_id: "another"
      })
      assert.deepEqual(added, [["lost"], ["invented"], ["wrong"]])
      const sent = new Set(week.record.signals.flatMap(({ id }) => id ?? []))
      const signals = noticed("signals", ({ id }) => sent.has(id), { decision_id: "another" })
      assert.deepEqual(signals, [["lost"], [], ["wrong"]])
      for (const which of [isLook, isPlanned]) {
        const decisions = noticed("decisions", which, { candidate_ids: [nobody], selected_ids: [nobody] })
        assert.deepEqual(decisions, [["lost"], ["invented"], ["lost", "invented"]])
      }
      const isPushed = ({ response, user_id }: HeldOffer) => response === "accept" && user_id === null
      for (const which of [isAnswered, isPushed]) {
        const offers = noticed("offers", which, { response: "ignore", chosen_option_id: null })
        assert.deepEqual(offers, [["lost"], ["invented"], ["wrong"]])
      }
    })

    it("says of each member of a group what they themselves had said before, and only of its first what they are like", () => {
      const together = rows.get("bpr_triples")!.rows.filter(({ party_size }) => party_size > 1)
      const decisions = [...Map.groupBy(together, ({ decision_id }) => decision_id).values()]
      const members = decisions.map((all) => [...new Map(all.map((row) => [row.user_id, row])).values()])
      const differ = members.filter((all) => new Set(all.map(({ signal_count }) => signal_count)).size > 1)
      assert.isAbove(differ.length, 0)
      for (const all of members)
        assert.isAtMost(all.filter(({ trip_count }) => (trip_count ?? null) !== null).length, 1)
    })

    it("fills the columns of each data set as the made-up population does, but for what is listed", async () => {
      const made = await madeUp(join(scratch.path, "made-up"))
      const found = DATASETS.flatMap((name) =>
        differences(rows.get(name)!.rows, made.get(name)!).map((difference) => `${name} ${difference}`)
      )
      const unlisted = found.filter((one) => !DIFFER.some(({ columns }) => columns.test(one)))
      assert.deepEqual(unlisted, [])
    }, 600_000)

    describe("held against a record that it does not agree with", () => {
      type Plant = (rows: Rows) => { readonly rows: Rows; readonly what: keyof typeof KINDS }
      const KINDS = { lost: "lost", invented: "invented", wrong: "wrong" } as const
      const without = ({ aside, rows: all }: Rows, gone: (row: Rows["rows"][number]) => boolean): Rows => ({
        aside,
        rows: all.filter((row) => !gone(row))
      })
      const also = ({ aside, rows: all }: Rows, row: Rows["rows"][number]): Rows => ({ aside, rows: [...all, row] })
      const first = ({ rows: all }: Rows) => all[0]

      /** Of each data set something that is lost, and something that never happened; of offers also what became of one. */
      const PLANTS: Readonly<Record<DatasetName, ReadonlyArray<Plant>>> = {
        planner: [
          (all) => ({ what: "lost", rows: without(all, (row) => row === first(all)) }),
          (all) => ({
            what: "invented",
            rows: {
              ...all,
              rows: all.rows.map((row, i) =>
                i > 0
                  ? row
                  : {
                      ...row,
                      "target.user_edits": [{ edit: "swap", day: 1, order: 0, from: "a", to: "b", at: row.timestamp }]
                    }
              )
            }
          })
        ],
        bpr_triples: [
          (all) => {
            const { positive_id, user_id } = all.rows.find(({ origin }) => origin === "accept_skip")
            return {
              what: "lost",
              rows: without(all, (row) => row.positive_id === positive_id && row.user_id === user_id)
            }
          },
          (all) => ({
            what: "invented",
            rows: also(all, { ...first(all), positive_id: first(all).negative_id, negative_id: first(all).positive_id })
          })
        ],
        sequences: [
          (all) => ({ what: "lost", rows: without(all, (row) => row === first(all)) }),
          (all) => ({ what: "invented", rows: also(all, { ...first(all), session_id: "another" }) })
        ],
        pivot_acceptance: [
          (all) => ({ what: "lost", rows: without(all, (row) => row.pivot_id === first(all).pivot_id) }),
          (all) => ({ what: "invented", rows: also(all, { ...first(all), pivot_id: "another" }) }),
          // The offer is there, and what became of it is not: somebody took one of its options.
          (all) => {
            const taken = all.rows.find(({ accepted }) => accepted)
            const rows = all.rows.map((row) => (row === taken ? { ...row, accepted: false } : row))
            return { what: "wrong", rows: { ...all, rows } }
          }
        ],
        vibe_labels: [
          (all) => ({ what: "lost", rows: without(all, (row) => row.node_id === first(all).node_id) }),
          (all) => ({ what: "invented", rows: also(all, { ...first(all), node_id: "another" }) })
        ],
        companion_match: [
          (all) => ({ what: "lost", rows: without(all, (row) => row.source === "real") }),
          (all) => ({ what: "invented", rows: also(all, { ...first(all), source: "real", age_score: 0.123456 }) })
        ]
      }
      for (const name of DATASETS) {
        it(`notices what was planted in ${name}`, () => {
          for (const plant of PLANTS[name]) {
            const { rows: planted, what } = plant(rows.get(name)!)
            const agreement: Agreement = CHECKS[name](week.record, planted)
            assert.include(
              agreement.findings.map(({ kind }) => kind),
              KINDS[what]
            )
          }
        })
      }
    })
  }
)
