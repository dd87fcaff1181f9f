/**
 * Writing side of the catalogs: cities, nodes and what sources say of them, in batches, never row by row.
 *
 * A batch is one transaction: it is in whole or not at all, so a seeding that is killed can simply be run again and
 * finds what it already wrote unchanged. A node's place in the city's matrix (`node_index`) is given once and kept for
 * ever, because running trips hold it.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Position } from "../domain/basics/geo.ts"
import type { AssembledNode } from "../domain/catalog/assemble.ts"
import type { Category } from "../domain/catalog/category.ts"
import type { CityInfo } from "../domain/catalog/city-file.ts"
import type { KnownEntry } from "../domain/catalog/conflation/join.ts"
import type { SourceEntry } from "../domain/catalog/conflation/merge.ts"
import type { QualitySignal } from "../domain/catalog/node.ts"
import type { ReadMention } from "../domain/catalog/reading/mention.ts"
import type { TransitNetwork } from "../domain/transit/network.ts"

export class CatalogStoreError extends Schema.TaggedError<CatalogStoreError>()("CatalogStoreError", {
  message: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {}

export interface SavedBatch {
  readonly new: number
  readonly changed: number
  readonly unchanged: number
  /** The ids of new and changed nodes: what a derived index has to learn. */
  readonly touched: ReadonlyArray<string>
  /** Of those, the ones whose vector is another than their sources give them, because of what posts found. */
  readonly blended: ReadonlyArray<IndexedNode>
}

export interface SavedPosts {
  readonly new: number
  readonly changed: number
  readonly unchanged: number
  /** Nodes whose vector changed, because posts found vibes there: what a derived index has to learn. */
  readonly embedded: ReadonlyArray<IndexedNode>
}

export interface NodeSignals {
  readonly node_id: string
  readonly signals: ReadonlyArray<QualitySignal>
}

export interface CatalogVersion {
  readonly catalog_version: number
  /** Whether this call made a new version. */
  readonly changed: boolean
  /** Rows that the city has, by table. */
  readonly counts: { readonly activity_nodes: number; readonly quality_signals: number; readonly scraped_posts: number }
  /** Nodes that are not retired. */
  readonly live: number
}

/** A post that was read, as the table `scraped_posts` keeps it. */
export interface ReadPost {
  readonly id: string
  readonly source: string
  readonly external_id: string | null
  readonly url: string | null
  /** Cleaned: markup, invisible characters and instructions to models are gone. */
  readonly raw_text: string
  /** A keyed pseudonym. */
  readonly author: string | null
  readonly language: string
  /** Differs in few bits for near-copies. */
  readonly fingerprint: string
  readonly local_score: number
  readonly tourist_flag: boolean
  readonly extractor: string
  readonly content_hash: string
  readonly posted_at: string | null
  readonly mentions: ReadonlyArray<ReadMention>
}

/** What matching a post to a node needs to know of it. */
export interface KnownNode {
  readonly id: string
  readonly name: string
  /** In other languages and scripts, and what else it is called. */
  readonly names: Readonly<Record<string, string>>
  readonly neighbourhood: string
  readonly category: Category
  readonly lat: number
  readonly lon: number
}

/** What a vector index needs to know of a node. */
export interface IndexedNode {
  readonly id: string
  readonly vibe_embedding: ReadonlyArray<number>
}

