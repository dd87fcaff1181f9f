/**
 * Which places of two sources are one and the same: by their names in all languages, where they lie, what they are and
 * their websites. Each place is matched once at most. A wrong match mixes up two places, a missing one doubles a place:
 * where it is not clear, there is no match.
 */
import { distanceKm, type Position } from "../../basics/geo.ts"
import { broadKind, type KindFit, kindFit, reachOf } from "./kinds.ts"
import { formsOf, type NameForm, namesAlike, type Tolerance, type WordWeight } from "./names-alike.ts"

export interface Described extends Position {
  readonly id: string
  readonly names: ReadonlyArray<string>
  /** A category of ours, or words that say what it is. */
  readonly kind: string | undefined
  readonly website: string | undefined
  /** How many things the source says of it: between two that fit alike, the one that more is said of is meant. */
  readonly detail?: number
}

export interface Match {
  readonly a: string
  readonly b: string
  /** 0–1: how sure it is. */
  readonly score: number
}

interface Prepared extends Described {
  readonly forms: ReadonlyArray<NameForm>
  readonly broad: string | undefined
  readonly page: string | undefined
}

/** From here on two places are one. */
export const SURE = 0.62
/** A word in more than this share of a source's names says little, once there are enough names to tell. */
const COMMON_SHARE = 0.04
const ENOUGH_NAMES = 20
const COMMON_WEIGHT = 0.3

/** Names that cannot be compared: places so near and alone of their kind are one all the same. */
const BLIND_KM = 0.09
const BLIND_ALONE_KM = 0.07
const BLIND_SCORE = 0.66
/** The same for names that have something in common, as translations have. */
const HALF_ALIKE = 0.45
const HALF_ALIKE_KM = 0.05
const BLIND_KINDS = new Set([
  "shrine",
  "temple",
  "church",
  "worship",
  "museum",
  "park",
  "garden",
  "zoo",
  "castle",
  "library",
  "stadium"
])

/** Hosts where many pages of many places live. */
const SHARED_HOST = /(^|\.)(facebook|instagram|twitter|wikipedia|google|tripadvisor|tabelog|yelp)\./

