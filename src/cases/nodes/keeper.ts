/**
 * Keeps this server's place among those of its database: enters, takes over where nobody alive owns, says again and again that it
 * lives, and learns when another took its place. It asks the database beside everything else; what others ask here is answered
 * from memory.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import {
  type Heard,
  isOwner,
  LEASE_MS,
  mayTake,
  type Node,
  type Owner,
  ownsTrips,
  RENEW_EVERY_MS
} from "../../domain/nodes/standing.ts"
import { JournalUnavailable } from "../../services/journal.ts"
import { Leases, type LeasesUnavailable, NodeRefused } from "../../services/leases.ts"
import { Ownership, type Standing } from "../../services/ownership.ts"
import { Startup } from "../../services/startup.ts"
import { Machine, type MachineShape } from "../../support/machine.ts"
import { addressIsFree, enter, LOOK_EVERY_MS } from "./entering.ts"

const metrics = {
  owns: Metric.gauge("node_owns_trips", { description: "1 on the server that owns the trips of its database, else 0" }),
  awaited: Metric.gauge("node_awaited_journals", {
    description: "Journals of servers that are gone, which must be stored before the owner writes"
  })
}

/** How long a server that stops tries to say so. */
const FAREWELL = "2 seconds"

const RETRY_MS = 5_000

const nameOf = (owner: Owner | undefined): string =>
  owner === undefined
    ? "another server"
    : `the server "${owner.name}"${owner.address === null ? "" : ` at ${owner.address}`}`

const refusalOf = (standing: Standing): JournalUnavailable | undefined => {
  const refused = (message: string) => new JournalUnavailable({ message, retryAfterMillis: RETRY_MS })
  switch (standing.is) {
    case "owner":
      return standing.awaits.length === 0
        ? undefined
        : refused(
            `Nothing is written until the journal of ${standing.awaits.map((name) => `"${name}"`).join(", ")} is stored, which ended without a word: start that server again, run "drain" on its data directory, or give it up with "nodes --give-up".`
          )
    case "follower":
      return refused(`Trips are written by ${nameOf(standing.owner)}. Ask again shortly.`)
    case "leaving":
      return standing.finishing ? undefined : refused("This server gives its place to another one. Ask again at once.")
    case "apart":
      return refused("This server runs jobs and writes no trips: ask one with --role gateway or all.")
    case "superseded":
      return refused(`This server's place was taken by ${nameOf(standing.owner)}. Ask again shortly.`)
  }
}

const sayOwner = ({ owner }: Heard): string =>
  `Trips of this database are owned by ${nameOf(owner)}, and it is alive: two servers cannot own them at once. Stop that one, give this one a database of its own, run this one with --role worker, or set NODE_ADDRESS on both so that they share the work.`

/** What this server knows of its place; the database changes it, and nothing else. */
const makePlace = (self: Node) => {
  let standing: Standing = ownsTrips(self.role) ? { is: "follower", owner: undefined } : { is: "apart" }
  let refusal = refusalOf(standing)
  let epoch = 0
  return {
    standing: () => standing,
    refusal: () => refusal,
    epoch: () => epoch,
    set: (next: Standing) => {
      standing = next
      refusal = refusalOf(next)
      if (next.is === "owner") epoch = next.epoch
    }
  }
}

