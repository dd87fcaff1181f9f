/** Submissions and comments of Reddit, as its API and its archives both write them. */
import type { ScrapedPost } from "../../domain/catalog/posts/post.ts"
import { dayOf, record, textOf } from "./connector.ts"

const GONE = new Set(["[deleted]", "[removed]", "[ removed by reddit ]"])
const gone = (text: string | undefined) => text !== undefined && GONE.has(text.trim().toLowerCase())

export interface RedditPost {
  /** `t3_…` of a submission, `t1_…` of a comment. */
  readonly id: string
  readonly created: number
  readonly removed: boolean
  readonly post: ScrapedPost
}

/** `undefined` where it is neither. */
export const redditPost = (value: unknown, voice: "local" | "tourist" | undefined): RedditPost | undefined => {
  const data = record(value)
  const id = textOf(data["id"])
  const subreddit = textOf(data["subreddit"])
  const created = Number(data["created_utc"])
  if (
    id === undefined ||
    subreddit === undefined ||
    !/^[A-Za-z0-9_]{2,30}$/.test(subreddit) ||
    !/^[a-z0-9]{1,12}$/i.test(id) ||
    !Number.isFinite(created)
  )
    return undefined
  const title = textOf(data["title"])
  const body = textOf(data["body"]) ?? textOf(data["selftext"])
  if (title === undefined && body === undefined) return undefined
  const author = textOf(data["author"])
  const link = textOf(data["permalink"])
  const removed =
    gone(body) || author === undefined || gone(author) || textOf(data["removed_by_category"]) !== undefined
  const fullname = `${title === undefined ? "t1" : "t3"}_${id}`
  return {
    id: fullname,
    created,
    removed,
    post: {
      source: `reddit:r/${subreddit.toLowerCase()}`,
      id: fullname,
      text: body ?? "",
      posted_at: dayOf(created),
      ...(title === undefined ? {} : { title: title.slice(0, 1000) }),
      ...(author === undefined ? {} : { author: author.slice(0, 200) }),
      ...(link?.startsWith("/r/") === true && /^\S{1,500}$/.test(link) ? { url: `https://www.reddit.com${link}` } : {}),
      ...(voice === undefined ? {} : { voice })
    }
  }
}
