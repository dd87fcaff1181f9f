/** How one tag of OpenStreetMap is read: as a kind of place of ours, or as nothing that one visits. */
import type { Category, Setting } from "../category.ts"
import type { PriceTier } from "../node.ts"

export type Tags = Readonly<Record<string, string>>

/** A kind of place, with what the tag says beyond its category. */
export interface Kind {
  readonly category: Category
  readonly vibes?: Readonly<Record<string, number>>
  readonly minutes?: number
  readonly setting?: Setting
  readonly price?: PriceTier
}

export const kind = (category: Category, more: Omit<Kind, "category"> = {}): Kind => ({ category, ...more })

/** The values of one key that are kinds of places. */
export interface KeyRule {
  readonly key: string
  readonly kinds: Readonly<Record<string, Kind>>
  /** What any other value is. */
  readonly otherwise?: Kind
  /** Values that are not visited even where `otherwise` would take them. */
  readonly not?: ReadonlySet<string>
}

export const list = (words: string): ReadonlyArray<string> => words.trim().split(/\s+/)

/** Many values of one kind. */
export const each = (words: string, one: Kind): Readonly<Record<string, Kind>> =>
  Object.fromEntries(list(words).map((word) => [word, one]))
