/** A scraped post as it comes in: one JSON object per line. */
import * as Schema from "effect/Schema"
import { parseIsoDate } from "../../time/calendar.ts"
import { Latitude, Longitude } from "../node.ts"

/** A date, with or without a time behind it; only the day counts. */
const IsoDay = Schema.String.check(
  Schema.makeFilter(
    (text: string) => parseIsoDate(text.slice(0, 10)) !== undefined || "must begin with a date, YYYY-MM-DD"
  )
)

export const ScrapedPost = Schema.Struct({
  /** Where it is from, such as `forum:seattle`. */
  source: Schema.String.check(Schema.isPattern(/^[a-z0-9][a-z0-9:._/-]{0,79}$/i)),
  /** The source's own id, where it has one. */
  id: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[^\p{Cc}\p{Cs}]{1,200}$/u))),
  /** Where it can be read. */
  url: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^https?:\/\/[^\s\p{Cc}\p{Cs}]{1,1000}$/u))),
  title: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(1000))),
  text: Schema.String,
  /** Who wrote it, as the source calls them; only a keyed pseudonym of it is kept. */
  author: Schema.optionalKey(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200))),
  /** The place's name, where the source says it apart from the text. */
  place: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(200))),
  lat: Schema.optionalKey(Latitude),
  lon: Schema.optionalKey(Longitude),
  posted_at: Schema.optionalKey(IsoDay),
  /** Who speaks there, where the source as a whole is the one or the other. */
  voice: Schema.optionalKey(Schema.Literals(["local", "tourist"]))
})
export type ScrapedPost = typeof ScrapedPost.Type

/** A post that is only to be read, not kept: where it is from does not matter. */
export const PostLine = Schema.Struct({ ...ScrapedPost.fields, source: Schema.optionalKey(Schema.String) })
