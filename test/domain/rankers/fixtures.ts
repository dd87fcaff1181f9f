/** A small city and travelers for the tests of rankers: no invented people, only tastes. */

import { uuidOfName } from "../../../src/domain/basics/hash.ts"
import type { Category } from "../../../src/domain/catalog/category.ts"
import { CATEGORIES, categoryInfo } from "../../../src/domain/catalog/category.ts"
import type { CityCatalog } from "../../../src/domain/catalog/city-catalog.ts"
import { vibeEmbedding } from "../../../src/domain/catalog/embedding.ts"
import { type ActivityNode, cityIdOf, nodeIdOf, type PriceTier } from "../../../src/domain/catalog/node.ts"
import { VIBE_TAGS } from "../../../src/domain/catalog/taxonomy.ts"
import type { UserId } from "../../../src/domain/ids.ts"
import { defaultDimensions } from "../../../src/domain/persona/dimensions.ts"
import { ENCODER_VERSION, encodePersona, vibeQuery } from "../../../src/domain/persona/encode.ts"
import type { Persona, PersonaDimensions, SequenceItem } from "../../../src/domain/persona/persona.ts"
import type { Candidate, RankRequest } from "../../../src/domain/ranking.ts"
import type { PrimaryInterest } from "../../../src/domain/vocabulary.ts"

export const place = (key: string, category: Category, more: Partial<ActivityNode> = {}): ActivityNode => {
  const info = categoryInfo(category)
  const weights = { ...info.vibes }
  return {
    id: nodeIdOf("testville", key),
    city_id: cityIdOf("testville"),
    name: `${category} ${key}`,
    neighbourhood: "Old Town",
    category,
    lat: 47.6,
    lon: -122.3,
    time_zone: "America/Los_Angeles",
    opening_hours: null,
    price_tier: 2 as PriceTier,
    setting: info.setting,
    weather_sensitivity: info.weather_sensitivity,
    typical_minutes: info.typical_minutes,
    booking_needed: false,
    day_parts: info.day_parts,
    vibe_tags: Object.keys(weights),
    vibe_weights: Object.values(weights),
    vibe_embedding: Array.from(vibeEmbedding(weights)),
    taxonomy_version: "1",
    quality_signals: {
      local: { score: 0.8, mentions: 12, sources: ["forum"] },
      tourist: { score: 0.6, mentions: 5, sources: ["aggregator"] },
      avoid_mentions: 0,
      lines: [
        { kind: "posts", voice: "local", source: "posts:forum", count: 12, score: 0.8, licence: null },
        { kind: "aggregator", voice: "tourist", source: "aggregator", count: 5, score: 0.6, licence: "CC0-1.0" }
      ]
    },
    cross_ref_confidence: 0.7,
    overrated_flag: false,
    source_tier: 2,
    source: "synthetic",
    provenance: {},
    ...more
  }
}

/** `count` places over all categories, each leaning to a tag of its own. */
export const places = (count: number): ReadonlyArray<ActivityNode> =>
  Array.from({ length: count }, (_, i) => {
    const category = CATEGORIES[i % CATEGORIES.length]!
    const weights = { ...categoryInfo(category).vibes, [VIBE_TAGS[(i * 7) % 64]!]: 0.7 }
    return place(`${i}`, category, {
      price_tier: (i % 5) as PriceTier,
      vibe_tags: Object.keys(weights),
      vibe_weights: Object.values(weights),
      vibe_embedding: Array.from(vibeEmbedding(weights))
    })
  })

export const traveler = (
  key: string,
  interest: PrimaryInterest = "food",
  more: {
    readonly signalCount?: number
    readonly dimensions?: Partial<PersonaDimensions>
    readonly sequence?: ReadonlyArray<SequenceItem>
  } = {}
): Persona => {
  const dimensions = { ...defaultDimensions(interest), ...more.dimensions }
  const signal_count = more.signalCount ?? 0
  const sequence = more.sequence ?? []
  return {
    user_id: uuidOfName("test-user", key) as UserId,
    dimensions,
    vector: encodePersona({ dimensions, sequence, signalCount: signal_count }),
    encoder_version: ENCODER_VERSION,
    signal_count,
    sequence
  }
}

export const candidatesOf = (nodes: ReadonlyArray<ActivityNode>, persona: Persona): ReadonlyArray<Candidate> => {
  const query = vibeQuery(persona.vector)
  return nodes.map((node, index) => ({
    index,
    node,
    similarity: node.vibe_embedding.reduce((sum, x, i) => sum + x * query[i]!, 0)
  }))
}

export const request = (
  members: ReadonlyArray<Persona>,
  nodes: ReadonlyArray<ActivityNode>,
  more: {
    readonly context?: Partial<RankRequest["context"]>
    readonly deadline?: number
    readonly tripId?: string
  } = {}
): RankRequest => ({
  members,
  candidates: candidatesOf(nodes, members[0]!),
  context: {
    surface: "itinerary",
    city: "testville",
    catalogVersion: 1,
    groupSize: members.length,
    ...more.context
  },
  deadline: more.deadline ?? Number.MAX_SAFE_INTEGER,
  ...(more.tripId === undefined ? {} : { tripId: more.tripId })
})

export const catalogOf = (nodes: ReadonlyArray<ActivityNode>, version = 1): CityCatalog => {
  const positions = new Map(nodes.map((node, index) => [node.id as string, index]))
  const matrix = new Float32Array(new SharedArrayBuffer(nodes.length * 64 * 4))
  nodes.forEach((node, i) => {
    matrix.set(node.vibe_embedding, i * 64)
  })
  return {
    city: {
      id: cityIdOf("testville"),
      slug: "testville",
      name: "Testville",
      country: "US",
      time_zone: "America/Los_Angeles",
      lat: 47.6,
      lon: -122.3
    },
    version,
    nodes,
    matrix,
    indexOf: (id) => positions.get(id),
    retired: () => false,
    openAt: () => "unknown",
    nextChange: () => undefined
  }
}
