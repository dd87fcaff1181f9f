/** Forums that run Discourse, by its JSON: the newest posts of all topics, down to those of the last run. */
import * as Effect from "effect/Effect"
import type { ScrapedPost } from "../../domain/catalog/posts/post.ts"
import { plainText } from "../../domain/web/markup.ts"
import { PoliteWeb } from "../../services/polite-web.ts"
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

const PER_MINUTE = 12
const MOST_PAGES = 20

const baseOf = ({ url }: SettingOf<"discourse">) => url.replace(/\/+$/, "")
const sourceOf = ({ url }: SettingOf<"discourse">) => `forum:${new URL(url).host}`

type One = Readonly<Record<string, unknown>>
const isTakenBack = (one: One) => one["deleted_at"] != null || one["hidden"] === true || one["user_deleted"] === true

const postOf = (setting: SettingOf<"discourse">, id: number, one: One): ScrapedPost | undefined => {
  const html = textOf(one["cooked"])
  if (html === undefined) return undefined
  const author = textOf(one["username"])
  const topic = textOf(one["topic_title"])
  const at = textOf(one["created_at"])?.slice(0, 10)
  return {
    source: sourceOf(setting),
    id: String(id),
    text: plainText(html),
    ...(topic === undefined ? {} : { title: topic.slice(0, 1000) }),
    ...(author === undefined ? {} : { author: author.slice(0, 200) }),
    ...(at !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(at) ? { posted_at: at } : {}),
    url: `${baseOf(setting)}/p/${id}`,
    ...(setting.voice === undefined ? {} : { voice: setting.voice })
  }
}

/** What became of posts that are kept: one by one, as the forum has no list of what was edited or taken back. */
const lookAgain = Effect.fnUntraced(function* (setting: SettingOf<"discourse">, kept: ReadonlyArray<KeptPost>) {
  const web = yield* PoliteWeb
  const posts: Array<ScrapedPost> = []
  const removed: Array<KeptPost> = []
  for (const one of kept) {
    const url = `${baseOf(setting)}/posts/${one.id}.json`
    const asked = web.fetch({ url, perMinute: PER_MINUTE, headers: { accept: "application/json" } })
    const answer = yield* Effect.result(asked)
    if (answer._tag === "Failure") {
      if (isGone(answer.failure)) removed.push(one)
      continue
    }
    const now = record(jsonOf(answer.success.text))
    if (Number(now["id"]) !== Number(one.id)) continue
    if (isTakenBack(now)) removed.push(one)
    else if (Number(now["version"] ?? 1) > 1) {
      const post = postOf(setting, Number(one.id), now)
      if (post !== undefined) posts.push(post)
    }
  }
  return { posts, removed }
})

/** Parts that are still to be read; the oldest are given up. */
const MOST_GAPS = 8

/** Posts that a run did not get to: below one number, down to another. */
interface Stretch {
  readonly from: number | undefined
  readonly until: number
}

const gapsOf = (before: unknown): ReadonlyArray<Stretch> =>
  list(record(before)["gaps"]).flatMap((gap) => {
    const { from, until } = record(gap)
    return typeof from === "number" && typeof until === "number" ? [{ from, until }] : []
  })

const readDiscourse = Effect.fn("discourse")(function* (
  setting: SettingOf<"discourse">,
  before: unknown,
  limit: number,
  kept: ReadonlyArray<KeptPost>
) {
  const web = yield* PoliteWeb
  const base = baseOf(setting)
  const source = sourceOf(setting)
  const last = Number(record(before)["last"] ?? 0)
  const posts: Array<ScrapedPost> = []
  const removed: Array<{ source: string; id: string }> = []
  const refused: Array<string> = []
  let newest = last
  /** One post of a page: whether there is still room for it. */
  const takeIn = (id: number, one: One, until: number): boolean => {
    // Edits of posts that are known come with their old number: they are read again.
    if (id <= until && Number(one["version"] ?? 1) <= 1) return true
    if (isTakenBack(one)) {
      removed.push({ source, id: String(id) })
      return true
    }
    if (posts.length >= limit) return false
    const post = postOf(setting, id, one)
    if (post !== undefined) posts.push(post)
    return true
  }
  /** Reads from below one number down to another; gives what it did not get through. */
  const through = Effect.fnUntraced(function* ({ from: start, until }: Stretch) {
    let from = start
    for (let page = 0; page < MOST_PAGES; page++) {
      if (posts.length >= limit) return { from, until }
      const answer = yield* web.fetch({
        url: `${base}/posts.json${from === undefined ? "" : `?before=${from}`}`,
        perMinute: PER_MINUTE,
        headers: { accept: "application/json" }
      })
      const found = list(record(jsonOf(answer.text))["latest_posts"]).map(record)
      const numbered = found.filter((one) => Number.isSafeInteger(Number(one["id"])))
      for (let i = numbered.length; i < found.length; i++) refused.push("a post without a number")
      if (numbered.length === 0) return undefined
      for (const one of numbered.sort((a, b) => Number(b["id"]) - Number(a["id"]))) {
        const id = Number(one["id"])
        if (!takeIn(id, one, until)) return { from: id + 1, until }
        newest = Math.max(newest, id)
        from = Math.min(from ?? id, id)
      }
      if (from === undefined || from <= until) return undefined
    }
    return { from, until }
  })
  const left: Array<Stretch> = []
  for (const stretch of [{ from: undefined, until: last }, ...gapsOf(before)]) {
    const rest = yield* through(stretch)
    if (rest?.from !== undefined) left.push(rest)
  }
  const seen = new Set([...posts, ...removed].map(({ id }) => id))
  const again = yield* lookAgain(
    setting,
    kept.filter(({ id }) => !seen.has(id))
  )
  const out: Found = {
    posts: [...posts, ...again.posts],
    removed: [...removed, ...again.removed],
    cursor: { last: newest, gaps: left.slice(0, MOST_GAPS) },
    refused
  }
  return out
})

export const discourse: Connector<"discourse"> = {
  kind: "discourse",
  terms: "What the forum shows to anybody without an account, as its own terms allow; the operator has read them.",
  robots: "asked, and obeyed",
  speaks: "local",
  perMinute: PER_MINUTE,
  everyHours: 6,
  keptAs: (setting) => [sourceOf(setting)],
  again: { most: 20, days: 60 },
  keepsText: "what is deleted there is deleted here with one of the next runs",
  read: readDiscourse
}
