/** The push service of a browser on a loopback socket, and the devices behind it: what they read is what was meant for them. */
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, randomUUID, verify } from "node:crypto"
import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"

export interface PushedMessage {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
}

const part = (text: string) => JSON.parse(Buffer.from(text, "base64url").toString())

/** Who says that they sent it, once their signature was found to be theirs. */
export const senderOf = ({ headers }: PushedMessage) => {
  const match = /^vapid t=([^.]+)\.([^.]+)\.([^,]+), k=(.+)$/.exec(headers.authorization ?? "")
  if (match === null) throw new Error(`This is no VAPID header: ${headers.authorization}`)
  const [, head = "", claims = "", signature = "", key = ""] = match
  const point = Buffer.from(key, "base64url")
  const jwk = {
    kty: "EC",
    crv: "P-256",
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url")
  }
  const holds = verify(
    "sha256",
    Buffer.from(`${head}.${claims}`),
    { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url")
  )
  return { holds, key, head: part(head), claims: part(claims) }
}

/** A device, with keys of its own, that reads as RFC 8291 has it. */
export const pushDevice = (service: { readonly url: string }) => {
  const pair = createECDH("prime256v1")
  const ours = pair.generateKeys()
  const auth = randomBytes(16)
  const path = `/device/${randomUUID()}`
  const derived = (secret: Uint8Array, salt: Uint8Array, info: Uint8Array | string, bytes: number) =>
    Buffer.from(hkdfSync("sha256", secret, salt, info, bytes))
  return {
    path,
    /** What its browser gives to a page. */
    subscription: {
      endpoint: `${service.url}${path}`,
      keys: { p256dh: ours.toString("base64url"), auth: auth.toString("base64url") }
    },
    read: ({ bytes, headers }: PushedMessage): string => {
      if (headers["content-encoding"] !== "aes128gcm") throw new Error("It is not encrypted as it has to be.")
      const salt = bytes.subarray(0, 16)
      const length = bytes[20]!
      const theirs = bytes.subarray(21, 21 + length)
      const record = bytes.subarray(21 + length)
      const info = Buffer.concat([Buffer.from("WebPush: info\0"), ours, theirs])
      const secret = derived(pair.computeSecret(theirs), auth, info, 32)
      const key = derived(secret, salt, "Content-Encoding: aes128gcm\0", 16)
      const nonce = derived(secret, salt, "Content-Encoding: nonce\0", 12)
      const cipher = createDecipheriv("aes-128-gcm", key, nonce)
      cipher.setAuthTag(record.subarray(-16))
      const plain = Buffer.concat([cipher.update(record.subarray(0, -16)), cipher.final()])
      if (plain.at(-1) !== 2) throw new Error("The last record does not say that it is the last.")
      return plain.subarray(0, -1).toString()
    }
  }
}

/** `statusOf` answers for a path; everything is taken where it says nothing. */
export const startPushService = async () => {
  const messages: Array<PushedMessage> = []
  const statuses = new Map<string, number>()
  const http = createServer((request, response) => {
    const path = request.url ?? ""
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      messages.push({ path, headers: request.headers, bytes: Buffer.concat(chunks) })
      response.writeHead(statuses.get(path) ?? 201).end()
    })
  })
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve))
  const host = `127.0.0.1:${(http.address() as AddressInfo).port}`
  return {
    host,
    url: `http://${host}`,
    to: (path: string) => messages.filter((one) => one.path === path),
    answer: (path: string, status: number) => statuses.set(path, status),
    close: () => {
      http.closeAllConnections()
      http.close()
    }
  }
}

export type PushService = Awaited<ReturnType<typeof startPushService>>
