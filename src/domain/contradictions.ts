/** Settings that are right one by one and wrong together. */
import type { SettingProblem } from "./settings.ts"

const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1"])

/** What is looked at together. */
interface Together {
  readonly HOST: string
  readonly PORT: number
  readonly AUTH_SECRET: unknown
  readonly AUTH_JWKS_URL: unknown
  readonly METRICS_PORT: number | undefined
  readonly VECTOR_INDEX: string
  readonly QDRANT_URL: unknown
  readonly MAP_TILES: unknown
  readonly MAP_TILES_CREDIT: unknown
}

export const contradictions = (config: Together): ReadonlyArray<SettingProblem> => {
  const problems: Array<SettingProblem> = []
  if (!LOOPBACK.has(config.HOST) && config.AUTH_SECRET === undefined && config.AUTH_JWKS_URL === undefined) {
    problems.push({
      name: "HOST",
      message: `HOST ${config.HOST} is reachable from outside, and nothing would check tokens with a key of yours. Set AUTH_SECRET or AUTH_JWKS_URL, or listen on 127.0.0.1.`
    })
  }
  if (config.AUTH_SECRET !== undefined && config.AUTH_JWKS_URL !== undefined) {
    problems.push({
      name: "AUTH_JWKS_URL",
      message: "AUTH_SECRET and AUTH_JWKS_URL are both set. Keep the one whose tokens you want to accept."
    })
  }
  if (config.METRICS_PORT !== undefined && config.METRICS_PORT !== 0 && config.METRICS_PORT === config.PORT) {
    problems.push({
      name: "METRICS_PORT",
      message: `METRICS_PORT and PORT are both ${config.PORT}. Give the metrics a port of their own, or leave METRICS_PORT out.`
    })
  }
  if (config.VECTOR_INDEX === "qdrant" && config.QDRANT_URL === undefined) {
    problems.push({ name: "VECTOR_INDEX", message: "VECTOR_INDEX is qdrant, and QDRANT_URL is not set. Set it." })
  }
  if ((config.MAP_TILES === undefined) !== (config.MAP_TILES_CREDIT === undefined)) {
    problems.push({
      name: "MAP_TILES_CREDIT",
      message:
        "Of MAP_TILES and MAP_TILES_CREDIT one is set. Set both: pictures of a map are shown with the words that their licence asks for, or not at all."
    })
  }
  return problems
}
