/** Why a stream was closed; the numbers from 4000 on are ours and stable for ever. */
export const CLOSE = {
  goingAway: 1001,
  policy: 1008,
  tryAgain: 1013,
  unauthorized: 4401,
  noSuchTrip: 4404,
  slowReader: 4008
} as const
