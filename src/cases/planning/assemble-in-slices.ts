/** Runs the assembly of a plan in slices: a long trip does not hold up the pivots of others. */
import * as Effect from "effect/Effect"
import { startAssembly } from "../../domain/itinerary/assemble.ts"
import type { AssemblyInput } from "../../domain/itinerary/model.ts"
import { inSlices } from "../../support/slices.ts"

/** Assembly gives the event loop back at least this often. */
const SLICE_MS = 1

export const assembleInSlices = (input: AssemblyInput) =>
  Effect.suspend(() => {
    const run = startAssembly(input)
    return Effect.map(
      inSlices(run.steps, (step) => step(), SLICE_MS),
      () => run.result()
    )
  })
