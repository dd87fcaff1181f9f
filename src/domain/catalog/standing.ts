/**
 * How well a place stands with locals and with visitors: what was counted, with an editor's judgement as the prior.
 * An editor who is off by u on a scale of 0 to 1 says as much as (0.5 / u)² single voices, so fifty posts outweigh it.
 */
import type { QualitySummary, Voice } from "./node.ts"

/** The spread of what one person says of a place, on the same scale. */
const SPREAD_OF_ONE = 0.5

/** As how many voices a judgement of this uncertainty counts where scores are put together. It is never shown. */
export const weightOfJudgement = (uncertainty: number): number => (SPREAD_OF_ONE / uncertainty) ** 2

/** The best guess at what this side thinks, 0–1; `undefined` where nobody has said anything. */
export const standing = (summary: QualitySummary, voice: Voice): number | undefined => {
  const counted = summary[voice]
  const opinion = summary.editor?.[voice] ?? null
  if (opinion === null) return counted?.score
  const heard = counted === null ? 0 : (counted.weight ?? counted.mentions)
  if (counted === null || heard === 0) return opinion.score
  const weight = weightOfJudgement(summary.editor!.uncertainty)
  return (opinion.score * weight + counted.score * heard) / (weight + heard)
}
