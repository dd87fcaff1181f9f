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
      difference: figure(0.07)
    }
  }
}
