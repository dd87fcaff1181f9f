/** How options are told: the place, its evidence, and why. What depends on the catalog alone is made once. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { ActivityNode } from "../catalog/node.ts"
import type { SlotId } from "../ids.ts"
import { rfc3339 } from "../time/rfc3339.ts"
import { evidenceLines, nodeBrief } from "../view/node.ts"
import type { Change, EvidenceLine, NodeBrief } from "./model.ts"

interface Presentation {
  readonly brief: NodeBrief
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
      brief: nodeBrief(node),
      evidence: evidenceLines(node),
      known: `${node.category.replaceAll("_", " ")} in ${node.neighbourhood}: ${strongest(node)}`
    }
    all[index] = one
  }
  return one
}

const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`)

/** A local minute of the day as one says it. */
export const clock = (localMinute: number): string => `${two(Math.floor(localMinute / 60))}:${two(localMinute % 60)}`

export const replaceChange = (
  catalog: CityCatalog,
  slotId: SlotId,
  index: number,
  visit: {
    readonly arrive: number
    readonly leave: number
    readonly open: "open" | "unknown"
    readonly travelIn: number
  }
): Change => ({
  slot_id: slotId,
  action: "replace",
  node: presentationOf(catalog, index).brief,
  starts_at: rfc3339(visit.arrive),
  ends_at: rfc3339(visit.leave),
  open: visit.open,
  travel_minutes: visit.travelIn
})