/** How this server's place follows from what it hears. */
const makeKept = Effect.fnUntraced(function* (self: Node) {
  const place = makePlace(self)
  const owned = yield* Deferred.make<void>()
  const superseded = yield* Deferred.make<Owner | undefined>()
  const opened = new Set<Effect.Effect<void>>()
  const moved = new Set<() => void>()
  const underWay = { count: 0 }
  let awaited = false
  let moves = 0

  const move = (next: Standing) => {
    moves++
    place.set(next)
    for (const listener of [...moved]) listener()
  }

  const settle = Effect.fnUntraced(function* (heard: Heard) {
    const before = place.standing()
    awaited = heard.awaited
    yield* Metric.update(metrics.owns, isOwner(heard, self) ? 1 : 0)
    yield* Metric.update(metrics.awaited, heard.awaits.length)
    if (before.is === "superseded") return
    if (!heard.known || (before.is === "owner" && !isOwner(heard, self))) {
      move({ is: "superseded", owner: heard.owner })
      yield* Deferred.succeed(superseded, heard.owner)
      return
    }
    if (before.is === "apart" || before.is === "leaving") return
    if (!isOwner(heard, self)) {
      const same = before.is === "follower" && before.owner?.incarnation === heard.owner?.incarnation
      return same ? undefined : move({ is: "follower", owner: heard.owner })
    }
    const awaits = heard.awaits.map(({ name }) => name)
    if (before.is === "owner" && before.awaits.length > 0 && awaits.length === 0) {
      // Whoever was read without it is let go of first: what they would write now would not follow from what is stored.
      yield* Effect.forEach([...opened], (work) => work, { discard: true })
      yield* Effect.logInfo("What was awaited is stored: this server writes from now on.")
    }
    if (before.is === "owner") place.set({ is: "owner", epoch: heard.epoch, awaits })
    else move({ is: "owner", epoch: heard.epoch, awaits })
    if (before.is !== "owner" && awaits.length > 0) yield* Effect.logWarning(place.refusal()!.message)
    yield* Deferred.succeed(owned, undefined)
  })

  return { settle, move, moves: () => moves, underWay, owned, moved, opened, place, superseded, awaited: () => awaited }
})

type Kept = Effect.Success<ReturnType<typeof makeKept>>

/** Longest that an owner waits for everything to be stored, and for another to take its place. */
const HAND_OVER_MS = 5_000

const HAND_OVER_LOOK_MS = 20

/** Longest that an owner who leaves waits for what it has begun. */
const FINISH_MS = 500

const FINISH_LOOK_MS = 5

/** Gives this server's place to another: nothing is begun any more, all is stored, the lease is free, the other one takes it. */
const handOver = (
  self: Node,
  { move, place, underWay }: Kept,
  round: Effect.Effect<Heard, LeasesUnavailable>,
  stored: Effect.Effect<void>
) =>
  Effect.gen(function* () {
    const leases = yield* Leases
    if (place.standing().is !== "owner" || !(yield* leases.hasHeir(self))) return false
    // Most of what waits is stored while everything is answered as ever: less is left for when nothing is.
    yield* Effect.timeoutOption(stored, HAND_OVER_MS)
    const before = place.standing()
    if (before.is !== "owner" || before.awaits.length > 0) return false
    move({ is: "leaving", finishing: true })
    for (let waited = 0; underWay.count > 0 && waited < FINISH_MS; waited += FINISH_LOOK_MS) {
      yield* Effect.sleep(FINISH_LOOK_MS)
    }
    place.set({ is: "leaving", finishing: false })
    let given = false
    return yield* stored.pipe(
      Effect.andThen(
        Effect.suspend(() => {
          given = true
          return leases.release(self)
        })
      ),
      Effect.timeout(HAND_OVER_MS),
      Effect.andThen(
        Effect.gen(function* () {
          move({ is: "follower", owner: undefined })
          for (let waited = 0; waited < HAND_OVER_MS; waited += HAND_OVER_LOOK_MS) {
            if ((yield* round).owner !== undefined) return true
            yield* Effect.sleep(HAND_OVER_LOOK_MS)
          }
          return true
        })
      ),
      // Once the lease may be gone only the database knows whose it is: until it says so, nothing is written here.
      Effect.tapError(() =>
        Effect.sync(
          () => place.standing().is === "leaving" && move(given ? { is: "follower", owner: undefined } : before)
        )
      )
    )
  }).pipe(
    Effect.catch((error) =>
      Effect.as(
        Effect.logWarning(`The trips were not handed over: ${error.message}. Whoever comes next takes them.`),
        false
      )
    )
  )

const ownershipOf = (self: Node, kept: Kept, give: Ownership["Service"]["handOver"]) => {
  const { moved, opened, owned, place, superseded } = kept
  return Ownership.of({
    self,
    standing: place.standing,
    epoch: place.epoch,
    refusal: place.refusal,
    awaited: kept.awaited,
    handOver: give,
    during: (work) =>
      Effect.suspend(() => {
        kept.underWay.count++
        return Effect.ensuring(
          work,
          Effect.sync(() => {
            kept.underWay.count--
          })
        )
      }),
    onMoved: (listener) => {
      moved.add(listener)
      return () => void moved.delete(listener)
    },
    owned: Deferred.await(owned),
    onOpened: (listener) => {
      opened.add(listener)
      return () => void opened.delete(listener)
    },
    superseded: Deferred.await(superseded)
  })
}

