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
  let from: number | undefined
  for (let page = 0; page < MOST_PAGES && posts.length < limit; page++) {
    const answer = yield* web.fetch({
      url: `${base}/posts.json${from === undefined ? "" : `?before=${from}`}`,
      perMinute: PER_MINUTE,
      headers: { accept: "application/json" }
    })
    const found = list(record(jsonOf(answer.text))["latest_posts"]).map(record)
    if (found.length === 0) break
    let lowest = Number.POSITIVE_INFINITY
    for (const one of found) {
      const id = Number(one["id"])
      if (!Number.isSafeInteger(id)) {
        refused.push("a post without a number")
        continue
      }
      lowest = Math.min(lowest, id)
      newest = Math.max(newest, id)
      // Edits of posts that are known come with their old number: they are read again.
      if (id <= last && Number(one["version"] ?? 1) <= 1) continue
      if (isTakenBack(one)) {
        removed.push({ source, id: String(id) })
        continue
      }
      const post = posts.length >= limit ? undefined : postOf(setting, id, one)
      if (post !== undefined) posts.push(post)
    }
    if (lowest <= last || !Number.isFinite(lowest)) break
    from = lowest
  }
  const seen = new Set([...posts, ...removed].map(({ id }) => id))
  const again = yield* lookAgain(
    setting,
    kept.filter(({ id }) => !seen.has(id))
  )
  const out: Found = {
    posts: [...posts, ...again.posts],
    removed: [...removed, ...again.removed],
    cursor: { last: newest },
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
