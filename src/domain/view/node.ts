/** How a place is shown: the same words in trips, offers, discovery and catalogs. */
import { attributionsFor } from "../catalog/attribution.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { expectationAt, expectationSaying } from "../catalog/expectation.ts"
import type { ActivityNode } from "../catalog/node.ts"
import { isPriceKnown } from "../catalog/price.ts"
import { countedSaying, detectorSayings, doorSayings, editorSaying, sourceName } from "../catalog/sayings.ts"
import type { EvidenceLine, NodeBrief } from "../pivot/model.ts"
import type { Open } from "../vocabulary.ts"

/** Tags that are shown of a place: the ones that say most about it. */
const SHOWN_TAGS = 6

export const topTags = (node: Pick<ActivityNode, "vibe_tags" | "vibe_weights">): ReadonlyArray<string> =>
  node.vibe_tags
    .map((tag, index) => [tag, node.vibe_weights[index] ?? 0] as const)
    .sort((a, b) => b[1] - a[1])
    .slice(0, SHOWN_TAGS)
    .map(([tag]) => tag)

export const nodeBrief = (node: ActivityNode): NodeBrief => ({
  id: node.id,
  name: node.name,
  category: node.category,
  lat: node.lat,
  lon: node.lon,
  neighbourhood: node.neighbourhood,
  vibe_tags: topTags(node)
})

/** Who speaks for it, locals first, each with its kind, in words and in numbers; an editor has no number. */
export const evidenceLines = (node: Pick<ActivityNode, "quality_signals">): ReadonlyArray<EvidenceLine> => {
  const { lines = [], editor, doors } = node.quality_signals
  const found = (doors === undefined ? [] : doorSayings(doors)).map(
    (one): EvidenceLine => ({ kind: "travelers", voice: "tourist", source: "overplanned", licence: null, ...one })
  )
  const opinions = (["local", "tourist"] as const).flatMap((voice): ReadonlyArray<EvidenceLine> => {
    const text = editor === undefined ? undefined : editorSaying(editor, voice)
    if (editor === undefined || text === undefined) return []
    return [{ kind: "editor", voice, source: editor.source, count: null, licence: editor.licence, text }]
  })
  const counted = lines.map(
    (line): EvidenceLine => ({
      kind: line.kind,
      voice: line.voice,
      source: sourceName(line.source),
      count: line.count,
      licence: line.licence,
      text: `${countedSaying(line)}.`
    })
  )
  return [...counted, ...found, ...opinions].sort(
    (a, b) => Number(a.voice === "tourist") - Number(b.voice === "tourist")
  )
}

/** What the detector says of it, and why. */
export const detectorView = (node: ActivityNode) => ({
  overrated: node.overrated_flag,
  overrated_by: node.overrated_flag === null ? null : (node.quality_signals.flagged_by ?? null),
  overrated_because: detectorSayings(node)
})

/** What is usual for such places at that time, where its own hours are not known; null where nothing is usual. */
const expectationView = (catalog: CityCatalog, index: number, millis: number, when?: string) => {
  const expectation = expectationAt(catalog, index, millis)
  if (expectation === undefined) return null
  return {
    usually: expectation.usually,
    known: expectation.known,
    text: expectationSaying(catalog.nodes[index]!.category, expectation, when)
  }
}

/** What to know of a place before one goes there at that time: one shape for stops, offers, choices and ideas. */
export const beforeOneGoes = (catalog: CityCatalog, index: number, open: Open, millis: number, when?: string) => {
  const node = catalog.nodes[index]!
  const { booking_needed, opening_hours, price_tier } = node
  const expected = open === "unknown" ? expectationView(catalog, index, millis, when) : null
  return { opening_hours, price_tier, price_known: isPriceKnown(node), booking_needed, expected }
}

/** A place as the catalog shows it, open or not at this instant; `when` says the instant otherwise than as a time. */
export const nodeView = (catalog: CityCatalog, index: number, now: number, when?: string) => {
  const node = catalog.nodes[index]!
  const open = catalog.openAt(index, now)
  return {
    ...nodeBrief(node),
    time_zone: node.time_zone,
    open,
    ...beforeOneGoes(catalog, index, open, now, when),
    setting: node.setting,
    overrated: node.overrated_flag,
    overrated_by: node.overrated_flag === null ? null : (node.quality_signals.flagged_by ?? null),
    cross_ref_confidence: node.cross_ref_confidence,
    source: node.source,
    source_tier: node.source_tier,
    evidence: evidenceLines(node),
    names: node.names ?? {},
    facts: node.facts ?? {},
    attribution: attributionsFor([node])
  }
}
