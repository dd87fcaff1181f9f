/**
 * Each option that a pivot offered, as it was at that moment, and whether it was taken and not taken back, by each who answered: of a
 * party by their own taste, which is in the offer of whoever asked, and in the answer of everybody else.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { type OwnTaste, PIVOT_FEATURES, type PivotFeatures } from "../../../domain/pivot/features.ts"
import type { Columns } from "../columns.ts"
import type { Definition } from "../definition.ts"

const PAGE = 2_000

/** What each option is described by: the same function writes them for travelers and for the shadow population. */
const described = (features: Readonly<Record<string, number>> | null | undefined): PivotFeatures | undefined =>
  PIVOT_FEATURES.every((name) => Number.isFinite(features?.[name])) ? (features as PivotFeatures) : undefined

/**
 * `said` are the opinions that were written down with an answer, one for each who gave one: of a vote there are several. What an app
 * sends by itself says no trigger. An answer that came to a server that had been started anew has none: who gave it stands in what
 * became of the options that it is about. That an option was taken back is logged; of one that only moved stops older programs logged
 * nothing, and the trip's own events say it.
 */
const QUERY = `
  select p.pivot_id, p.user_id as asked_by, t.user_id as owner, p.trigger, p.options, p.response,
    p.chosen_option_id, p.offered_at as at, p.offered_at::text as exact_at, p.origin,
    p.model_name || ':' || p.model_version as model_version, d.user_state -> 'members' as members,
    (select count(*)::int from trip_members m where m.trip_id = p.trip_id) as members_now,
    (select jsonb_agg(jsonb_build_object('user_id', s.user_id, 'response', substr(s.signal_type, 7),
        'position', s.context -> 'position', 'own', s.context -> 'own') order by s.occurred_at, s.id)
      from behavioral_signals s where s.trip_id = p.trip_id and s.decision_id = p.pivot_id
        and s.signal_type in ('pivot_accept', 'pivot_dismiss') and s.context ? 'trigger') as said,
    (select o.user_id from jsonb_array_elements(p.options) one
      join decision_outcomes o on o.id = md5('outcome' || (one ->> 'option_id'))::uuid and o.decision_id = p.pivot_id
      limit 1) as answered_by,
    exists (select from exp.events e where e.plan_id = d.session_id and e.payload ->> 'pivot_id' = p.pivot_id::text
      and (e.event_type = 'plan_undone' or e.event_type = 'plan_edited' and e.payload ->> 'edit' = 'undo'))
    or exists (select from trip_events a join trip_events u using (trip_id)
      where a.trip_id = p.trip_id and a.type = 'pivot_accepted' and a.payload ->> 'pivot_id' = p.pivot_id::text
        and u.type = 'plan_undone' and u.payload ->> 'undone' = a.seq::text) as undone,
    exists (select from trip_events e where e.trip_id = p.trip_id and e.type in ('pivot_accepted', 'pivot_dismissed')
      and e.payload ->> 'pivot_id' = p.pivot_id::text and e.payload ? 'vote') as voted
  from pivot_events p left join trips t on t.id = p.trip_id left join ranking_events d on d.id = p.pivot_id
  where p.response is not null and p.offered_at >= $1 and p.offered_at < $2 and (p.offered_at, p.pivot_id) > ($3::timestamptz, $4)
  order by p.offered_at, p.pivot_id limit $5`

interface Option {
  readonly option_id: string
  readonly node_id: string | null
  readonly score: number
  readonly position: number
  readonly features: Readonly<Record<string, number>> | null
  /** By the taste of whoever asked alone, where others travelled with them. */
  readonly own?: OwnTaste
}

interface Row {
  readonly pivot_id: string
  readonly asked_by: string | null
  readonly owner: string | null
  readonly trigger: string
  readonly options: ReadonlyArray<Option>
  readonly response: string
  readonly chosen_option_id: string | null
  readonly at: Date
  /** To the microsecond: a page goes on after exactly this. */
  readonly exact_at: string
  readonly origin: string
  readonly model_version: string
  /** Those whose tastes the offer was made by; null where that is not known any more. */
  readonly members: ReadonlyArray<{ readonly user_id: string }> | null
  readonly members_now: number
  readonly said: ReadonlyArray<{
    readonly user_id: string
    readonly response: string
    readonly position: number | null
    /** Option by option, the taste of whoever answers; absent of whoever asked, and of answers from before it was kept. */
    readonly own: ReadonlyArray<OwnTaste | null> | null
  }> | null
  /** Whose the outcomes of an answer are, or of letting it be; null where it has none, as that of a vote. */
  readonly answered_by: string | null
  /** It was taken, and taken back within minutes. */
  readonly undone: boolean
  /** A group voted on it: what came of it need not be what any one of them said. */
  readonly voted: boolean
}

interface Answer {
  readonly user_id: string
  readonly response: string
  readonly taken: (option: Option) => boolean
  /** Where it is described by another taste than the offer is. */
  readonly own?: ReadonlyArray<OwnTaste | null>
}

/** Whether those whose tastes the features are about are this person alone. */
const isAlone = ({ members, members_now, origin }: Row, who: string): boolean =>
  origin !== "app" || (members === null ? members_now < 2 : members.length === 1 && members[0]!.user_id === who)

