/** Pages that carry reviews as data of schema.org. No page's own shape is known here: what it says of itself is read, or nothing. */
import * as Effect from "effect/Effect"
import { hash128 } from "../../domain/basics/hash.ts"
import type { ScrapedPost } from "../../domain/catalog/posts/post.ts"
import { linkedData } from "../../domain/web/markup.ts"
import { PoliteWeb, WebRefused } from "../../services/polite-web.ts"
import {
  type Connector,
  type Found,
  isGone,
  jsonOf,
  type KeptPost,
  list,
  record,
  type SettingOf,
  textOf
} from "./connector.ts"
import { knownHost } from "./hosts.ts"

const PER_MINUTE = 4
const MOST_REVIEWS = 500
/** Objects of one page that are looked at, however they are nested. */
const MOST_OBJECTS = 5_000

const isA = (value: Readonly<Record<string, unknown>>, type: string) =>
  value["@type"] === type || list(value["@type"]).includes(type)

interface About {
  readonly name: string | undefined
  readonly lat: number | undefined
  readonly lon: number | undefined
}

const aboutOf = (value: Readonly<Record<string, unknown>>, outer: About): About => {
  const name = textOf(value["name"])
  const geo = record(value["geo"])
  if (name === undefined || isA(value, "Review") || isA(value, "Person")) return outer
  const [lat, lon] = [Number(geo["latitude"] ?? Number.NaN), Number(geo["longitude"] ?? Number.NaN)]
  const placed = Math.abs(lat) <= 90 && Math.abs(lon) <= 180
  return { name, lat: placed ? lat : undefined, lon: placed ? lon : undefined }
}

const LONGEST_ID = 200
const asId = (text: string, behind = ""): string =>
  `${text.replace(/[\p{Cc}\p{Cs}]/gu, "").slice(0, LONGEST_ID - behind.length)}${behind}`

/** Reviews that have one name on their page, as two of one author do, are told apart by their words. */
const namedApart = (posts: ReadonlyArray<ScrapedPost>): ReadonlyArray<ScrapedPost> => {
  const named = Map.groupBy(posts, ({ id }) => id)
  return posts.map((post) =>
    named.get(post.id)!.length === 1 ? post : { ...post, id: asId(post.id!, `#${hash128(post.text).slice(0, 16)}`) }
  )
}

const reviewPost = (
  review: Readonly<Record<string, unknown>>,
  about: About,
  url: string,
  index: number,
  voice: ScrapedPost["voice"]
): ScrapedPost | undefined => {
  const text = textOf(review["reviewBody"]) ?? textOf(review["description"])
  const item = record(review["itemReviewed"])
  const { name, lat, lon } = aboutOf(item, about)
  if (text === undefined || name === undefined) return undefined
  const author = textOf(record(review["author"])["name"]) ?? textOf(review["author"])
  const posted = textOf(review["datePublished"])?.slice(0, 10)
  return {
    source: sourceOf(url),
    id: asId(textOf(review["@id"]) ?? textOf(review["url"]) ?? `${new URL(url).pathname}#${author ?? index}`),
    url,
    text,
    place: name.slice(0, 200),
    ...(lat === undefined || lon === undefined ? {} : { lat, lon }),
    ...(author === undefined ? {} : { author: author.slice(0, 200) }),
    ...(posted !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(posted) && !Number.isNaN(Date.parse(posted))
      ? { posted_at: posted }
      : {}),
    ...(voice === undefined ? {} : { voice })
  }
}

export const reviewsOf = (html: string, url: string, voice: ScrapedPost["voice"]): ReadonlyArray<ScrapedPost> => {
  const posts: Array<ScrapedPost> = []
  const waiting: Array<readonly [unknown, About]> = linkedData(html).map((block) => [
    jsonOf(block),
    { name: undefined, lat: undefined, lon: undefined }
  ])
  for (let seen = 0; seen < waiting.length && seen < MOST_OBJECTS && posts.length < MOST_REVIEWS; seen++) {
    const [value, outer] = waiting[seen]!
    if (Array.isArray(value)) {
      for (const one of value) waiting.push([one, outer])
      continue
    }
    const object = record(value)
    const about = aboutOf(object, outer)
    if (isA(object, "Review")) {
      const post = reviewPost(object, outer, url, posts.length, voice)
      if (post !== undefined) posts.push(post)
      continue
    }
    for (const inner of Object.values(object))
      if (typeof inner === "object" && inner !== null) waiting.push([inner, about])
  }
  return namedApart(posts)
}

type Seen = Readonly<Record<string, { readonly etag?: string; readonly lastModified?: string }>>

const sourceOf = (url: string) => `pages:${new URL(url).host}`

const readPages = Effect.fn("pages")(function* (
  setting: SettingOf<"pages">,
  before: unknown,
  limit: number,
  kept: ReadonlyArray<KeptPost>
) {
  if (setting.permitted === undefined) {
    return yield* new WebRefused({
      reason: "host",
      message: `The pages of ${setting.name} are not read: say under \`permitted\` by whom and where reading them is allowed.`
    })
  }
  const web = yield* PoliteWeb
  const pages: Record<string, { etag?: string; lastModified?: string }> = {
    ...(record(record(before)["pages"]) as Seen)
  }
  const posts: Array<ScrapedPost> = []
  const removed: Array<KeptPost> = []
  const refused: Array<string> = []
  const start = Number(record(before)["next"] ?? 0) % setting.urls.length
  let next = start
  for (let i = 0; i < setting.urls.length && posts.length < limit; i++) {
    const at = (start + i) % setting.urls.length
    const url = setting.urls[at]!
    const host = knownHost(new URL(url).hostname)
    const answer = yield* web
      .fetch({
        url,
        perMinute: Math.min(PER_MINUTE, host?.perMinute ?? PER_MINUTE),
        etag: pages[url]?.etag,
        lastModified: pages[url]?.lastModified
      })
      .pipe(
        Effect.catch((error) =>
          Effect.sync(() => {
            refused.push(error.message)
            if (isGone(error)) removed.push(...kept.filter((one) => one.url === url))
          })
        )
      )
    next = at + 1
    if (answer === undefined || answer.notModified) continue
    const found = reviewsOf(answer.text, url, setting.voice ?? host?.speaks)
    if (found.length === 0) refused.push(`${url} carries no reviews as data of schema.org`)
    else if (found.length < MOST_REVIEWS) {
      const there = new Set(found.map(({ id }) => id))
      removed.push(...kept.filter((one) => one.url === url && !there.has(one.id)))
    }
    posts.push(...found)
    pages[url] = {
      ...(answer.etag === undefined ? {} : { etag: answer.etag }),
      ...(answer.lastModified === undefined ? {} : { lastModified: answer.lastModified })
    }
  }
  const out: Found = { posts, removed, cursor: { pages, next }, refused }
  return out
})

export const pages: Connector<"pages"> = {
  kind: "pages",
  terms: "Only what the operator states to be permitted; off without that statement.",
  robots: "asked, and obeyed",
  speaks: undefined,
  perMinute: PER_MINUTE,
  everyHours: 168,
  keptAs: ({ urls }) => [...new Set(urls.map(sourceOf))],
  // A page is read anyway: what is gone from it costs nothing to see.
  again: { most: 5_000, days: 3_650 },
  keepsText: "as the permission says, and no longer than POSTS_TEXT_DAYS",
  read: readPages
}
