/** Whatever a training ends in, as a sentence. */
import { TrainingRefused } from "../../services/trainers.ts"
import { TrainingFailed } from "../learn/progress.ts"

export const refused = (cause: unknown): TrainingRefused => {
  if (cause instanceof TrainingRefused) return cause
  const problem = cause instanceof Error ? cause.message : String(cause)
  return new TrainingRefused({
    message: cause instanceof TrainingFailed ? problem : `Training broke down: ${problem}. Nothing was registered.`,
    retry: !(cause instanceof TrainingFailed)
  })
}
