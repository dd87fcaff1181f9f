/**
 * A scripted week of travelers on the whole server, by a clock that is moved from day to day, with a Claude on loopback: whether the
 * data sets that the server builds of it pass their gates and say what happened, and what the rankings cost.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { fakeAnthropic } from "../../test/fakes/anthropic.ts"
import type { Agreement } from "../../test/support/week/check/findings.ts"
import { checkLog } from "../../test/support/week/check/log.ts"
import { readRows } from "../../test/support/week/check/rows.ts"
import { CHECKS } from "../../test/support/week/check/week.ts"
import { FAKETIME } from "../../test/support/week/clock.ts"
import { exported, heldOf, momentValues, unattributed } from "../../test/support/week/exports.ts"
import { type BuiltDataset, buildAll, runWeek } from "../../test/support/week/week.ts"
import { type Bar, type Benchmark, flag, NotMeasured, numberFlag } from "../benchmark.ts"

/** Findings that are told in words; all are counted. */
const MOST_TOLD = 5
const WARM_SHARE = 0.9

interface Held extends BuiltDataset, Agreement {
  readonly rows: number
}

const seconds = (from: number) => Math.round((performance.now() - from) / 100) / 10

/** A folder for the week: the one that was named stays, with the record and the data sets. */
const folderOf = (keep: string | undefined) =>
  Effect.gen(function* () {
    const folder = keep ?? mkdtempSync(join(tmpdir(), "overplanned-week-"))
    mkdirSync(folder, { recursive: true })
    // The database may run as somebody else.
    chmodSync(folder, 0o755)
    if (keep === undefined) {
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
      )
    }
    return folder
  })

const measure = (people: number, days: number, ahead: number, keep: string | undefined, warming: boolean) =>
  Effect.gen(function* () {
    const folder = yield* folderOf(keep)
    const claude = yield* fakeAnthropic
    const environment = {
      ANTHROPIC_API_KEY: "a key of the loopback server",
      ANTHROPIC_BASE_URL: claude.url,
      LLM_DAILY_BUDGET_USD: "1000",
      RANKING_WARMING: warming ? "on" : "off"
    }
    return yield* Effect.promise(async () => {
      const began = performance.now()
      const week = await runWeek({
        folder,
        people,
        days,
        plansAhead: ahead,
        atOnce: 4,
        cities: ["tokyo", "new-york"],
        environment
      })
      try {
        const told = seconds(began)
        const metrics = await week.metrics()
        if (keep !== undefined) writeFileSync(join(folder, "metrics.txt"), metrics)
        const all = await exported(week)
        const held: Array<Held> = []
        for (const built of await buildAll(week)) {
          const rows = await readRows(built.folder)
          held.push({ ...built, rows: rows.rows.length, ...CHECKS[built.name](week.record, rows) })
        }
        const rankings = claude.calls.filter(({ schema }) => schema.properties?.["ranking"] !== undefined).length
        return {
          record: week.record,
          told,
          built: seconds(began) - told,
          held,
          bare: unattributed(week.record, all),
          log: checkLog(week.record, heldOf(all)),
          moments: momentValues(all),
          rankings,
          calls: claude.calls.length,
          metrics,
          warming
        }
      } finally {
        await week.stop()
      }
    })
  })

type Measured = Effect.Success<ReturnType<typeof measure>>

const KINDS = ["warm", "under_way", "new"] as const