/** Until this server has its place: a server that shares with nobody is refused where another one owns. */
const begin = Effect.fnUntraced(function* (
  self: Node,
  standing: () => Standing,
  round: Effect.Effect<Heard, LeasesUnavailable>,
  elapsed: MachineShape["elapsed"],
  waits: boolean
) {
  const startup = yield* Startup
  let left: number | undefined
  let lookedAt = 0
  for (;;) {
    const heard = yield* round
    if (standing().is !== "follower" || self.address !== null) return
    const alive = heard.owner?.leftMillis ?? 0
    // Heard of since the last look: nobody who is dead says that they live. Who has stopped with a journal to store stays at nothing left.
    if (!waits && alive > 0 && left !== undefined && alive > left - (elapsed() - lookedAt) + RENEW_EVERY_MS / 2) {
      return yield* new NodeRefused({ message: sayOwner(heard) })
    }
    if (left === undefined || alive > 0) {
      left = alive
      lookedAt = elapsed()
    }
    yield* startup.say(
      `${nameOf(heard.owner)} owned the trips of this database and may still live: its lease of ${LEASE_MS / 1000} s is waited out.`
    )
    yield* Effect.sleep(LOOK_EVERY_MS)
  }
})

/** `waits`: a server that shares with nobody waits for the place of one that is alive, rather than being refused. */
export const layer = (self: Node, waits = false) =>
  Layer.effect(
    Ownership,
    Effect.gen(function* () {
      const leases = yield* Leases
      const startup = yield* Startup
      // Only for how long: a clock that is set back would keep this server from its place until it has caught up.
      const { elapsed } = yield* Machine
      const kept = yield* makeKept(self)
      const { place, settle } = kept
      /** Whoever gives its place away does not take it meanwhile, and who ends not at all. */
      let retired = false
      let ending = false
      /** Since when the database answered each time. */
      let seenSince: number | undefined

      yield* startup.say("The database is asked who owns its trips.")
      yield* addressIsFree(self)
      yield* enter(self, elapsed)
      yield* Effect.addFinalizer(() => Effect.ignore(Effect.timeout(leases.leave(self), FAREWELL)))
      // Of two that came in the same moment neither saw the other: now whoever came later does, or both do.
      yield* addressIsFree(self, 0)

      /** One look at how things stand, and a step where one is due. */
      const round: Effect.Effect<Heard, LeasesUnavailable> = Effect.gen(function* () {
        for (;;) {
          const before = kept.moves()
          let heard = yield* leases.renew(self)
          seenSince ??= elapsed()
          const follows = place.standing().is === "follower" && !retired
          if (follows && heard.known && mayTake(heard, self, elapsed() - seenSince)) {
            yield* leases.take(self)
            // Whoever was quicker is known from now on, and not only with the next look.
            heard = yield* leases.renew(self)
          }
          // This server's place changed while it asked: what it was told may be of before.
          if (kept.moves() !== before) continue
          yield* settle(heard)
          return heard
        }
      }).pipe(
        Effect.tapError(() =>
          Effect.sync(() => {
            seenSince = undefined
          })
        )
      )
      yield* begin(self, place.standing, round, elapsed, waits)
      yield* round.pipe(
        Effect.catch((error) => Effect.logDebug(error.message)),
        Effect.catchCause((cause) =>
          Effect.logError("This server's place could not be looked at; it is tried again.", cause)
        ),
        Effect.andThen(Effect.sleep(RENEW_EVERY_MS)),
        Effect.forever,
        Effect.forkScoped
      )
      if (self.address !== null) yield* Effect.forkScoped(leases.onMoved(Effect.ignore(round)))
      const services = yield* Effect.context<Leases>()
      return ownershipOf(self, kept, (stored, forGood) =>
        Effect.suspend(() => {
          ending ||= forGood
          retired = true
          return handOver(self, kept, round, stored)
        }).pipe(
          Effect.ensuring(
            Effect.sync(() => {
              retired = ending
            })
          ),
          Effect.provideContext(services)
        )
      )
    })
  )
