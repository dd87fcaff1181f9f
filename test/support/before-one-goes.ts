/** What is said of a place, wherever it is shown, to whoever may go there. */
import type { Json } from "./server.ts"

export const beforeOneGoes = ({ booking_needed, expected, open, opening_hours, price_known, price_tier }: Json) => [
  booking_needed,
  expected,
  open,
  opening_hours,
  price_known,
  price_tier
]
