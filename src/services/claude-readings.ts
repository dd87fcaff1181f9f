/** Which posts were put to Claude, in which batch, and what came of it: kept, because an answer may take a day and a restart. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CatalogStoreError, ReadPost } from "./catalog-store.ts"
import type { Reservation } from "./cost-guard.ts"

/** A post as it is kept, with the ids of the places that were found in it so far. */
export interface KeptPost extends Omit<ReadPost, "mentions" | "extractor"> {
  readonly found: ReadonlyArray<string>
}

export interface UnreadPosts {
  readonly cityId: string
  readonly slug: string
  readonly posts: ReadonlyArray<KeptPost>
}

/** A post in a batch; its number is that of its question. */
export interface AskedPost {
  readonly number: number
  readonly postId: string
  /** Ids of places, in the order in which they were numbered in the question. */
  readonly places: ReadonlyArray<string>
}

export interface OpenBatch {
  readonly id: string
  readonly cityId: string
  readonly slug: string
  readonly reader: string
  /** `null` where it is not known whether the provider ever took it. */
  readonly providerId: string | null
  readonly reservation: Reservation
  /** Unix milliseconds. */
  readonly createdAt: number
}

/** `never_sent`: the provider does not have it, and its posts are free again. */
export type BatchOutcome = "read" | "never_sent" | "gone"

export class ClaudeReadings extends Context.Service<
  ClaudeReadings,
  {
    /** Posts of one city, the longest waiting first, that this reader has not read, is not reading, and did not fail at for good. */
    readonly unread: (reader: string, most: number) => Effect.Effect<UnreadPosts | undefined, CatalogStoreError>
    /** There is nothing to ask about them. */
    readonly passOver: (reader: string, postIds: ReadonlyArray<string>) => Effect.Effect<void, CatalogStoreError>
    /** Written before the provider is asked, so that nothing is paid for twice. Gives the posts that nobody else asked meanwhile. */
    readonly begin: (
      batch: Pick<OpenBatch, "id" | "cityId" | "reader" | "reservation">,
      posts: ReadonlyArray<AskedPost>
    ) => Effect.Effect<ReadonlySet<string>, CatalogStoreError>
    readonly sent: (id: string, providerId: string) => Effect.Effect<void, CatalogStoreError>
    readonly open: Effect.Effect<ReadonlyArray<OpenBatch>, CatalogStoreError>
    /** Which of these batches of the provider's are of ours. */
    readonly ours: (providerIds: ReadonlyArray<string>) => Effect.Effect<ReadonlySet<string>, CatalogStoreError>
    /** The posts of a batch that are still there with their words. */
    readonly posts: (
      id: string
    ) => Effect.Effect<ReadonlyArray<{ readonly asked: AskedPost; readonly post: KeptPost }>, CatalogStoreError>
    /** Closes a batch. `again` are asked once more by a later one, a bounded number of times; `unusable` are not. */
    readonly end: (
      id: string,
      outcome: BatchOutcome,
      left: { readonly again: ReadonlyArray<string>; readonly unusable: ReadonlyArray<string> }
    ) => Effect.Effect<void, CatalogStoreError>
  }
>()("overplanned/ClaudeReadings") {}
