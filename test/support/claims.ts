// What an option says of itself, each sentence checked against that option alone: nothing that is not known to be a
// claim may be said, and what is said must hold.
import type { ActivityNode } from "../../src/domain/catalog/node.ts"
import type { PivotWorld } from "../../src/domain/pivot/answer-model.ts"
import type { Change, OfferOption, PivotRequest } from "../../src/domain/pivot/model.ts"
import { moodWish, suitsMood } from "../../src/domain/pivot/moods.ts"
import type { PlanningCity } from "./generated-city.ts"

const words = (text: string) => text.replaceAll("_", " ")

const KINDS: Readonly<Record<string, string>> = { cafe: "café", zoo_aquarium: "zoo or aquarium" }
const kindWords = (category: string) => KINDS[category] ?? words(category)

interface Told {
  readonly city: PlanningCity
  readonly world: PivotWorld
  readonly request: PivotRequest
  readonly changes: ReadonlyArray<Change>
}

const plannedIn = ({ world, city }: Told, change: Change): ActivityNode =>
  city.nodes[city.indexOf(world.trip.slots.find((slot) => slot.id === change.slot_id)!.node_id)!]!

const newIn = ({ city }: Told, change: Change): ActivityNode | undefined =>
  change.node === undefined ? undefined : city.nodes[city.indexOf(change.node.id)!]

