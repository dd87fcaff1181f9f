/** What a story is, and what several of them have in common. */
import type { TripBook } from "./book.ts"
import type { Actor } from "./cast.ts"
import type { Traveler } from "./stage.ts"

export type Story = (actors: ReadonlyArray<Actor>, d: number) => Promise<void>

export const consents = async (owner: Actor, others: ReadonlyArray<Actor>): Promise<void> => {
  for (const other of others)
    await other.stage.ask(other.who, "PUT", "/users/me/companions", { user_ids: [owner.who.id] })
}

export const named = (others: ReadonlyArray<Actor>): { readonly party: ReadonlyArray<Traveler> } => ({
  party: others.map(({ who }) => who)
})

/** Asks what else there is for a mood, and stays with the plan. */
export const refuse = async (trip: TripBook, by: Actor, mood: string): Promise<void> => {
  const [ahead] = trip.ahead
  if (ahead === undefined) return
  const offer = await trip.pivot(by.who, { trigger: "mood", slot_id: ahead.slot, detail: { mood } })
  if (offer.options.length > 0) await trip.dismiss(by.who, offer)
}
