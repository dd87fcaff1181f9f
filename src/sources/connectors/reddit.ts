/** Reddit through its API, as an application of its own: what is new in subreddits, what is found there, and comments. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { ScrapedPost } from "../../domain/catalog/posts/post.ts"
import { PoliteWeb, WebRefused } from "../../services/polite-web.ts"
import { type Connector, type Found, jsonOf, type KeptPost, list, record, type SettingOf, textOf } from "./connector.ts"
import { redditPost } from "./reddit-post.ts"

export interface RedditOptions {
  readonly id: string | undefined
  readonly secret: Redacted.Redacted | undefined
  /** Where the key is given out, and where the API is. */
  readonly tokenUrl: string
  readonly apiUrl: string
}

const PAGE = 100
/** Pages of one list in one run. */
const MOST_PAGES = 10
/** Requests a minute; the API allows sixty. */
const PER_MINUTE = 50
/** People think better of what they wrote for some weeks. */
const AGAIN = { most: 200, days: 60 }

/** By list, when what was read last of it was written, and its id. */
type Cursor = Readonly<Record<string, { readonly at: number; readonly id: string }>>

const cursorOf = (value: unknown): Cursor =>
  Object.fromEntries(
    Object.entries(record(value)).flatMap(([name, one]) => {
      const { at, id } = record(one)
      return typeof at === "number" && typeof id === "string" ? [[name, { at, id }]] : []
    })
  )

const token = Effect.fnUntraced(function* ({ id, secret, tokenUrl }: RedditOptions) {
  if (id === undefined || secret === undefined) {
    return yield* new WebRefused({
      reason: "host",
      message:
        "Reddit is read as an application of its own: set REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET, or give an archive with --file."
    })
  }
  const web = yield* PoliteWeb
  const answer = yield* web.fetch({
    url: tokenUrl,
    method: "POST",
    body: "grant_type=client_credentials",
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${Redacted.value(secret)}`).toString("base64")}`,
      "content-type": "application/x-www-form-urlencoded"
    },
    perMinute: PER_MINUTE,
    isApi: true
  })
  const given = textOf(record(jsonOf(answer.text))["access_token"])
  if (given === undefined)
    return yield* new WebRefused({ reason: "status", message: "Reddit gave out no key for this application." })
  return given
})

const readReddit = (options: RedditOptions) =>
  Effect.fn("reddit")(function* (
    setting: SettingOf<"reddit">,
    before: unknown,
    limit: number,
    kept: ReadonlyArray<KeptPost>
  ) {
    const web = yield* PoliteWeb
    const key = yield* token(options)
    const cursor: Record<string, { at: number; id: string }> = { ...cursorOf(before) }
    const posts: Array<ScrapedPost> = []
    const removed: Array<Pick<KeptPost, "source" | "id">> = []
    const refused: Array<string> = []
    const ask = (path: string) =>
      web
        .fetch({
          url: `${options.apiUrl}${path}`,
          headers: { authorization: `Bearer ${key}` },
          perMinute: PER_MINUTE,
          isApi: true
        })
        .pipe(Effect.map(({ text }) => record(record(jsonOf(text))["data"])))

    const take = (value: unknown) => {
      const read = redditPost(record(value)["data"], setting.voice)
      if (read === undefined) refused.push("something that is no post")
      else if (read.removed) removed.push({ source: read.post.source, id: read.id })
      else posts.push(read.post)
      return read
    }

    /** Newest first, until what was read the last time. */
    const newest = Effect.fnUntraced(function* (name: string, path: string) {
      const last = cursor[name]
      let after: string | undefined
      for (let page = 0; page < MOST_PAGES && posts.length < limit; page++) {
        const data = yield* ask(
          `${path}${path.includes("?") ? "&" : "?"}limit=${PAGE}&raw_json=1${after === undefined ? "" : `&after=${after}`}`
        )
        const children = list(data["children"])
        let known = false
        for (const child of children) {
          const { created_utc, name: fullname } = record(record(child)["data"])
          known = last !== undefined && (Number(created_utc) < last.at || fullname === last.id)
          if (known || posts.length >= limit) break
          const read = take(child)
          if (
            read !== undefined &&
            read.created >= (cursor[name]?.at ?? 0) &&
            (page === 0 || cursor[name] === undefined)
          ) {
            if (cursor[name] === last || read.created > cursor[name]!.at)
              cursor[name] = { at: read.created, id: read.id }
          }
        }
        after = textOf(data["after"])
        if (known || after === undefined) return
      }
    })

    for (const subreddit of setting.subreddits) {
      yield* newest(`${subreddit}/new`, `/r/${subreddit}/new`)
      yield* newest(`${subreddit}/comments`, `/r/${subreddit}/comments`)
      for (const words of setting.search ?? []) {
        yield* newest(
          `${subreddit}?${words}`,
          `/r/${subreddit}/search?q=${encodeURIComponent(words)}&restrict_sr=1&sort=new`
        )
      }
    }
    // What was edited or taken back since: asked for in lists of a hundred.
    const again = kept.slice(0, AGAIN.most)
    for (let from = 0; from < again.length; from += PAGE) {
      const some = again.slice(from, from + PAGE)
      const data = yield* ask(`/api/info?raw_json=1&id=${some.map(({ id }) => id).join(",")}`)
      const answered = new Set<string>()
      for (const child of list(data["children"])) {
        const read = take(child)
        if (read !== undefined) answered.add(read.id)
      }
      for (const one of some) if (!answered.has(one.id)) removed.push(one)
    }
    const found: Found = { posts, removed, cursor, refused }
    return found
  })

export const reddit = (options: RedditOptions): Connector<"reddit"> => ({
  kind: "reddit",
  terms:
    "Reddit's Data API terms: an application of the operator's own, no more than is needed, and what its author deletes is deleted here.",
  robots: "not asked: this is the API, under terms of its own",
  speaks: undefined,
  perMinute: PER_MINUTE,
  everyHours: 6,
  keptAs: ({ subreddits }) => subreddits.map((name) => `reddit:r/${name.toLowerCase()}`),
  again: AGAIN,
  keepsText: "what is deleted there is deleted here with the next run",
  read: readReddit(options)
})