const clockOf = ({ city }: Told, change: Change): string => {
  const minute = city.localMinute(Date.parse(change.starts_at))
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`
}

type Claim = readonly [form: RegExp, holds: (told: Told, change: Change, match: RegExpMatchArray) => boolean]

/** Claims about one change: true where some change of the option bears them out. */
const OF_A_CHANGE: ReadonlyArray<Claim> = [
  [
    /^A (.+), as (.+) is$/,
    (told, change, [, kind, name]) => {
      const [now, before] = [newIn(told, change), plannedIn(told, change)]
      return now?.category === before.category && kindWords(before.category) === kind && before.name === name
    }
  ],
  [
    /^Shares with (.+): (.+)$/,
    (told, change, [, name, tag]) => {
      const [now, before] = [newIn(told, change), plannedIn(told, change)]
      return (
        before.name === name &&
        [now, before].every((node) => node?.vibe_tags.some((own) => words(own) === tag) === true)
      )
    }
  ],
  [/^Indoors$/, (told, change) => newIn(told, change)?.setting === "indoor"],
  [
    /^The weather matters little there$/,
    (told, change) => {
      const node = newIn(told, change)
      return node !== undefined && node.setting !== "outdoor" && node.weather_sensitivity <= 0.35
    }
  ],
  [
    /^Open at (.+)$/,
    (told, change, [, at]) =>
      clockOf(told, change) === at &&
      told.city.openAt(told.city.indexOf(newIn(told, change)?.id ?? "")!, Date.parse(change.starts_at)) === "open"
  ],
  [
    /^Nobody knows its hours: check before you go at (.+)$/,
    (told, change, [, at]) => {
      const node = newIn(told, change)
      if (node === undefined || clockOf(told, change) !== at || node.opening_hours !== null) return false
      return told.city.openAt(told.city.indexOf(node.id)!, Date.parse(change.starts_at)) === "unknown"
    }
  ],
  [
    /^About (\d+) minutes from (.+)$/,
    (told, change, [, minutes, name]) =>
      change.travel_minutes === Number(minutes) && told.city.nodes.some((node) => node.name === name)
  ],
  [
    /^(.+) is replaced by (.+)$/,
    (told, change, [, before, after]) =>
      change.action === "replace" && plannedIn(told, change).name === before && newIn(told, change)?.name === after
  ],
  [
    /^(.+) (begins later|begins earlier|is cut short|is dropped)$/,
    (told, change, [, name, what]) => {
      const slot = told.world.trip.slots.find((one) => one.id === change.slot_id)!
      const [from, to] = [Date.parse(change.starts_at), Date.parse(change.ends_at)]
      if (plannedIn(told, change).name !== name) return false
      if (what === "is dropped") return change.action === "drop"
      if (what === "is cut short") return to - from < slot.ends_at - slot.starts_at
      return what === "begins later" ? from > slot.starts_at : from < slot.starts_at
    }
  ],
  [
    /^Wait: (.+) at (\d\d:\d\d)$/,
    (told, change, [, name, at]) => {
      const slot = told.world.trip.slots.find((one) => one.id === change.slot_id)!
      return (
        plannedIn(told, change).name === name &&
        clockOf(told, change) === at &&
        change.node === undefined &&
        Date.parse(change.starts_at) > slot.starts_at
      )
    }
  ],
  [/^Leave out (.+)$/, (told, change, [, name]) => change.action === "drop" && plannedIn(told, change).name === name],
  [
    /^(.+) on day (\d+) at (\d\d:\d\d) instead$/,
    (told, change, [, name, day, at]) =>
      plannedIn(told, change).name === name && change.day === Number(day) && clockOf(told, change) === at
  ],
  [
    /^Suits the mood: (.+)$/,
    (told, change) => {
      const node = newIn(told, change)
      const wish = moodWish(told.request.detail)
      return node !== undefined && wish !== undefined && suitsMood(told.city.matrix, wish, told.city.indexOf(node.id)!)
    }
  ],
  [
    /^([a-zé ]+) (?:in|near) (.+): (.+)$/,
    (told, change, [, kind, where, tags]) => {
      const node = newIn(told, change)
      return (
        node !== undefined &&
        kindWords(node.category) === kind &&
        node.neighbourhood === where &&
        tags!.split(", ").every((tag) => node.vibe_tags.some((own) => words(own) === tag))
      )
    }
  ]
]

/** Claims about an option as a whole. */
const OF_THE_OPTION: ReadonlyArray<readonly [RegExp, (told: Told, match: RegExpMatchArray) => boolean]> = [
  [
    /^Nothing later is left unchanged$|^(\d+) later stops? stays? as (?:it is|they are)$/,
    ({ world, changes }, [, kept]) => {
      const changed = new Set(changes.map((change) => change.slot_id as string))
      const day = world.trip.slots.find((slot) => changed.has(slot.id))!.day
      const left = world.trip.slots.filter((slot) => slot.day === day && !changed.has(slot.id)).length
      return Number(kept ?? 0) <= left
    }
  ],
  [
    /^(\d+) exposed stops? stays? as (?:it is|they are): nothing sheltered fits in (?:its|their) place$/,
    ({ world, changes }, [, stays]) => Number(stays) + changes.length <= world.trip.slots.length
  ],
  [
    /^Only this stop changes: (\d+) later ones? (?:is|are) exposed too$/,
    ({ city, world, changes }, [, left]) => {
      const slot = world.trip.slots.find((one) => one.id === changes[0]!.slot_id)!
      const later = world.trip.slots.filter((one) => {
        const node = city.nodes[city.indexOf(one.node_id)!]!
        const exposed = node.setting === "outdoor" || node.weather_sensitivity > 0.35
        return one.day === slot.day && one.starts_at > slot.starts_at && exposed
      })
      return changes.length === 1 && Number(left) <= later.length
    }
  ],
  [
    /^Only this stop changes: (\d+) later ones? (?:is|are) in the district too$/,
    ({ city, world, changes, request }, [, left]) => {
      const slot = world.trip.slots.find((one) => one.id === changes[0]!.slot_id)!
      const later = world.trip.slots.filter(
        (one) =>
          one.day === slot.day &&
          one.starts_at > slot.starts_at &&
          city.nodes[city.indexOf(one.node_id)!]!.neighbourhood === request.detail?.district
      )
      return changes.length === 1 && Number(left) <= later.length
    }
  ],
  [
    /^(\d+) stops? in the district finds? no other place$/,
    ({ world, changes }, [, stays]) => Number(stays) + changes.length <= world.trip.slots.length
  ]
]

/** The sentences of an option that are not true of it, or that no rule here knows. */
export const untrueClaims = (
  city: PlanningCity,
  world: PivotWorld,
  request: PivotRequest,
  option: OfferOption
): ReadonlyArray<string> => {
  const told = { city, world, request, changes: option.changes }
  return option.why.flatMap((sentence) => {
    for (const [form, holds] of OF_THE_OPTION) {
      const match = form.exec(sentence)
      if (match !== null) return holds(told, match) ? [] : [`untrue: "${sentence}"`]
    }
    for (const [form, holds] of OF_A_CHANGE) {
      const match = form.exec(sentence)
      if (match !== null) {
        return option.changes.some((change) => holds(told, change, match)) ? [] : [`untrue: "${sentence}"`]
      }
    }
    return [`nobody has said what makes this true: "${sentence}"`]
  })
}