const pageOf = (website: string | undefined): string | undefined => {
  const found = /^https?:\/\/(?:www\.)?([^/?#]+)([^?#]*)/i.exec(website ?? "")
  if (found === null || SHARED_HOST.test(found[1]!.toLowerCase())) return undefined
  return found[1]!.toLowerCase()
}

/** Buildings are called what they are: the name says it where nothing else does. */
const kindOfName = (forms: ReadonlyArray<NameForm>): string | undefined => {
  for (const { concepts } of forms) {
    const kind = broadKind(concepts.at(-1))
    if (kind !== undefined && kind !== "area") return kind
  }
  return undefined
}

const prepare = (all: ReadonlyArray<Described>): ReadonlyArray<Prepared> =>
  all.map((one) => {
    const forms = formsOf(one.names)
    const told = broadKind(one.kind)
    const named = kindOfName(forms)
    // A place of worship is what its name says: a shrine is no church.
    const broad =
      told === undefined || (told === "worship" && named !== undefined && kindFit(told, named) === "near")
        ? (named ?? told)
        : told
    return { ...one, forms, broad, page: pageOf(one.website) }
  })

const weightsOf = (sides: ReadonlyArray<ReadonlyArray<Prepared>>): WordWeight => {
  const common = new Set<string>()
  for (const side of sides) {
    if (side.length < ENOUGH_NAMES) continue
    const counts = new Map<string, number>()
    for (const { forms } of side) {
      for (const word of new Set(forms.flatMap(({ telling }) => telling))) counts.set(word, (counts.get(word) ?? 0) + 1)
    }
    for (const [word, count] of counts) if (count > Math.max(3, COMMON_SHARE * side.length)) common.add(word)
  }
  return (word) => (common.has(word) ? COMMON_WEIGHT : 1)
}

const pagesOfOne = (side: ReadonlyArray<Prepared>): ReadonlySet<string> => {
  const counts = new Map<string, number>()
  for (const { page } of side) if (page !== undefined) counts.set(page, (counts.get(page) ?? 0) + 1)
  return new Set([...counts].filter(([, count]) => count === 1).map(([page]) => page))
}

const DETAIL_COUNTS = 0.06
const MUCH_DETAIL = 12

/** Signs, tracks and pieces of streets bear the names of what they lead to: between two that fit alike, they are not what is meant. */
const LEADS_THERE: Readonly<Record<string, number>> = { sign: 0.15, stop: 0.15, street: 0.1 }

const CELL = 0.02
const cellsAround = ({ lat, lon }: Position): ReadonlyArray<string> => {
  const [y, x] = [Math.floor(lat / CELL), Math.floor(lon / CELL)]
  return [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => `${y + dy}/${x + dx}`))
}

const gridOf = (side: ReadonlyArray<Prepared>): ReadonlyMap<string, ReadonlyArray<Prepared>> =>
  Map.groupBy(side, ({ lat, lon }) => `${Math.floor(lat / CELL)}/${Math.floor(lon / CELL)}`)

const BUSINESS = new Set(["food", "shop", "hotel", "fun"])
/** Of somebody who says nothing of what it is, a bare name is not enough where the other's name says it: "L'Exotique" is no garden. */
const BARE_NAME = 0.65
const KIND_FACTOR = { same: 1, near: 0.97, unknown: 0.95, apart: 0.68 } as const
/** Kinds that are only near one another want names that are all but the same. */
const NEAR_WANTS = 0.9
const NEAR_ELSE = 0.88

/** Houses full of businesses lend their name to each of them; a sight is called by more or fewer of its words. */
const toleranceOf = (a: Prepared, b: Prepared, fit: KindFit): Tolerance => {
  if (fit === "apart" || fit === "near") return "none"
  return [a, b].some(({ broad }) => broad === undefined || BUSINESS.has(broad)) ? "ending" : "either"
}

const isBare = ({ broad, forms }: Prepared): boolean =>
  broad === undefined && forms.every(({ concepts }) => concepts.length === 0)

/** Whether one could be taken for the other where no name tells them apart. */
const rivals = (a: Prepared, b: Prepared): boolean => {
  const fit = kindFit(a.broad, b.broad)
  return fit === "same" || (fit === "near" && (a.broad === "worship" || b.broad === "worship"))
}

class Matcher {
  readonly #a: ReadonlyArray<Prepared>
  readonly #b: ReadonlyArray<Prepared>
  readonly #weight: WordWeight
  readonly #gridA: ReadonlyMap<string, ReadonlyArray<Prepared>>
  readonly #gridB: ReadonlyMap<string, ReadonlyArray<Prepared>>
  readonly #pages: ReadonlySet<string>

  constructor(a: ReadonlyArray<Described>, b: ReadonlyArray<Described>) {
    this.#a = prepare(a)
    this.#b = prepare(b)
    this.#weight = weightsOf([this.#a, this.#b])
    this.#gridA = gridOf(this.#a)
    this.#gridB = gridOf(this.#b)
    const [x, y] = [pagesOfOne(this.#a), pagesOfOne(this.#b)]
    this.#pages = new Set([...x].filter((page) => y.has(page)))
  }

  score(a: Prepared, b: Prepared): number {
    const km = distanceKm(a, b)
    const fit = kindFit(a.broad, b.broad)
    const samePage = a.page !== undefined && a.page === b.page && this.#pages.has(a.page)
    const alike = namesAlike(a.forms, b.forms, this.#weight, toleranceOf(a, b, fit))
    const name = Math.max(alike ?? 0, samePage ? 0.9 : 0)
    if (alike === undefined && !samePage) return this.#alone(a, b, km, fit, BLIND_KM) ? BLIND_SCORE : 0
    if (name === 0) return 0
    const reach = reachOf(a.broad, b.broad) * (name >= 0.95 ? 1.6 : name < 0.8 ? 0.6 : 1)
    if (km > reach) return 0
    const near = 1 - 0.3 * (km / reach)
    // Names that are one and the same at one spot are one place, whatever it is called a kind of.
    const there = fit === "apart" && name >= 0.98 && km < 0.03
    const bare =
      name < 0.98 &&
      !samePage &&
      ((isBare(a) && kindOfName(b.forms) !== undefined) || (isBare(b) && kindOfName(a.forms) !== undefined))
    const kind = there ? 0.85 : bare ? BARE_NAME : fit === "near" && name < NEAR_WANTS ? NEAR_ELSE : KIND_FACTOR[fit]
    const score = name * near * kind
    if (score >= SURE || name < HALF_ALIKE) return score
    return this.#alone(a, b, km, fit, HALF_ALIKE_KM) ? SURE : score
  }

  /** Alone of their kind, and next to one another. */
  #alone(a: Prepared, b: Prepared, km: number, fit: KindFit, nearest: number): boolean {
    if (km > nearest || fit !== "same" || !BLIND_KINDS.has(a.broad ?? "")) return false
    const alone = (of: Prepared, among: ReadonlyMap<string, ReadonlyArray<Prepared>>, it: Prepared) =>
      cellsAround(of).every((cell) =>
        (among.get(cell) ?? []).every(
          (other) => other === it || !rivals(other, of) || distanceKm(other, of) > km + BLIND_ALONE_KM
        )
      )
    return alone(a, this.#gridB, b) && alone(b, this.#gridA, a)
  }

  run(): ReadonlyArray<Match> {
    const found: Array<{ readonly a: Prepared; readonly b: Prepared; readonly score: number; readonly km: number }> = []
    for (const b of this.#b) {
      for (const cell of cellsAround(b)) {
        for (const a of this.#gridA.get(cell) ?? []) {
          const score = this.score(a, b)
          if (score >= SURE) found.push({ a, b, score, km: distanceKm(a, b) })
        }
      }
    }
    const leads = (one: Prepared, other: Prepared) =>
      one.broad === other.broad ? 0 : (LEADS_THERE[one.broad ?? ""] ?? 0)
    const worth = ({ a, b, score }: (typeof found)[number]) =>
      score + DETAIL_COUNTS * Math.min(1, (a.detail ?? 0) / MUCH_DETAIL) - Math.max(leads(a, b), leads(b, a))
    found.sort((x, y) => worth(y) - worth(x) || x.km - y.km || (x.a.id < y.a.id ? -1 : 1))
    const taken = new Set<Prepared>()
    const cameLate = new Set<Prepared>()
    const out: Array<Match> = []
    for (const { a, b, score } of found) {
      if (taken.has(a) || cameLate.has(a)) continue
      if (taken.has(b)) {
        // Somebody else is the place it was taken for: the next of that name would be another place. Branches of a chain do lie side by side.
        if (!BUSINESS.has(a.broad ?? "")) cameLate.add(a)
        continue
      }
      taken.add(a)
      taken.add(b)
      out.push({ a: a.id, b: b.id, score: Math.round(score * 1000) / 1000 })
    }
    return out
  }
}

/** The matches between two sources, surest first. */
export const matchPlaces = (a: ReadonlyArray<Described>, b: ReadonlyArray<Described>): ReadonlyArray<Match> =>
  new Matcher(a, b).run()
