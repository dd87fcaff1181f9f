/** What chance does: as exact as a gate needs it, three digits. */

/** How many standard deviations a normal number lies above its mean in so small a share of cases (below a half). */
const normalAbove = (share: number): number => {
  const t = Math.sqrt(-2 * Math.log(share))
  const over = 2.515517 + t * (0.802853 + t * 0.010328)
  const under = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
  return t - over / under
}

/** What a chi square of so many degrees of freedom is above in so small a share of cases: its cube root is nearly normal. */
export const chiSquareAbove = (share: number, degrees: number): number => {
  const spread = 2 / (9 * degrees)
  return degrees * (1 - spread + normalAbove(share) * Math.sqrt(spread)) ** 3
}
