import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { PushFailed, type PushMessage, PushSender } from "../../services/push-sender.ts"
import type { PushDevice, PushKeys } from "../../services/push-subscriptions.ts"
import { encrypted, vapid } from "./push-encryption.ts"

/** How long the word of who sends holds; push services take a day at most. */
const VAPID_SECONDS = 12 * 3_600
const TIMEOUT_MS = 10_000
/** After a push service that is busy or broken it is tried again after these; then the message is given up. */
const RETRY_AFTER_MS = [1_000, 5_000]
const GONE = new Set([404, 410])

export interface PushSenderOptions {
  /** Hosts of push services that may be called; a star stands for any name before it. */
  readonly services: ReadonlyArray<string>
  /** Told to push services: an address to write to where something is wrong with what is sent. */
  readonly contact: string | undefined
}

const isAmong = (host: string, services: ReadonlyArray<string>): boolean =>
  services.some((one) => (one.startsWith("*.") ? host.endsWith(one.slice(1)) : host === one))

/** A push service on this machine, which tests play, is called without a certificate. */
const isPlain = ({ hostname, protocol }: URL): boolean => protocol === "http:" && hostname === "127.0.0.1"

const make = ({ contact, services }: PushSenderOptions) => {
  const refusal = (endpoint: string): string | undefined => {
    const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
    if (url === undefined || url.username !== "" || !(url.protocol === "https:" || isPlain(url))) {
      return "The endpoint is no https address of a push service."
    }
    if (isAmong(url.host, services)) return undefined
    return `${url.host} is no push service that this server calls. PUSH_SERVICES names those that are.`
  }

  const once = Effect.fnUntraced(function* (
    device: Pick<PushDevice, "endpoint" | "p256dh" | "auth">,
    message: PushMessage,
    keys: PushKeys
  ) {
    const expires = Math.floor((yield* Clock.currentTimeMillis) / 1000) + VAPID_SECONDS
    const { host } = new URL(device.endpoint)
    const response = yield* Effect.tryPromise({
      try: async (signal) => {
        const answer = await fetch(device.endpoint, {
          method: "POST",
          redirect: "manual",
          headers: {
            authorization: vapid(device.endpoint, keys, contact, expires),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            ttl: String(message.ttlSeconds),
            urgency: "high"
          },
          body: new Uint8Array(encrypted(message.text, device)),
          signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
        })
        await answer.body?.cancel()
        return answer.status
      },
      catch: (error) =>
        new PushFailed({
          message: `${host} could not be told: ${error instanceof Error ? error.message : "no answer"}.`
        })
    })
    return { status: response, host }
  })

  const send = Effect.fn("PushSender.send")(function* (
    device: Pick<PushDevice, "endpoint" | "p256dh" | "auth">,
    message: PushMessage,
    keys: PushKeys
  ) {
    const refused = refusal(device.endpoint)
    if (refused !== undefined) return yield* new PushFailed({ message: refused })
    for (let attempt = 0; ; attempt++) {
      const answer = yield* Effect.result(once(device, message, keys))
      const wait = RETRY_AFTER_MS[attempt]
      if (answer._tag === "Success") {
        const { host, status } = answer.success
        if (status >= 200 && status < 300) return "sent" as const
        if (GONE.has(status)) return "gone" as const
        const mayPass = status === 429 || status >= 500
        if (!mayPass || wait === undefined) return yield* new PushFailed({ message: `${host} answers ${status}.` })
      } else if (wait === undefined) return yield* answer.failure
      yield* Effect.sleep(wait)
    }
  })

  return PushSender.of({ refusal, send })
}

export const layer = (options: PushSenderOptions) => Layer.succeed(PushSender, make(options))
