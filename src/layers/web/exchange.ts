/** One request and its answer over a socket of our own: the address is checked where it is used, and a body is counted as it grows. */
import { lookup } from "node:dns"
import { createWriteStream } from "node:fs"
import * as http from "node:http"
import * as https from "node:https"
import type { LookupFunction } from "node:net"
import { type Readable, Transform } from "node:stream"
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
  /** Where a body is written that is not to be held. */
  readonly into: string | undefined
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

/** Takes a body part by part: into memory, or into a file that sets the pace. */
const taking = (
  body: Readable,
  into: string | undefined,
  done: (bytes: Uint8Array) => void,
  fail: (e: unknown) => void
) => {
  if (into !== undefined) {
    const file = createWriteStream(into, { mode: 0o600 })
    file.on("error", fail).on("finish", () => done(new Uint8Array()))
    body.on("error", () => file.destroy()).pipe(file)
    return
  }
  const parts: Array<Buffer> = []
  body.on("data", (part: Buffer) => parts.push(part)).on("end", () => done(Buffer.concat(parts)))
}

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
        const status = answer.statusCode ?? 0
        let size = 0
        const bounded = new Transform({
          transform: (part: Buffer, _encoding, next) => {
            size += part.length
            if (size <= options.maxBytes) next(null, part)
            else {
              next(refused("size", `${url.host} sent more than ${options.maxBytes} bytes, and the rest was not read.`))
            }
          }
        })
        const body = unpacked(answer)
        answer.on("error", fail)
        answer.on("aborted", () => fail(new Error("the answer broke off")))
        body.on("error", fail)
        bounded.on("error", fail)
        const done = (bytes: Uint8Array) => {
          clearTimeout(timer)
          resolve({ status, headers: answer.headers, bytes })
        }
        taking(body.pipe(bounded), status >= 200 && status < 300 ? options.into : undefined, done, fail)
      }
    )
    request.on("error", fail)
    request.end(options.body)
  })