/** Moments that Claude's rankings were wanted for, by how warm their kind was when they were. */
const momentsOf = (metrics: string, kind: (typeof KINDS)[number]) => {
  const count = (found: string) =>
    metrics
      .split("\n")
      .filter((line) => line.includes("plan_rankings_total{") && line.includes(`kind="${kind}"`))
      .filter((line) => line.includes(`found="${found}"`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0)
  const [kept, asked, like] = [count("kept"), count("asked"), count("like_the_first")]
  return { kept, asked, like, all: kept + asked + like }
}

const barsOf = ({ bare, held, log, metrics, moments, warming }: Measured): ReadonlyArray<Bar> => {
  const { all, kept } = momentsOf(metrics, "warm")
  return [
    ...held.flatMap(
      ({ expected, findings, found: of, name, published }): ReadonlyArray<Bar> => [
        {
          name: `${name} passes its gate`,
          wanted: "published",
          measured: published ? "published" : "refused",
          met: published
        },
        {
          name: `${name} says what happened`,
          wanted: "all of it, and nothing else",
          measured: `${of} of ${expected}, ${findings.length} findings`,
          met: of === expected && findings.length === 0
        }
      ]
    ),
    {
      name: "what travelers can read of themselves: edits, decisions, offers and outcomes",
      wanted: "all of them, and nothing else",
      measured: `${log.found} of ${log.expected}, ${log.findings.length} findings`,
      met: log.found === log.expected && log.findings.length === 0
    },
    {
      name: "signals that know what they answer",
      wanted: "all",
      measured: `${bare.length} do not`,
      met: bare.length === 0
    },
    {
      name: "values of each feature of a moment",
      wanted: "3",
      measured: [...moments].map(([feature, values]) => `${feature} ${values.size}`).join(", "),
      met: [...moments.values()].every((values) => values.size >= 3)
    },
    ...(warming
      ? [
          {
            name: "rankings for travelers whose kind was warmed up that were kept",
            wanted: `${WARM_SHARE * 100} %`,
            measured: `${((100 * kept) / Math.max(1, all)).toFixed(1)} % of ${all}`,
            met: all > 0 && kept >= WARM_SHARE * all
          }
        ]
      : [])
  ]
}

export const benchmark: Benchmark = {
  summary: "a scripted week of travelers by a moved clock, and whether six data sets say what happened",
  options: [
    "--travelers <count>   (200)",
    "--days <count>        (7)",
    "--ahead <count>       further trips that each of them plans and confirms (6)",
    "--warming off         nothing is asked of Claude ahead of time: what its calls per trip are without",
    "--keep <folder>       a new folder that keeps the record, the data sets and the metrics"
  ],
  run: async (args) => {
    if (FAKETIME === undefined) throw new NotMeasured("The clock cannot be moved here: install Debian's faketime.")
    const [people, days, ahead] = [
      numberFlag(args, "travelers", 200),
      numberFlag(args, "days", 7),
      numberFlag(args, "ahead", 6)
    ]
    const measured = await Effect.runPromise(
      Effect.scoped(measure(people, days, ahead, flag(args, "keep"), flag(args, "warming") !== "off"))
    )
    const { built, calls, held, log, rankings, record, told } = measured
    const trips = new Set(record.plans.map(({ trip }) => trip)).size
    return {
      tables: [
        {
          title: `${people} travelers, ${days} days: told in ${told} s, built in ${built.toFixed(1)} s`,
          columns: ["data set", "rows", "expected", "found", "lost", "invented", "wrong", "published"],
          rows: held.map(({ expected, findings, found, name, published, rows }) => [
            name,
            rows,
            expected,
            found,
            ...(["lost", "invented", "wrong"] as const).map(
              (kind) => findings.filter((one) => one.kind === kind).length
            ),
            published ? "yes" : "no"
          ])
        },
        {
          title: "Moments that Claude's rankings were wanted for, by whether the kind of trip had been warmed up",
          columns: ["kind", "moments", "kept", "asked while somebody waited", "ranked like the first"],
          rows: KINDS.map((kind) => {
            const { all, asked, kept, like } = momentsOf(measured.metrics, kind)
            return [kind, all, kept, asked, like]
          })
        },
        {
          title: "What happened",
          columns: ["", "count"],
          rows: [
            ...Object.entries(record).map(([what, list]) => [what, list.length]),
            ["trips", trips],
            ["rankings asked of Claude", rankings],
            ["rankings asked of Claude, per trip", rankings / trips],
            ["all calls of Claude, per trip", calls / trips]
          ]
        }
      ],
      bars: barsOf(measured),
      notes: [
        ...held.flatMap(({ findings, name, published, said }) => [
          ...(published ? [] : [said]),
          ...findings.slice(0, MOST_TOLD).map(({ kind, what }) => `${name}, ${kind}: ${what}`)
        ]),
        ...log.findings.slice(0, MOST_TOLD).map(({ kind, what }) => `the log, ${kind}: ${what}`)
      ],
      figures: { travelers: people, days, told_seconds: told, built_seconds: built, claude_rankings: rankings, trips }
    }
  }
}
