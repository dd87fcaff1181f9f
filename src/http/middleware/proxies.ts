/** Whose word counts about who is behind them, and a line in the log where somebody else gives theirs. */
import * as Effect from "effect/Effect"
import { isWithin, type Network, readNetwork } from "../../domain/basics/networks.ts"
import type { PassageOptions } from "./passage.ts"

const networksOf = (texts: ReadonlyArray<string>): ReadonlyArray<Network> =>
  texts.flatMap((text) => readNetwork(text) ?? [])

/** Addresses of machines and not of people: the log may name them. */
const INNER = networksOf([
  "127.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "::1/128",
  "fc00::/7",
  "fe80::/10"
])

export const proxies = (named: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    return {
      trustedProxies: networksOf(named),
      onDisbelieved: (peer) => {
        const who = isWithin(INNER, peer) ? peer : "an address of the internet"
        fork(
          Effect.logWarning(
            `X-Forwarded-For came from ${who}, which TRUSTED_PROXIES does not name, and was not believed. If that is your proxy or load balancer, name it there: until then everybody who comes by way of it shares the limits of one address.`
          )
        )
      }
    } satisfies Pick<PassageOptions, "trustedProxies" | "onDisbelieved">
  })
