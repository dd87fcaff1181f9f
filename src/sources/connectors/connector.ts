/** What a connector is: it states its terms, and turns what a source has into posts. Everything else is the same for all. */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ScrapedPost } from "../../domain/catalog/posts/post.ts"
import type { PoliteWeb, WebRefused } from "../../services/polite-web.ts"

const Slug = Schema.String.check(Schema.isPattern(/^[a-z0-9][a-z0-9-]{0,63}$/))
const Url = Schema.String.check(Schema.isPattern(/^https?:\/\/[^\s\p{Cc}\p{Cs}]{1,1000}$/u))
const voice = Schema.optionalKey(Schema.Literals(["local", "tourist"]))
const common = { name: Slug, city: Slug }

/** What an operator writes of a source. */
export const SourceSetting = Schema.Union([
  Schema.Struct({
    ...common,
    kind: Schema.Literal("reddit"),
    subreddits: Schema.Array(Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_]{2,30}$/))).check(
      Schema.isMinLength(1),
      Schema.isMaxLength(20)
    ),
    /** Searched for in each of them, beside what is new there. */
    search: Schema.optionalKey(
      Schema.Array(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200))).check(Schema.isMaxLength(20))
    ),
    voice
  }),
  Schema.Struct({ ...common, kind: Schema.Literal("feed"), url: Url, voice }),
  Schema.Struct({ ...common, kind: Schema.Literal("discourse"), url: Url, voice }),
  Schema.Struct({
    ...common,
    kind: Schema.Literal("pages"),
    urls: Schema.Array(Url).check(Schema.isMinLength(1), Schema.isMaxLength(1000)),
    /** By whom and where reading them is permitted, in the operator's words. Without it they are not read. */
    permitted: Schema.optionalKey(Schema.String.check(Schema.isMinLength(10), Schema.isMaxLength(1000))),
    voice
  })
])
export type SourceSetting = typeof SourceSetting.Type
export type SourceKind = SourceSetting["kind"]
export type SettingOf<K extends SourceKind> = Extract<SourceSetting, { readonly kind: K }>

export const SourcesFile = Schema.Struct({ sources: Schema.Array(SourceSetting).check(Schema.isMaxLength(200)) })

/** What a source gave. The cursor is where the next run goes on. */
export interface Found {
  readonly posts: ReadonlyArray<ScrapedPost>
  /** Ids of posts that are gone, by the name under which the source keeps them. */
  readonly removed: ReadonlyArray<Pick<KeptPost, "source" | "id">>
  readonly cursor: unknown
  /** What was passed over, in words. */
  readonly refused: ReadonlyArray<string>
}

/** A post that is kept of this source, to be looked at again. */
export interface KeptPost {
  readonly source: string
  readonly id: string
  readonly url: string | null
}

export interface Connector<K extends SourceKind> {
  readonly kind: K
  /** Under which terms it is read, and what its owner allows. */
  readonly terms: string
  /** Whether robots.txt is asked, and why not where it is not. */
  readonly robots: string
  /** Who speaks there, where a post does not say. */
  readonly speaks: "local" | "tourist" | undefined
  /** Requests a minute, at most. */
  readonly perMinute: number
  /** Hours between two runs. */
  readonly everyHours: number
  /** The names under which posts of this source are kept, and which of those a run is given to look at again. */
  readonly keptAs: (setting: SettingOf<K>) => ReadonlyArray<string>
  readonly again: { readonly most: number; readonly days: number }
  /** How long words may be kept, as a rule of the source; the setting POSTS_TEXT_DAYS may be shorter. */
  readonly keepsText: string
  readonly read: (
    setting: SettingOf<K>,
    cursor: unknown,
    limit: number,
    kept: ReadonlyArray<KeptPost>
  ) => Effect.Effect<Found, WebRefused, PoliteWeb>
}

/** Whether this is the answer of a server that has it no more. */
export const isGone = ({ status }: WebRefused): boolean => status === 404 || status === 410

export const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10)

/** An object of an answer, or nothing: what servers send is not what they promise. */
export const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {}
export const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])
export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value : undefined
export const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
