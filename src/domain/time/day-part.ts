/**
 * The parts of a day as travelers speak of them. They tile the 24 hours; the night belongs to the day it began on.
 */
import { DayPart } from "../vocabulary.ts"

export const DAY_PARTS: ReadonlyArray<DayPart> = DayPart.literals

/** Local minutes after midnight; `to` is exclusive and passes 1440 where the part runs into the next morning. */
export const DAY_PART_MINUTES: Readonly<Record<DayPart, { readonly from: number; readonly to: number }>> = {
  morning: { from: 360, to: 660 },
  midday: { from: 660, to: 840 },
  afternoon: { from: 840, to: 1080 },
  evening: { from: 1080, to: 1320 },
  night: { from: 1320, to: 1800 }
}

/** The part of the day that a local minute (0–1439) falls into. */
export const dayPartAt = (localMinute: number): DayPart =>
  localMinute < 360
    ? "night"
    : localMinute < 660
      ? "morning"
      : localMinute < 840
        ? "midday"
        : localMinute < 1080
          ? "afternoon"
          : localMinute < 1320
            ? "evening"
            : "night"
