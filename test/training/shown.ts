const figure = (mean: number) => ({ mean, lower: mean - 0.02, upper: mean + 0.02 })

/** What a model keeps of its judgement that lacks nothing but days in the shadow. */
export const shown = {
  pairs: 600,
  required: [],
  evaluation: {
    by: "hr5",
    models: [
      { name: "bpr", metrics: { hr5: figure(0.73), auc: figure(0.8) } },
      { name: "as_logged", metrics: { hr5: figure(0.66), auc: figure(0.7) } }
    ],
    comparisons: [{ incumbent: "as_logged", difference: figure(0.07), segments: [] }],
    of_travelers: {
      decisions: 1_200,
      people: 300,
      candidate: figure(0.73),
      incumbent: figure(0.66),
      difference: figure(0.07),
      segments: []
    }
  }
}

/** The same, where a segment of everybody and one of travelers is worse off. */
export const worseFor = ({ everybody, travelers }: { readonly everybody: string; readonly travelers: string }) => {
  const [against] = shown.evaluation.comparisons
  const worse = (name: string) => [{ name, difference: figure(-0.1) }]
  return {
    ...shown.evaluation,
    comparisons: [{ ...against, segments: worse(everybody) }],
    of_travelers: { ...shown.evaluation.of_travelers, segments: worse(travelers) }
  }
}
