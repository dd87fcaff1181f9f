// Cities made up from a seed: clustered neighbourhoods, every category, hours that are daily, late, broken by a
// lunch pause, closed on a weekday, or unknown. Opening hours are computed here by plain arithmetic, apart from the
// engine that reads real ones.
import { CATEGORIES, categoryInfo } from "../../src/domain/catalog/category.ts"
import type { CityCatalog } from "../../src/domain/catalog/city-catalog.ts"
import { vibeEmbeddingOf } from "../../src/domain/catalog/embedding.ts"
import { type ActivityNode, cityIdOf, nodeIdOf, type PriceTier } from "../../src/domain/catalog/node.ts"
import { VIBE_TAGS } from "../../src/domain/catalog/taxonomy.ts"
import type { TripDay } from "../../src/domain/itinerary/rules.ts"

export type Random = () => number

/** Numbers in [0, 1) that a seed determines. */
export const randomOf = (seed: number): Random => {
  let a = (seed ^ 0x6d2b79f5) >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = a
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export const pick = <A>(random: Random, items: ReadonlyArray<A>): A => items[Math.floor(random() * items.length)]!

/** Open from–to in local minutes on the weekdays of the mask (bit 0 is Sunday); `undefined` hours are unknown. */
interface Weekly {
  readonly spans: ReadonlyArray<readonly [number, number]>
  readonly weekdays: number
}

/** A city with what planning asks of it besides its catalog. */
export interface PlanningCity extends CityCatalog {
  readonly localMinute: (millis: number) => number
  readonly travel: (from: number, to: number, at: number) => number
  readonly tripDays: (start: string, count: number) => ReadonlyArray<TripDay>
}

const OFFSET = 9 * 3_600_000
const DAY = 86_400_000

const hoursFor = (random: Random, parts: ReadonlyArray<string>): Weekly => {
  const weekdays = random() < 0.25 ? 127 & ~(1 << Math.floor(random() * 7)) : 127
  const late = parts.includes("night")
  const early = parts.includes("morning")
  const from = early ? 420 + 30 * Math.floor(random() * 6) : late ? 960 + 60 * Math.floor(random() * 3) : 660
  const to = late
    ? 1440 + 60 * Math.floor(random() * 3)
    : parts.includes("evening")
      ? 1320
      : 1020 + 30 * Math.floor(random() * 4)
  const pause = !late && random() < 0.2
  return {
    weekdays,
    spans: pause
      ? [
          [from, 840],
          [960, to]
        ]
      : [[from, to]]
  }
}

const works = (hours: Weekly, day: number): boolean => (hours.weekdays & (1 << ((day + 4) % 7))) !== 0

const isOpen = (hours: Weekly, millis: number): boolean => {
  const local = millis + OFFSET
  const today = Math.floor(local / DAY)
  // Yesterday's night may still go on.
  for (let day = today - 1; day <= today; day++) {
    if (!works(hours, day)) continue
    const minute = (local - day * DAY) / 60_000
    for (const [from, to] of hours.spans) if (minute >= from && minute < to) return true
  }
  return false
}

const changeAfter = (hours: Weekly, millis: number): number | undefined => {
  const local = millis + OFFSET
  const today = Math.floor(local / DAY)
  let change: number | undefined
  for (let day = today - 1; day <= today + 8; day++) {
    if (change !== undefined && change < day * DAY) break
    if (!works(hours, day)) continue
    for (const [from, to] of hours.spans) {
      for (const edge of [day * DAY + from * 60_000, day * DAY + to * 60_000]) {
        if (edge > local && (change === undefined || edge < change)) change = edge
      }
    }
  }
  return change === undefined ? undefined : change - OFFSET
}

export interface CityOptions {
  readonly nodes: number
  /** Share of places whose hours nobody knows. */
  readonly unknown?: number
}

export const generateCity = (seed: number, options: CityOptions): PlanningCity => {
  const random = randomOf(seed)
  const slug = `made-up-${seed}`
  const hoods = Array.from({ length: Math.max(2, Math.round(options.nodes / 14)) }, (_, i) => ({
    name: `Quarter ${i + 1}`,
    lat: 35.68 + (random() - 0.5) * 0.12,
    lon: 139.7 + (random() - 0.5) * 0.16
  }))
  const hours: Array<Weekly | undefined> = []
  const nodes = Array.from({ length: options.nodes }, (_, i): ActivityNode => {
    const category = random() < 0.22 ? "restaurant" : pick(random, CATEGORIES)
    const info = categoryInfo(category)
    const hood = pick(random, hoods)
    const tags = [...new Set([...Object.keys(info.vibes), pick(random, VIBE_TAGS), pick(random, VIBE_TAGS)])]
    const weights = tags.map((tag) => info.vibes[tag] ?? 0.3 + 0.7 * random())
    hours.push(random() < (options.unknown ?? 0.5) ? undefined : hoursFor(random, info.day_parts))
    return {
      id: nodeIdOf(slug, `place-${i}`),
      city_id: cityIdOf(slug),
      name: `Place ${i + 1}`,
      neighbourhood: hood.name,
      category,
      lat: hood.lat + (random() - 0.5) * 0.012,
      lon: hood.lon + (random() - 0.5) * 0.016,
      time_zone: "Asia/Tokyo",
      opening_hours: null,
      price_tier: Math.floor(random() * random() * 5) as PriceTier,
      setting: info.setting,
      weather_sensitivity: info.weather_sensitivity,
      typical_minutes: info.typical_minutes,
      booking_needed: false,
      day_parts: info.day_parts,
      vibe_tags: tags,
      vibe_weights: weights,
      vibe_embedding: Array.from(vibeEmbeddingOf(tags, weights)),
      taxonomy_version: "1",
      quality_signals: {
        local: { score: random(), mentions: 1 + Math.floor(random() * 20), sources: ["made-up"] },
        tourist: null,
        avoid_mentions: 0
      },
      cross_ref_confidence: 0.5,
      overrated_flag: random() < 0.1,
      source_tier: 1,
      source: "synthetic",
      provenance: {}
    }
  })
  const matrix = new Float32Array(new SharedArrayBuffer(options.nodes * 64 * 4))
  nodes.forEach((node, i) => {
    matrix.set(node.vibe_embedding, i * 64)
  })
  const byId = new Map(nodes.map((node, i) => [node.id as string, i]))
  return {
    city: { id: cityIdOf(slug), slug, name: slug, country: "JP", time_zone: "Asia/Tokyo", lat: 35.68, lon: 139.7 },
    version: 1,
    nodes,
    matrix,
    indexOf: (id) => byId.get(id),
    retired: () => false,
    openAt: (index, millis) => {
      const known = hours[index]
      return known === undefined ? "unknown" : isOpen(known, millis) ? "open" : "closed"
    },
    nextChange: (index, millis) => {
      const known = hours[index]
      return known === undefined ? undefined : changeAfter(known, millis)
    },
    localMinute: (millis) => Math.floor(((((millis + OFFSET) % DAY) + DAY) % DAY) / 60_000),
    travel: (from, to) => {
      const [a, b] = [nodes[from]!, nodes[to]!]
      const y = (a.lat - b.lat) * 111
      const x = (a.lon - b.lon) * 111 * Math.cos((a.lat * Math.PI) / 180)
      const km = Math.hypot(x, y) * 1.3
      return Math.min((km / 4.8) * 60, 8 + (km / 20) * 60)
    },
    tripDays: (start, count) => {
      const first = Date.parse(`${start}T12:00:00+09:00`)
      return Array.from({ length: count }, (_, i) => {
        const noon = first + i * DAY
        return { day: i + 1, date: new Date(noon).toISOString().slice(0, 10), noon }
      })
    }
  }
}

/** Scores by the likeness to a random taste, as a ranker would give them: the best `count`. */
export const scoresFor = (
  city: CityCatalog,
  random: Random,
  count = 200
): ReadonlyArray<{ readonly index: number; readonly score: number }> => {
  const taste = Float32Array.from({ length: 64 }, () => Math.max(0, random() * 2 - 1))
  const norm = Math.hypot(...taste)
  return city.nodes
    .map((node, index) => {
      let dot = 0
      for (let i = 0; i < 64; i++) dot += (taste[i]! / norm) * city.matrix[index * 64 + i]!
      return { index, score: 0.7 * dot + 0.3 * (node.quality_signals.local?.score ?? 0.4) }
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, count)
}