export class CatalogStore extends Context.Service<
  CatalogStore,
  {
    /** Makes the city's row, or brings it up to date. */
    readonly saveCity: (city: CityInfo) => Effect.Effect<void, CatalogStoreError>
    /** The city as it was saved last, by any source. */
    readonly city: (slug: string) => Effect.Effect<CityInfo | undefined, CatalogStoreError>
    /** Keeps the city's lines in place of those that it had. What has changed is a new version of its catalog. */
    readonly saveTransit: (
      cityId: string,
      network: TransitNetwork
    ) => Effect.Effect<Pick<CatalogVersion, "catalog_version" | "changed">, CatalogStoreError>
    /** Where each place of the city lies, in the order of its matrix. */
    readonly positions: (cityId: string) => Effect.Effect<ReadonlyArray<Position>, CatalogStoreError>
    /** Keeps the walks between neighbours, packed, in place of those that it had. */
    readonly saveWalks: (cityId: string, walks: Uint8Array) => Effect.Effect<void, CatalogStoreError>
    /** New and changed nodes are written with their signals; unchanged ones cost one comparison. */
    readonly saveNodes: (
      cityId: string,
      nodes: ReadonlyArray<AssembledNode>
    ) => Effect.Effect<SavedBatch, CatalogStoreError>
    /** Retires the source's nodes that are not among these ids; they keep their place and are never offered again. */
    readonly retireOthers: (
      cityId: string,
      source: string,
      keep: ReadonlySet<string>
    ) => Effect.Effect<ReadonlyArray<string>, CatalogStoreError>
    /** Retires these nodes; gives those that were not retired before. */
    readonly retire: (ids: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<string>, CatalogStoreError>
    /** Everything that sources ever said of the city's places, also what is gone from its source. */
    readonly sourceEntries: (cityId: string) => Effect.Effect<ReadonlyArray<KnownEntry>, CatalogStoreError>
    /** Keeps what a source says now, and marks what it does not have any more; in whole or not at all. */
    readonly saveEntries: (
      cityId: string,
      source: string,
      entries: ReadonlyArray<SourceEntry>,
      gone: ReadonlyArray<string>
    ) => Effect.Effect<void, CatalogStoreError>
    /** Adds or replaces signals (by node, source and voice) and works out anew what nodes derive from them. */
    readonly saveSignals: (signals: ReadonlyArray<NodeSignals>) => Effect.Effect<void, CatalogStoreError>
    /**
     * Writes posts (one per source and content) with their mentions and works out anew what the places they are about derive from
     * all their posts, so that a post that is read twice counts once; one that was edited takes the place of what it was. Signals of
     * posts are named `posts:<source>`.
     */
    readonly savePosts: (cityId: string, posts: ReadonlyArray<ReadPost>) => Effect.Effect<SavedPosts, CatalogStoreError>
    /** Forgets posts that are gone from their source, with all that was read in them. */
    readonly removePosts: (
      cityId: string,
      source: string,
      externalIds: ReadonlyArray<string>
    ) => Effect.Effect<{ readonly removed: number; readonly embedded: ReadonlyArray<IndexedNode> }, CatalogStoreError>
    /** Forgets the words of posts that were kept for so many days; what was read in them stays. Gives how many. */
    readonly endTexts: (days: number) => Effect.Effect<number, CatalogStoreError>
    /**
     * Closes a seeding: counts anew what our own travelers rated, and when the catalog differs from its last snapshot it gets a new version, a snapshot, and whoever
     * listens on the channel `catalog_changed` is told. Also after a kill between batches and this.
     */
    readonly close: (cityId: string) => Effect.Effect<CatalogVersion, CatalogStoreError>
    /**
     * Counts anew what travelers found at doors, and closes the seeding of each city where that changed. Gives how many places say
     * another thing than before.
     */
    readonly countDoors: Effect.Effect<number, CatalogStoreError>
    /** The nodes that are not retired, in pages of matrix order; an empty page is the end. */
    readonly known: (cityId: string) => Effect.Effect<ReadonlyArray<KnownNode>, CatalogStoreError>
    readonly indexed: (
      cityId: string,
      after: number,
      limit: number
    ) => Effect.Effect<
      { readonly nodes: ReadonlyArray<IndexedNode>; readonly next: number | undefined },
      CatalogStoreError
    >
  }
>()("overplanned/CatalogStore") {}

/** The channel on which a new catalog version is announced, with the city's slug. */
export const CATALOG_CHANGED = "catalog_changed"
