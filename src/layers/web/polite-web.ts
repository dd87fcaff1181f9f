/** `PoliteWeb`: only hosts that are configured, as they ask for it, through no more than a few redirects. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { decodeText } from "../../domain/web/charset.ts"
import { PoliteWeb, type WebAnswer, type WebRequest } from "../../services/polite-web.ts"
import { header, makeTurns, type PoliteWebOptions, refused } from "./turns.ts"

const MOST_REDIRECTS = 4
const REDIRECTS = new Set([301, 302, 303, 307, 308])

export const makePoliteWeb = (options: PoliteWebOptions) => {
  const { hostOf, withRetries, robotsOf } = makeTurns(options)
  const visit = Effect.fnUntraced(function* (url: URL, request: WebRequest) {
    if (
      (url.protocol !== "http:" && url.protocol !== "https:") ||
      url.username !== "" ||
      !options.hosts.has(url.host)
    ) {
      return yield* refused(
        "host",
        `${url.host} is not among the hosts that may be asked. Name it in the file of sources.`
      )
    }
    const host = hostOf(url.host)
    return yield* host.gate.withPermits(1)(
      Effect.gen(function* () {
        if (request.isApi !== true && !(yield* robotsOf(host, url, request)).allows(`${url.pathname}${url.search}`)) {
          return yield* refused("robots", `${url.host} asks in its robots.txt that ${url.pathname} is not read.`)
        }
        return yield* withRetries(host, url, request)
      })
    )
  })

  const fetch = Effect.fn("PoliteWeb.fetch")(function* (request: WebRequest) {
    if (!URL.canParse(request.url)) return yield* refused("host", `"${request.url.slice(0, 100)}" is no address.`)
    let url = new URL(request.url)
    let asked = request
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const answer = yield* visit(url, asked)
      const location = header(answer, "location")
      if (REDIRECTS.has(answer.status) && location !== undefined && URL.canParse(location, url)) {
        const next = new URL(location, url)
        // Keys and what they open stay with the host that they were meant for, and do not go there in the open.
        const inTheOpen = url.protocol === "https:" && next.protocol !== "https:"
        if (next.host !== url.host || inTheOpen) asked = { url: "", perMinute: request.perMinute }
        url = next
        continue
      }
      if (answer.status >= 400)
        return yield* refused("status", `${url.host} answers ${answer.status} for ${url.pathname}.`, answer.status)
      const said: WebAnswer = {
        status: answer.status,
        text: decodeText(answer.bytes, header(answer, "content-type")),
        notModified: answer.status === 304,
        etag: header(answer, "etag"),
        lastModified: header(answer, "last-modified")
      }
      return said
    }
    return yield* refused("redirects", `${url.host} leads from one address to the next without end.`)
  })

  return PoliteWeb.of({ fetch })
}

export const layer = (options: PoliteWebOptions) => Layer.succeed(PoliteWeb, makePoliteWeb(options))
