/** What keeps a place out of a plan for good: somebody's veto, something the trip avoids, a need it is not fit for. */
import { CATEGORIES, type Category, categoryIndex } from "../catalog/category.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { fitForAll } from "../catalog/fits.ts"
import { tagIndex } from "../catalog/taxonomy.ts"
import type { TripConstraints, Veto } from "../plan/model.ts"

export type Exclusion = "veto" | "avoid" | "unfit"

interface TagBits {
  readonly low: Int32Array
  readonly high: Int32Array
}

const tagBits = new WeakMap<CityCatalog, TagBits>()

/** The tags of every node as 64 bits: asking for twenty vetoed tags is then one AND. */
const bitsOf = (catalog: CityCatalog): TagBits => {
  let bits = tagBits.get(catalog)
  if (bits === undefined) {
    const n = catalog.nodes.length
    bits = { low: new Int32Array(n), high: new Int32Array(n) }
    for (let i = 0; i < n; i++) {
      for (const tag of catalog.nodes[i]!.vibe_tags) {
        const at = tagIndex(tag)
        if (at === undefined) continue
        if (at < 32) bits.low[i]! |= 1 << at
        else bits.high[i]! |= 1 << (at - 32)
      }
    }
    tagBits.set(catalog, bits)
  }
  return bits
}

interface Words {
  low: number
  high: number
  readonly categories: Set<number>
  readonly settings: Set<string>
}

/** Tags are what one avoids; a category or a setting named in their place is understood too. */
const readWords = (words: ReadonlyArray<string>): Words => {
  const out: Words = { low: 0, high: 0, categories: new Set(), settings: new Set() }
  for (const word of words) {
    const at = tagIndex(word)
    if (at !== undefined && at < 32) out.low |= 1 << at
    else if (at !== undefined) out.high |= 1 << (at - 32)
    // Some words name a vibe and a kind of place: both are meant.
    if (CATEGORIES.includes(word as Category)) out.categories.add(categoryIndex(word as Category))
    if (word === "indoor" || word === "outdoor") out.settings.add(word)
  }
  return out
}

type Excluded = (index: number) => Exclusion | undefined

const isEmpty = (list: ReadonlyArray<unknown> | undefined): boolean => list === undefined || list.length === 0

const nothing: Excluded = () => undefined

interface Remembered {
  readonly catalog: CityCatalog
  readonly avoid: TripConstraints["avoid"]
  readonly needs: TripConstraints["needs"]
  readonly excluded: Excluded
}

const recent = new WeakMap<object, Remembered>()

/**
 * Says of a node index why it must stay out, or `undefined`. A veto counts before what the trip avoids. Asked again
 * with the same lists (a trip's state is immutable) it costs nothing.
 */
export const exclusionOf = (
  catalog: CityCatalog,
  constraints: Pick<TripConstraints, "avoid" | "needs">,
  vetoes: ReadonlyArray<Pick<Veto, "node_ids" | "tags">>
): Excluded => {
  if (vetoes.length === 0 && isEmpty(constraints.avoid) && isEmpty(constraints.needs)) return nothing
  const known = recent.get(vetoes)
  if (
    known !== undefined &&
    known.catalog === catalog &&
    known.avoid === constraints.avoid &&
    known.needs === constraints.needs
  )
    return known.excluded
  const excluded = readExclusion(catalog, constraints, vetoes)
  recent.set(vetoes, { catalog, avoid: constraints.avoid, needs: constraints.needs, excluded })
  return excluded
}

const readExclusion = (
  catalog: CityCatalog,
  constraints: Pick<TripConstraints, "avoid" | "needs">,
  vetoes: ReadonlyArray<Pick<Veto, "node_ids" | "tags">>
): Excluded => {
  const bits = bitsOf(catalog)
  const vetoed = new Set<number>()
  for (const veto of vetoes) {
    for (const id of veto.node_ids) {
      const index = catalog.indexOf(id)
      if (index !== undefined) vetoed.add(index)
    }
  }
  const veto = readWords(vetoes.flatMap((v) => v.tags))
  const avoid = readWords(constraints.avoid ?? [])
  const meets = (words: Words, index: number): boolean =>
    (bits.low[index]! & words.low) !== 0 ||
    (bits.high[index]! & words.high) !== 0 ||
    (words.categories.size > 0 && words.categories.has(categoryIndex(catalog.nodes[index]!.category))) ||
    (words.settings.size > 0 && words.settings.has(catalog.nodes[index]!.setting))
  const needs = constraints.needs ?? []
  const unfit = (index: number) => needs.length > 0 && fitForAll(catalog.nodes[index]!, needs) === "does-not"
  return (index) =>
    vetoed.has(index) || meets(veto, index)
      ? "veto"
      : meets(avoid, index)
        ? "avoid"
        : unfit(index)
          ? "unfit"
          : undefined
}
