/** Messages that only a device can read (RFC 8291, RFC 8188), and the word of who sends them (VAPID, RFC 8292). */
import { createCipheriv, createECDH, hkdfSync, randomBytes, sign } from "node:crypto"
import type { PushDevice, PushKeys } from "../../services/push-subscriptions.ts"

const SALT_BYTES = 16
const KEY_BYTES = 16
const NONCE_BYTES = 12
const SECRET_BYTES = 32
/** The whole message is one record. */
const RECORD_BYTES = 4096
/** What follows the last record of a message. */
const LAST_RECORD = 2

const derived = (secret: Uint8Array, salt: Uint8Array, info: Uint8Array | string, bytes: number): Buffer =>
  Buffer.from(hkdfSync("sha256", secret, salt, info, bytes))

/** `aes128gcm`: salt, record size, our key of this message, and the text under a key that only both sides can work out. */
export const encrypted = (text: string, device: Pick<PushDevice, "p256dh" | "auth">): Buffer => {
  const theirs = Buffer.from(device.p256dh, "base64url")
  const pair = createECDH("prime256v1")
  const ours = pair.generateKeys()
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), theirs, ours])
  const secret = derived(pair.computeSecret(theirs), Buffer.from(device.auth, "base64url"), info, SECRET_BYTES)
  const salt = randomBytes(SALT_BYTES)
  const key = derived(secret, salt, "Content-Encoding: aes128gcm\0", KEY_BYTES)
  const nonce = derived(secret, salt, "Content-Encoding: nonce\0", NONCE_BYTES)
  const cipher = createCipheriv("aes-128-gcm", key, nonce)
  const size = Buffer.alloc(4)
  size.writeUInt32BE(RECORD_BYTES)
  return Buffer.concat([
    salt,
    size,
    Buffer.from([ours.length]),
    ours,
    cipher.update(Buffer.concat([Buffer.from(text), Buffer.from([LAST_RECORD])])),
    cipher.final(),
    cipher.getAuthTag()
  ])
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")

/** Says to a push service who sends: signed for it alone, and for some hours. */
export const vapid = (
  endpoint: string,
  { privateKey, publicKey }: PushKeys,
  contact: string | undefined,
  expiresAtSeconds: number
): string => {
  const point = Buffer.from(publicKey, "base64url")
  const key = {
    kty: "EC",
    crv: "P-256",
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
    d: privateKey
  }
  const claims = {
    aud: new URL(endpoint).origin,
    exp: expiresAtSeconds,
    ...(contact === undefined ? {} : { sub: contact })
  }
  const said = `${part({ typ: "JWT", alg: "ES256" })}.${part(claims)}`
  const signature = sign("sha256", Buffer.from(said), { key, format: "jwk", dsaEncoding: "ieee-p1363" })
  return `vapid t=${said}.${signature.toString("base64url")}, k=${publicKey}`
}
