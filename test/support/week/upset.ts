/** Stories of what comes from outside: a city that closes doors, companions who go, a train that is late. */
import type { Actor } from "./cast.ts"
import { consents, named, refuse, type Story } from "./story.ts"

/**
 * Stops are closed under way, told by the city and asked by nobody: with the app open, and with a phone in the pocket. One of each is
 * taken, and one let be.
 */
export const hearsOfClosures: Story = async ([moe], d) => {
  await moe!.begin(true)
  const trip = await moe!.plan(d, 2)
  await trip.setStatus(moe!.who, "confirmed")
  await moe!.at(d - 1, 23)
  const from = moe!.stage.clock.now()
  await moe!.at(d, 10)
  await trip.seen("active", from)
  const done = await moe!.follow(trip)
  await moe!.at(d, 11)
  await trip.accept(moe!.who, await moe!.hears(trip), 0)
  await moe!.hears(trip)
  await moe!.letExpire(trip)
  done()
  const told = await moe!.phone()
  const { code, offer } = await told(trip)
  await trip.acceptFromNotification(moe!.who, offer, code)
  await told(trip)
  await moe!.letExpire(trip)
  await moe!.at(d + 1, 20)
  await trip.setStatus(moe!.who, "completed")
  await moe!.rate(trip, true)
}

/** Of three one leaves in the middle of the trip, and one is taken off it; both had asked for something that was not answered then. */
export const oneTravelsOn: Story = async ([una, vic, wil], d) => {
  for (const one of [una!, vic!, wil!]) await one.begin(true)
  await consents(una!, [vic!, wil!])
  const trip = await una!.plan(d, 2, named([vic!, wil!]))
  await trip.swap(vic!.who, trip.stops[1]!)
  await trip.setStatus(una!.who, "confirmed")
  await una!.at(d - 1, 23)
  const from = una!.stage.clock.now()
  await una!.at(d, 10)
  await trip.seen("active", from)
  const ask = (by: Actor, mood: string, at = 0) =>
    trip.pivot(by.who, { trigger: "mood", slot_id: trip.ahead.at(at)!.slot, detail: { mood } })
  const taken = await ask(vic!, "curious")
  if (taken.options.length > 0) await trip.accept(vic!.who, taken, 0)
  await refuse(trip, wil!, "calm")
  await ask(vic!, "playful", -1)
  await trip.parts(vic!.who, vic!.who)
  await una!.letExpire(trip)
  const asked = await ask(wil!, "hungry", -1)
  await ask(wil!, "romantic", -1)
  await wil!.signal([trip.say(wil!.who, "slot_skip", trip.ahead[0]!)])
  await trip.parts(wil!.who, una!.who)
  if (asked.options.length > 0) await trip.accept(una!.who, asked, 0)
  await una!.letExpire(trip)
  await una!.at(d + 1, 9)
  await refuse(trip, una!, "tired")
  await una!.at(d + 1, 21)
  await trip.setStatus(una!.who, "completed")
  await una!.rate(trip, true)
}

/** The first morning gets shorter, and shorter again under way: they want to sleep long, and then their train is late. */
export const arrivesLate: Story = async ([xan], d) => {
  await xan!.begin(false)
  const trip = await xan!.plan(d, 2)
  await trip.swapIfPossible(xan!.who, 0)
  await trip.setStatus(xan!.who, "confirmed")
  const morning = trip.stops[0]!
  await trip.replan(xan!.who, { day_start: "11:30" })
  await xan!.at(d - 1, 23)
  const from = xan!.stage.clock.now()
  await xan!.at(d, 9)
  await trip.seen("active", from)
  const noon = trip.stops[0]!
  await trip.arriveAt(xan!.who, "14:30", "15:00")
  const [first] = trip.stops
  if (!(morning.starts_at < noon.starts_at && noon.starts_at < first!.starts_at))
    throw new Error(`The first morning of trip ${trip.id} is as long as it was.`)
  await xan!.at(d + 1, 21)
  await trip.setStatus(xan!.who, "completed")
  await xan!.rate(trip, false)
}
