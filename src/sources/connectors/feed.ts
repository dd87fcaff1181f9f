/** Blogs by their feeds, RSS, RDF, Atom or JSON: whole entries where the feed has them, else what it says of them. */
import * as Effect from "effect/Effect"
import type { ScrapedPost } from "../../domain/catalog/posts/post.ts"
import { plainText } from "../../domain/web/markup.ts"
import { PoliteWeb } from "../../services/polite-web.ts"
import { breathe } from "../../support/slices.ts"
import { type Connector, type Found, isGone, type KeptPost, list, record, type SettingOf, textOf } from "./connector.ts"

const PER_MINUTE = 6
/** Entries of one feed that are looked at. */
const MOST_ENTRIES = 200

const first = (...values: ReadonlyArray<unknown>): string | undefined => {
  for (const value of values) {
    const text = textOf(value) ?? textOf(record(value)["value"])
    if (text !== undefined) return text
  }
  return undefined
}

const dateOf = (value: string | undefined): string | undefined => {
  const at = value === undefined ? Number.NaN : Date.parse(value)
  return Number.isFinite(at) ? new Date(at).toISOString().slice(0, 10) : undefined
}

const linkOf = (entry: Readonly<Record<string, unknown>>): string | undefined => {
  const links = list(entry["links"]).map(record)
  const one = links.find(({ rel }) => rel === undefined || rel === "alternate") ?? links[0]
  const url = first(entry["link"], entry["url"], one?.["href"])
  return url !== undefined && /^https?:\/\/[^\s\p{Cc}\p{Cs}]{1,1000}$/u.test(url) ? url : undefined
}

const authorOf = (entry: Readonly<Record<string, unknown>>): string | undefined => {
  const one = list(entry["authors"])[0]
  return first(record(entry["dc"])["creator"], list(record(entry["dc"])["creators"])[0], record(one)["name"], one)
}

const entryPost = (value: unknown, source: string, voice: ScrapedPost["voice"]): ScrapedPost | undefined => {
  const entry = record(value)
  const body = first(
    record(entry["content"])["encoded"],
    entry["content"],
    entry["content_html"],
    entry["content_text"],
    entry["description"],
    entry["summary"]
  )
  const title = first(entry["title"])
  if (body === undefined && title === undefined) return undefined
  const url = linkOf(entry)
  const id = first(entry["guid"], entry["id"], url)
  const posted = dateOf(
    first(entry["pubDate"], entry["published"], entry["updated"], entry["date_published"], record(entry["dc"])["date"])
  )
  const author = authorOf(entry)
  return {
    source,
    text: plainText(body ?? ""),
    ...(title === undefined ? {} : { title: plainText(title).slice(0, 1000) }),
    ...(id === undefined ? {} : { id: id.replace(/[\p{Cc}\p{Cs}]/gu, "").slice(0, 200) }),
    ...(url === undefined ? {} : { url }),
    ...(author === undefined ? {} : { author: author.slice(0, 200) }),
    ...(posted === undefined ? {} : { posted_at: posted }),
    ...(voice === undefined ? {} : { voice })
  }
}

const sourceOf = ({ url }: SettingOf<"feed">) => `feed:${new URL(url).host}`

/** Of entries that are kept and not in the feed, those whose page is gone. What cannot be had for another reason is still there. */
const goneFrom = Effect.fnUntraced(function* (kept: ReadonlyArray<KeptPost>) {
  const web = yield* PoliteWeb
  const gone: Array<KeptPost> = []
  for (const one of kept) {
    if (one.url === null) continue
    const answer = yield* Effect.result(web.fetch({ url: one.url, perMinute: PER_MINUTE }))
    if (answer._tag === "Failure" && isGone(answer.failure)) gone.push(one)
  }
  return gone
})

const readFeed = Effect.fn("feed")(function* (
  setting: SettingOf<"feed">,
  before: unknown,
  limit: number,
  kept: ReadonlyArray<KeptPost>
) {
  const web = yield* PoliteWeb
  const { etag, lastModified } = record(before)
  const answer = yield* web.fetch({
    url: setting.url,
    perMinute: PER_MINUTE,
    headers: {
      accept: "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
    },
    etag: textOf(etag),
    lastModified: textOf(lastModified)
  })
  const nothing: Found = { posts: [], removed: [], cursor: before, refused: [] }
  if (answer.notModified) return { ...nothing, removed: yield* goneFrom(kept) }
  // Loaded where a feed is read: a start that has none to read does without it.
  const { parseFeed } = yield* Effect.promise(() => import("feedsmith"))
  const entries = yield* Effect.try(() => {
    const { feed } = parseFeed(answer.text)
    const { items, entries: ofAtom } = record(feed)
    return [...list(items), ...list(ofAtom)].slice(0, MOST_ENTRIES)
  }).pipe(Effect.orElseSucceed(() => undefined))
  if (entries === undefined) return { ...nothing, refused: ["it is no feed that can be read"] }
  const source = sourceOf(setting)
  const posts: Array<ScrapedPost> = []
  for (const entry of entries) {
    const post = entryPost(entry, source, setting.voice)
    if (post !== undefined) posts.push(post)
    yield* breathe
  }
  // Where not all were taken, the next run asks again and goes on behind them; behind the last it begins once more at the newest.
  const next = Number(record(before)["next"] ?? 0)
  const start = next < posts.length ? next : 0
  const end = start + limit
  const cursor =
    end < posts.length ? { next: end } : start > 0 ? {} : { etag: answer.etag, lastModified: answer.lastModified }
  const there = new Set(posts.map(({ id }) => id))
  return {
    posts: posts.slice(start, end),
    removed: yield* goneFrom(kept.filter(({ id }) => !there.has(id))),
    cursor,
    refused: entries.length > posts.length ? [`${entries.length - posts.length} entries without words`] : []
  }
})

export const feed: Connector<"feed"> = {
  kind: "feed",
  terms: "What the author of the blog publishes for readers of feeds; quotes stay short and link to it.",
  robots: "asked, and obeyed",
  speaks: "local",
  perMinute: PER_MINUTE,
  everyHours: 12,
  keptAs: (setting) => [sourceOf(setting)],
  again: { most: 10, days: 60 },
  keepsText: "as long as POSTS_TEXT_DAYS says; an entry whose page is gone is deleted here with one of the next runs",
  read: readFeed
}
