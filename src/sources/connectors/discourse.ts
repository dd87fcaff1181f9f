/** Forums that run Discourse, by its JSON: the newest posts of all topics, down to those of the last run. */
import * as Effect from "effect/Effect"
import type { ScrapedPost } from "../../domain/catalog/posts/post.ts"
import { PoliteWeb } from "../../services/polite-web.ts"
import { type Connector, type Found, jsonOf, list, plainText, record, type SettingOf, textOf } from "./connector.ts"

const PER_MINUTE = 12
const MOST_PAGES = 20

const readDiscourse = Effect.fn("discourse")(function* (
  setting: SettingOf<"discourse">,
  before: unknown,
  limit: number
) {
  const web = yield* PoliteWeb
  const base = setting.url.replace(/\/+$/, "")
  const source = `forum:${new URL(setting.url).host}`
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
      const html = textOf(one["cooked"])
      if (one["deleted_at"] != null || one["hidden"] === true || one["user_deleted"] === true) {
        removed.push({ source, id: String(id) })
        continue
      }
      if (html === undefined || posts.length >= limit) continue
      const author = textOf(one["username"])
      const topic = textOf(one["topic_title"])
      const at = textOf(one["created_at"])?.slice(0, 10)
      posts.push({
        source,
        id: String(id),
        text: plainText(html),
        ...(topic === undefined ? {} : { title: topic.slice(0, 1000) }),
        ...(author === undefined ? {} : { author: author.slice(0, 200) }),
        ...(at !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(at) ? { posted_at: at } : {}),
        url: `${base}/p/${id}`,
        ...(setting.voice === undefined ? {} : { voice: setting.voice })
      })
    }
    if (lowest <= last || !Number.isFinite(lowest)) break
    from = lowest
  }
  const out: Found = { posts, removed, cursor: { last: newest }, refused }
  return out
})

export const discourse: Connector<"discourse"> = {
  kind: "discourse",
  terms: "What the forum shows to anybody without an account, as its own terms allow; the operator has read them.",
  robots: "asked, and obeyed",
  speaks: "local",
  perMinute: PER_MINUTE,
  everyHours: 6,
  keepsText: "what is deleted there is deleted here when the forum says so",
  read: readDiscourse
}
