/** News of lines, where the settings name feeds of them. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as LineFeed from "../cases/planning/line-feed.ts"
import { Config } from "../config.ts"
import * as LineNews from "../layers/gtfs-realtime/line-news.ts"

/** Each as `city=url`; several of one city are read one after the other. */
const feedsOf = (named: ReadonlyArray<string>): ReadonlyMap<string, ReadonlyArray<URL>> => {
  const feeds = new Map<string, Array<URL>>()
  for (const one of named) {
    const at = one.indexOf("=")
    const [city, address] = [one.slice(0, at).trim(), one.slice(at + 1).trim()]
    const url = at > 0 && URL.canParse(address) ? new URL(address) : undefined
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      throw new Error(
        `GTFS_RT_FEEDS names a feed that cannot be: each is written as city=url, such as new-york=https://feeds.example.org/alerts, separated by commas.`
      )
    }
    feeds.set(city, [...(feeds.get(city) ?? []), url])
  }
  return feeds
}

export const lines = Layer.unwrap(
  Effect.map(Config, (settings) =>
    settings.GTFS_RT_FEEDS.length === 0
      ? Layer.empty
      : LineFeed.layer({ every: settings.GTFS_RT_EVERY }).pipe(
          Layer.provide(LineNews.layer({ feeds: feedsOf(settings.GTFS_RT_FEEDS) }))
        )
  )
)
