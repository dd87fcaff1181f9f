/** How long to wait before coming back, so that a crowd that was cut off does not return at once. */
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 20_000

/** Longer after each attempt, never longer than the bound; `random` in [0, 1) spreads the crowd. */
export const waitBefore = (attempt: number, random: number): number =>
  Math.round(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 10)) * (0.5 + random / 2))

export const sleep = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))
