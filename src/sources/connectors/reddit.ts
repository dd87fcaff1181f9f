/** Reddit through its API, as an application of its own: what is new in subreddits, what is found there, and comments. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
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

/** Parts of a list that are still to be read; the oldest are given up. */
const MOST_GAPS = 8

/** When a post was written, and its id. */
interface Mark {
  readonly at: number
  readonly id: string
}

/** A part of a list that a run did not get through: from behind one post down to another. */
interface Stretch {
  readonly after: string | undefined
  readonly until: Mark | undefined
}

/** By list, the newest post that was read of it, and what was left out below it. */
type Cursor = Readonly<Record<string, Mark & { readonly gaps?: ReadonlyArray<Stretch> }>>

const markOf = (value: unknown): Mark | undefined => {
  const { at, id } = record(value)
  return typeof at === "number" && typeof id === "string" ? { at, id } : undefined
}

const cursorOf = (value: unknown): Cursor =>
  Object.fromEntries(
    Object.entries(record(value)).flatMap(([name, one]) => {
      const mark = markOf(one)
      if (mark === undefined) return []
      const gaps = list(record(one)["gaps"]).flatMap((gap): ReadonlyArray<Stretch> => {
        const after = textOf(record(gap)["after"])
        return after === undefined ? [] : [{ after, until: markOf(record(gap)["until"]) }]
      })
      return [[name, { ...mark, gaps }]]
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

/** Everything that is read of a source, by the name of its place in the cursor. */
const listsOf = ({
  subreddits,
  search = []
}: SettingOf<"reddit">): ReadonlyArray<readonly [name: string, path: string]> =>
  subreddits.flatMap((subreddit) => [
    [`${subreddit}/new`, `/r/${subreddit}/new`] as const,
    [`${subreddit}/comments`, `/r/${subreddit}/comments`] as const,
    ...search.map(
      (words) =>
        [
          `${subreddit}?${words}`,
          `/r/${subreddit}/search?q=${encodeURIComponent(words)}&restrict_sr=1&sort=new`
        ] as const
    )
  ])

interface Run {
  readonly ask: (path: string) => Effect.Effect<Readonly<Record<string, unknown>>, WebRefused>
  readonly take: (value: unknown) => { readonly id: string } | undefined
  readonly removed: Array<Pick<KeptPost, "source" | "id">>
  readonly refused: Array<string>
}

/** What was edited or taken back since: asked for in lists of a hundred. */
const lookAgain = Effect.fnUntraced(function* (again: ReadonlyArray<KeptPost>, { ask, take, removed, refused }: Run) {
  for (let from = 0; from < again.length; from += PAGE) {
    const some = again.slice(from, from + PAGE)
    const asked = yield* Effect.result(ask(`/api/info?raw_json=1&id=${some.map(({ id }) => id).join(",")}`))
    if (Result.isFailure(asked)) {
      refused.push(`posts that are kept: ${asked.failure.message}`)
      return
    }
    const answered = new Set(list(asked.success["children"]).flatMap((child) => take(child)?.id ?? []))
    for (const one of some) if (!answered.has(one.id)) removed.push(one)
  }
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
    const cursor: Record<string, Cursor[string]> = { ...cursorOf(before) }
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

    /** Reads a part of a list, newest first; gives the newest that it saw, and what it did not get through. */
    const through = Effect.fnUntraced(function* (path: string, { after, until }: Stretch) {
      let newest: Mark | undefined
      let last = after
      for (let page = 0; page < MOST_PAGES; page++) {
        if (posts.length >= limit) return { newest, left: { after: last, until } }
        const behind = last === undefined ? "" : `&after=${last}`
        const data = yield* ask(`${path}${path.includes("?") ? "&" : "?"}limit=${PAGE}&raw_json=1${behind}`)
        for (const child of list(data["children"])) {
          const { created_utc, name: fullname } = record(record(child)["data"])
          if (until !== undefined && (Number(created_utc) < until.at || fullname === until.id)) return { newest }
          if (posts.length >= limit) return { newest, left: { after: last, until } }
          const read = take(child)
          last = textOf(fullname) ?? last
          if (read !== undefined && (newest === undefined || read.created > newest.at))
            newest = { at: read.created, id: read.id }
        }
        last = textOf(data["after"])
        if (last === undefined) return { newest }
      }
      return { newest, left: { after: last, until } }
    })

    /** What is new in a list, then what runs before this one left out. */
    const newest = Effect.fnUntraced(function* (name: string, path: string) {
      const known = cursor[name]
      const left: Array<Stretch> = []
      let top = known
      for (const stretch of [{ after: undefined, until: known }, ...(known?.gaps ?? [])]) {
        const read = yield* through(path, stretch)
        if (stretch.after === undefined && read.newest !== undefined) top = read.newest
        if (read.left?.after !== undefined) left.push({ after: read.left.after, until: markOf(read.left.until) })
      }
      if (top !== undefined) cursor[name] = { at: top.at, id: top.id, gaps: left.slice(0, MOST_GAPS) }
    })

    const lists = listsOf(setting)
    // One that cannot be read, a private one or one that is gone, keeps none of the others from it; nor does the next run forget it.
    const failed: Array<WebRefused> = []
    for (const [name, path] of lists) {
      const read = yield* Effect.result(newest(name, path))
      if (Result.isSuccess(read)) continue
      failed.push(read.failure)
      refused.push(`${name}: ${read.failure.message}`)
      if (read.failure.reason === "rate") break
    }
    if (failed.length === lists.length || (failed[0]?.reason === "rate" && posts.length === 0)) return yield* failed[0]!
    yield* lookAgain(kept.slice(0, AGAIN.most), { ask, take, removed, refused })
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
