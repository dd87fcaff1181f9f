/** One request and its answer over a socket of our own: the address is checked where it is used, and a body is counted as it grows. */
import { lookup } from "node:dns"
import * as http from "node:http"
import * as https from "node:https"
import type { LookupFunction } from "node:net"
import type { Readable } from "node:stream"
import * as zlib from "node:zlib"
import { isInnerAddress } from "../../domain/web/addresses.ts"
import { WebRefused } from "../../services/polite-web.ts"

export interface Exchange {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly bytes: Uint8Array
}

export interface ExchangeOptions {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly maxBytes: number
  readonly timeoutMs: number
  /** Hosts that may be behind our own walls. */
  readonly inner: ReadonlySet<string>
}

/** Headers that are longer are not read. */
const MAX_HEADER_BYTES = 32 * 1024

const refused = (reason: WebRefused["reason"], message: string) => new WebRefused({ reason, message })

/** The address is checked when it is connected to: a name that answers differently the second time gains nothing. */
const guarded =
  (inner: ReadonlySet<string>): LookupFunction =>
  (host, options, done) =>
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, [])
      const open = inner.has(host) ? found : found.filter(({ address }) => !isInnerAddress(address))
      if (open.length === 0)
        return done(refused("host", `${host} is at an inner address, and those are not asked.`), [])
      return options.all === true ? done(null, open) : done(null, open[0]!.address, open[0]!.family)
    })

const unpacked = (answer: http.IncomingMessage): Readable => {
  const encoding = (answer.headers["content-encoding"] ?? "").trim().toLowerCase()
  if (encoding === "gzip" || encoding === "x-gzip" || encoding === "deflate") return answer.pipe(zlib.createUnzip())
  if (encoding === "br") return answer.pipe(zlib.createBrotliDecompress())
  return answer
}

const failure = (error: unknown, url: URL): WebRefused =>
  error instanceof WebRefused
    ? error
    : refused(
        "unreachable",
        `${url.host} could not be read: ${error instanceof Error ? error.message : String(error)}.`
      )

/** Resolves with the answer; rejects with a `WebRefused`. Nothing goes on after `signal`. */
export const exchange = (url: URL, options: ExchangeOptions, signal: AbortSignal): Promise<Exchange> =>
  new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, "")
    if (!options.inner.has(url.hostname) && /^[\d.]+$|:/.test(host) && isInnerAddress(host)) {
      reject(refused("host", `${host} is an inner address, and those are not asked.`))
      return
    }
    let request: http.ClientRequest | undefined
    const timer = setTimeout(
      () => fail(refused("time", `${url.host} did not answer whole within ${options.timeoutMs} ms.`)),
      options.timeoutMs
    )
    const fail = (error: unknown) => {
      clearTimeout(timer)
      reject(failure(error, url))
      request?.destroy()
    }
    signal.addEventListener("abort", () => fail(new Error("it was broken off")), { once: true })
    request = (url.protocol === "https:" ? https : http).request(
      url,
      {
        method: options.method,
        headers: { "accept-encoding": "gzip, deflate, br", ...options.headers },
        lookup: guarded(options.inner),
        maxHeaderSize: MAX_HEADER_BYTES,
        agent: false
      },
      (answer) => {
        const parts: Array<Buffer> = []
        let size = 0
        const body = unpacked(answer)
        answer.on("error", fail)
        answer.on("aborted", () => fail(new Error("the answer broke off")))
        body.on("error", fail)
        body.on("data", (part: Buffer) => {
          size += part.length
          if (size > options.maxBytes)
            fail(refused("size", `${url.host} sent more than ${options.maxBytes} bytes, and the rest was not read.`))
          else parts.push(part)
        })
        body.on("end", () => {
          clearTimeout(timer)
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(parts) })
        })
      }
    )
    request.on("error", fail)
    request.end(options.body)
  })
