/**
 * Who reads a shared plan just now. Readers are told that the trip has moved on, and read it anew over HTTP, where the link
 * is looked at each time; what they see ends with a sentence when the link does.
 */
import type { TripState } from "../../domain/trip/model.ts"
import { isMember } from "../../domain/trip/model.ts"
import type { TripLink } from "../../services/trip-links.ts"
import type { TripRuntime } from "../../services/trip-runtime.ts"
import type { MachineShape } from "../../support/machine.ts"
import type { SharedFrame } from "../api/frames.ts"
import { CLOSE } from "./close-codes.ts"

/** Longest that a timer of the platform can wait. */
const LONGEST_TIMER = 2 ** 31 - 1

export const ENDED = {
  revoked: "This link was taken back by whoever shared the plan. Ask them for a new one.",
  expired: "This link has run out. Ask whoever shared the plan for a new one.",
  left: "Whoever shared this plan is not part of the trip any more.",
  nothing: "This link does not hold any more, or was mistyped. Ask whoever sent it for a new one.",
  full: "More people read this plan than one link is for. Read it again a little later."
} as const

/** What is needed of a socket. */
export interface Reader {
  readonly send: (text: string) => unknown
  readonly close: (code: number, reason: string) => void
}

interface Room {
  readonly link: TripLink
  readonly readers: Set<Reader>
  readonly stop: () => void
}

const standing = (trip: Pick<TripState, "seq">): string => {
  const frame: SharedFrame = { type: "trip_at", state_version: trip.seq }
  return JSON.stringify(frame)
}

export interface SharedReadersParts {
  readonly watch: TripRuntime["Service"]["watch"]
  readonly now: () => number
  readonly after: MachineShape["after"]
  /** Readers of one link at the same time. */
  readonly most: number
}

export const makeSharedReaders = ({ after, most, now, watch }: SharedReadersParts) => {
  const rooms = new Map<string, Room>()

  const end = (id: string, code: number, reason: string) => {
    const room = rooms.get(id)
    if (room === undefined) return
    rooms.delete(id)
    room.stop()
    for (const reader of room.readers) reader.close(code, reason)
  }

  const open = (link: TripLink): Room => {
    let cancel = () => {}
    const waitForEnd = () => {
      const left = link.expires_at - now()
      cancel = after(Math.min(Math.max(left, 0), LONGEST_TIMER), () =>
        left > LONGEST_TIMER ? waitForEnd() : end(link.id, CLOSE.noSuchTrip, ENDED.expired)
      )
    }
    const readers = new Set<Reader>()
    const unwatch = watch(link.trip_id, {
      onlooker: true,
      events: (_events, trip) => {
        if (!isMember(trip, link.user_id)) return end(link.id, CLOSE.noSuchTrip, ENDED.left)
        const text = standing(trip)
        for (const reader of readers) reader.send(text)
      },
      offer: () => {},
      lost: () => end(link.id, CLOSE.tryAgain, "a change of this trip could not be kept: reconnect to see it as it is")
    })
    waitForEnd()
    const stop = () => {
      cancel()
      unwatch()
    }
    const made: Room = { link, readers, stop }
    rooms.set(link.id, made)
    return made
  }

  return {
    /** Lets a reader in who holds the link, and says where the trip stands. */
    enter: (reader: Reader, link: TripLink, trip: Pick<TripState, "seq">): void => {
      const room = rooms.get(link.id) ?? open(link)
      if (room.readers.size >= most) reader.close(CLOSE.tryAgain, ENDED.full)
      else {
        room.readers.add(reader)
        reader.send(standing(trip))
      }
    },
    leave: (reader: Reader, link: TripLink): void => {
      const room = rooms.get(link.id)
      if (room?.readers.delete(reader) && room.readers.size === 0) {
        rooms.delete(link.id)
        room.stop()
      }
    },
    revoked: (id: string): void => end(id, CLOSE.noSuchTrip, ENDED.revoked),
    /** Somebody deleted their account; who it was is not always said, and then everybody asks again. */
    erased: (userId: string | undefined): void => {
      for (const { link } of [...rooms.values()]) {
        if (userId === link.user_id) end(link.id, CLOSE.noSuchTrip, ENDED.left)
        else if (userId === undefined) end(link.id, CLOSE.tryAgain, "reconnect to go on")
      }
    }
  }
}
