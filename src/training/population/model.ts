/** The ranker that the shadow population was served by. */
export const SHADOW_MODEL = { name: "llm_ranker", version: "0.1.0" } as const
export const SHADOW_MODEL_VERSION = `${SHADOW_MODEL.name}:${SHADOW_MODEL.version}`

/** What a row of the shadow population counts, beside 1 of a real person's. */
export const SHADOW_WEIGHT = 0.3
