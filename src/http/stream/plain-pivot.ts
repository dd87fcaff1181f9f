/** The pivots that nearly everybody sends, read by hand. It takes nothing that the schema refuses, and leaves the rest to it. */

import { isStorableText } from "../../domain/basics/storable.ts"
import { isUuid, type SlotId } from "../../domain/ids.ts"
import type { PivotDetail, PivotRequest } from "../../domain/pivot/model.ts"
import { Trigger } from "../../domain/vocabulary.ts"

const TRIGGERS: ReadonlySet<unknown> = new Set(Trigger.literals)

/** One field of the detail, or none, in a form that cannot be wrong. */
const plainDetail = (detail: unknown): PivotDetail | undefined => {
  if (typeof detail !== "object" || detail === null || Array.isArray(detail)) return undefined
  const fields = Object.keys(detail)
  if (fields.length > 1) return undefined
  if (fields.length === 0) return {}
  const value = (detail as Record<string, unknown>)[fields[0]!]
  switch (fields[0]) {
    case "mood":
      return typeof value === "string" && value.length <= 64 && isStorableText(value) ? { mood: value } : undefined
    case "delay_minutes":
      return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 1440
        ? { delay_minutes: value }
        : undefined
    case "condition":
      return value === "rain" || value === "storm" ? { condition: value } : undefined
    default:
      return undefined
  }
}

export const plainPivot = (frame: Record<string, unknown>): PivotRequest | undefined => {
  const { trigger, slot_id, detail } = frame
  if (!TRIGGERS.has(trigger)) return undefined
  if (slot_id !== undefined && !isUuid(slot_id)) return undefined
  const read = detail === undefined ? undefined : plainDetail(detail)
  if (detail !== undefined && read === undefined) return undefined
  return {
    trigger: trigger as PivotRequest["trigger"],
    ...(slot_id === undefined ? {} : { slot_id: slot_id as SlotId }),
    ...(read === undefined ? {} : { detail: read })
  }
}
