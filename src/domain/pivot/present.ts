/** How options are told: the place, its evidence, and why. What depends on the catalog alone is made once. */

import { categoryWords } from "../catalog/category.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { whereabouts } from "../catalog/neighbourhoods.ts"
import type { ActivityNode } from "../catalog/node.ts"
import type { SlotId } from "../ids.ts"
import { evidenceLines, nodeBrief } from "../view/node.ts"
import type { ChangeDraft } from "./draft.ts"
import type { EvidenceLine, NodeBrief } from "./model.ts"
import type { Visit } from "./visit.ts"

interface Presentation {
  readonly node: NodeBrief
  readonly evidence: ReadonlyArray<EvidenceLine>
  readonly known: string
}

const strongest = (node: ActivityNode): string =>
  node.vibe_tags
    .map((tag, i) => ({ tag, weight: node.vibe_weights[i] ?? 0 }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, 2)
    .map(({ tag }) => tag.replaceAll("_", " "))
    .join(", ")

const aboutPlace = (node: ActivityNode): string => {
  const where = `${categoryWords(node.category)} ${whereabouts(node.neighbourhood)}`.trim()
  return node.vibe_tags.length === 0 ? where : `${where}: ${strongest(node)}`
}

/** What a place has in common with the one that was planned, as far as it has. */
export const likePlanned = (place: ActivityNode, planned: ActivityNode): string | undefined => {
  if (place.category === planned.category) return `A ${categoryWords(place.category)}, as ${planned.name} is`
  const shared = place.vibe_tags.find((tag) => planned.vibe_tags.includes(tag))
  return shared === undefined ? undefined : `Shares with ${planned.name}: ${shared.replaceAll("_", " ")}`
}

/** What can be said of its hours at this time: nothing where nobody knows them. */
export const openWords = (node: ActivityNode, open: Visit["open"], at: string): string => {
  if (open === "open") return `Open at ${at}`
  return node.opening_hours === null
    ? `Nobody knows its hours: check before you go at ${at}`
    : `Its hours leave ${at} uncertain (${node.opening_hours}): check before you go`
}

const made = new WeakMap<CityCatalog, Array<Presentation | undefined>>()

export const presentationOf = (catalog: CityCatalog, index: number): Presentation => {
  let all = made.get(catalog)
  if (all === undefined) {
    all = new Array(catalog.nodes.length)
    made.set(catalog, all)
  }
  let one = all[index]
  if (one === undefined) {
    const node = catalog.nodes[index]!
    one = {
      node: nodeBrief(node),
      evidence: evidenceLines(node),
      known: aboutPlace(node)
    }
    all[index] = one
  }
  return one
}

const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`)

/** A local minute of the day as one says it. */
export const clock = (localMinute: number): string => `${two(Math.floor(localMinute / 60))}:${two(localMinute % 60)}`

export const replaceChange = (slotId: SlotId, index: number, visit: Visit): ChangeDraft => ({
  slot_id: slotId,
  action: "replace",
  index,
  starts: visit.arrive,
  ends: visit.leave,
  open: visit.open,
  travel: visit.travelIn
})