/** A vote is its voter's own, whatever the group did; an answer stands unless it was taken back. */
const saidBy = ({ undone, voted }: Row, { position, response, user_id }: NonNullable<Row["said"]>[number]): Answer => {
  const stands = response === "accept" && (voted || !undone)
  return { user_id, response, taken: (option) => stands && option.position === position }
}

/** The answer of whom the features are about, or why there is none. */
const answerOf = (one: Row): Answer | string => {
  const who = one.asked_by ?? one.owner
  if (who === null) return "nobody knows any more whom it was offered to"
  const ofParty = one.options.some(({ own }) => own !== undefined)
  if (!ofParty && one.members?.length === 0) return "nobody knew the traveler when it was offered"
  const ignored = one.response === "ignore"
  if (!ofParty && !isAlone(one, who)) {
    const about = "its features are about the taste of a whole party"
    return `${about}, ${ignored ? "and that they ignored it is nobody's own" : "and it was one of them who answered"}`
  }
  const noOne = () => false
  const isSomebodys = one.answered_by !== null || one.options.every(({ node_id }) => node_id === null)
  if (ignored && ofParty && !isSomebodys) return "whoever asked travelled on no more when its time was over"
  if (ignored) return { user_id: who, response: "ignore", taken: noOne }
  const mine = one.said?.find(({ user_id }) => user_id === who)
  if (mine !== undefined) return saidBy(one, mine)
  const { answered_by, said, voted } = one
  if (ofParty && said === null && answered_by === null && !voted) return "nobody knows which of the party answered it"
  const isTheirs = said === null && !voted && (answered_by ?? who) === who
  if (!isTheirs) return "somebody else answered than whose taste its features are about"
  return {
    user_id: who,
    response: one.response,
    taken: ({ option_id }) => option_id === one.chosen_option_id && !one.undone
  }
}

/** Each answer with the taste that it was given by, or why there is none; whoever never answered said nothing. */
const answersOf = (one: Row): ReadonlyArray<Answer> | string => {
  const first = answerOf(one)
  const known = typeof first === "string" ? [] : [first]
  for (const said of one.said ?? []) {
    if (said.own === null || said.own.length !== one.options.length) continue
    if (known.some(({ user_id }) => user_id === said.user_id)) continue
    known.push({ ...saidBy(one, said), own: said.own })
  }
  return typeof first === "string" && known.length === 0 ? first : known
}

const COLUMNS: Columns = {
  pivot_id: { type: "string", required: true, role: "key" },
  option_id: { type: "string", required: true, role: "key" },
  user_id: { type: "string", required: true, role: "key" },
  node_id: { type: "string", role: "key" },
  timestamp: { type: "timestamp", required: true, role: "remark" },
  origin: { type: "string", required: true, role: "remark" },
  policy_version_id: { type: "string", required: true, role: "remark" },
  trigger: { type: "string", required: true, role: "feature" },
  position: { type: "int", required: true, role: "feature" },
  score: { type: "double", required: true, role: "feature", continuous: true },
  affinity: { type: "double", required: true, role: "feature", continuous: true },
  affinity_planned: { type: "double", required: true, role: "feature", continuous: true },
  distance_km: { type: "double", required: true, role: "feature", continuous: true },
  price_mismatch: { type: "double", required: true, role: "feature" },
  weather_fit: { type: "double", required: true, role: "feature", ofWeather: true },
  // What is offered to travelers was verified to fit: of them it says nothing, and holding that against them would refuse them all.
  day_part_fit: { type: "double", required: true, role: "remark" },
  same_category: { type: "double", required: true, role: "feature" },
  response: { type: "string", required: true, role: "remark" },
  accepted: { type: "boolean", required: true, role: "label" }
}

const rowsOf = (
  one: Row,
  { own, response, taken, user_id }: Answer,
  row: Parameters<Definition["read"]>[0]["row"],
  skip: (reason: string) => void
): void => {
  for (const [i, option] of one.options.entries()) {
    const taste = own === undefined ? option.own : own[i]
    const features = taste === null ? undefined : described({ ...option.features, ...taste })
    if (features === undefined) {
      skip("an option was logged before all its features were, or is about no place of the catalog")
      continue
    }
    row(
      {
        pivot_id: one.pivot_id,
        option_id: option.option_id,
        user_id,
        node_id: option.node_id,
        timestamp: one.at,
        origin: one.origin,
        policy_version_id: one.model_version,
        trigger: one.trigger,
        position: option.position,
        score: option.score,
        ...Object.fromEntries(PIVOT_FEATURES.map((name) => [name, features[name]])),
        response,
        accepted: taken(option)
      },
      user_id,
      one.at.getTime()
    )
  }
}

export const pivotAcceptance: Definition = {
  columns: COLUMNS,
  people: [["user_id"]],
  ids: [["pivot_id"], ["option_id"]],
  query: QUERY,
  read: Effect.fnUntraced(function* ({ range, row, skip }) {
    const sql = yield* SqlClient
    let after: readonly [string, string] = ["-infinity", "00000000-0000-0000-0000-000000000000"]
    for (;;) {
      const page = yield* sql.unsafe<Row>(QUERY, [new Date(range.from), new Date(range.to), after[0], after[1], PAGE])
      for (const one of page) {
        const answers = answersOf(one)
        if (typeof answers === "string") skip(answers)
        else for (const answer of answers) rowsOf(one, answer, row, skip)
      }
      if (page.length < PAGE) return
      const last = page.at(-1)!
      after = [last.exact_at, last.pivot_id]
    }
  })
}
