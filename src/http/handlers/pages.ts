/** The files of the pages: read and packed once, when somebody first asks, and not sent again to whoever has them. */
import { readFile } from "node:fs/promises"
import { promisify } from "node:util"
import { gzip } from "node:zlib"
import * as Effect from "effect/Effect"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Response from "effect/http/HttpServerResponse"
import { etagOf, isAmong } from "./validators.ts"

export interface Page {
  readonly file: string
  /** What pages get of it, where that is not the file itself. */
  readonly made?: (text: string) => string
  readonly contentType: string
  readonly headers: Readonly<Record<string, string>>
}

interface Form {
  readonly bytes: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

interface Forms {
  readonly plain: Form
  /** Where that is worth it: a picture is packed already. */
  readonly packed: Form | undefined
}

const pack = promisify(gzip)
const BEST = 9

/** What is packed to more than this share of itself travels as it is. */
const WORTH_IT = 0.9

const formsOf = async ({ file, made, headers }: Page): Promise<Forms> => {
  const read = await readFile(file)
  const plain = made === undefined ? read : Buffer.from(made(read.toString("utf8")))
  const packed = await pack(plain, { level: BEST })
  const form = (bytes: Uint8Array, more = {}): Form => ({
    bytes,
    headers: { ...headers, ...more, vary: "accept-encoding", etag: etagOf(bytes) }
  })
  return {
    plain: form(plain),
    packed: packed.length < plain.length * WORTH_IT ? form(packed, { "content-encoding": "gzip" }) : undefined
  }
}

/** Whether whoever asks can unpack it: `gzip`, or anything, unless it is ruled out by a weight of nothing. */
const takesPacked = (accepted = ""): boolean => {
  const offers = new Map(
    accepted.split(",").map((one) => {
      const [name = "", ...more] = one.toLowerCase().split(";")
      return [name.trim(), !more.some((weight) => /^\s*q=0(\.0*)?\s*$/.test(weight))]
    })
  )
  return offers.get("gzip") ?? offers.get("*") ?? false
}

/** Answers with the page, in the form that is asked for. */
export const servePage = (page: Page) => {
  let forms: Promise<Forms> | undefined
  /** What could not be read once is read again. */
  const known = () => {
    forms ??= formsOf(page).catch((error: unknown) => {
      forms = undefined
      throw error
    })
    return forms
  }
  return Effect.gen(function* () {
    const asked = (yield* HttpServerRequest).headers
    const { packed, plain } = yield* Effect.promise(known)
    const { bytes, headers } = (takesPacked(asked["accept-encoding"]) ? packed : undefined) ?? plain
    return isAmong(headers["etag"]!, asked["if-none-match"])
      ? Response.empty({ status: 304, headers })
      : Response.uint8Array(bytes, { contentType: page.contentType, headers })
  })
}
