import type { OfferOption } from "../pivot/model.ts"

/** The place that an option is about: the first that it brings in. */
export const placeOf = (option: OfferOption): string | null =>
  option.changes.find((change) => change.node !== undefined)?.node?.id ?? null
