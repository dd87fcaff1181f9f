/** The stories. Each is a function of those who take part, `d` the day of the week on which its trip begins. */

import type { TripBook } from "./book.ts"
import { Actor, AVOIDED, type Cast, chance } from "./cast.ts"
import type { Json } from "./stage.ts"
import { consents, named, refuse, type Story } from "./story.ts"
import { arrivesLate, hearsOfClosures, oneTravelsOn } from "./upset.ts"

const live = async (actor: Actor, trip: TripBook, d: number, days: number, from: number): Promise<void> => {
  await actor.at(d, 8)
  await trip.seen("active", from)
  await actor.at(d, 13)
  const [next] = trip.ahead
  if (next !== undefined) await actor.signal([trip.say(actor.who, "slot_accept", next)])
  await actor.at(d + days - 1, 21)
}

/** Somebody of whom nothing is known thinks of another plan, takes what was proposed first, and the calendar does the rest. */
const takesItAsItIs: Story = async ([ann], d) => {
  await ann!.begin(true)
  const trip = await ann!.plan(d, 2)
  await trip.replanAndUndo(ann!.who, { pace: "packed" })
  await trip.setStatus(ann!.who, "confirmed")
  await ann!.at(d - 1, 23)
  const from = ann!.stage.clock.now()
  await live(ann!, trip, d, 2, from)
  const over = ann!.stage.clock.now()
  await ann!.at(d + 2, 8)
  await trip.seen("completed", over)
  await ann!.rate(trip, true)
}

/** Somebody looks around for long, has wishes, and changes the plan in every way before they accept it. */
const changesEverything: Story = async ([bob], d) => {
  await bob!.begin(true)
  await bob!.swipe(12, 10)
  await bob!.swipe(12, 12)
  const [slate] = bob!.record.shown.filter(({ surface }) => surface === "discovery").slice(-1)
  const [must] = slate!.nodes
  const tags = bob!.record.places.find(({ node }) => node === must)?.tags ?? []
  // Nobody avoids what they must see.
  const avoidable = AVOIDED.filter((tag) => !tags.includes(tag))
  const constraints = { must: [must], avoid: [avoidable[bob!.seed % avoidable.length]!], pace: "moderate" }
  const trip = await bob!.plan(d, 2, { constraints })
  const [first, second, third] = trip.stops
  await trip.lock(bob!.who, first!, true)
  await trip.swap(bob!.who, second!)
  await trip.remove(bob!.who, third!)
  await trip.lock(bob!.who, first!, false)
  await trip.lock(bob!.who, trip.stops[1]!, true)
  await trip.replan(bob!.who, { ...constraints, pace: "leisurely" })
  await trip.lock(bob!.who, trip.stops.find(({ slot }) => slot === second!.slot) ?? trip.stops[0]!, false)
  const last = trip.stops.at(-1)!
  await trip.swap(bob!.who, last)
  await trip.choose(bob!.who, trip.stops.at(-1)!)
  await trip.undo(bob!.who)
  const planned = new Set(trip.stops.map(({ node }) => node))
  const another = slate!.nodes.find((node) => !planned.has(node) && canCome(bob!, node, constraints.avoid[0]!))
  if (another !== undefined) await trip.add(bob!.who, another)
  await trip.addOwn(bob!.who, "A call home")
  await trip.reorder(bob!.who, 1)
  await trip.remove(bob!.who, trip.stops.find(({ node }) => node !== must)!)
  await trip.undo(bob!.who)
  await trip.setStatus(bob!.who, "confirmed")
  await bob!.at(d - 1, 23)
  await live(bob!, trip, d, 2, bob!.stage.clock.now())
  const skipped = trip.stops[0]!
  await bob!.signal([trip.say(bob!.who, "slot_skip", skipped), trip.say(bob!.who, "slot_view", trip.stops[1]!)])
  await trip.setStatus(bob!.who, "completed")
  await bob!.rate(trip, false)
}

/** Whether nothing that the trip avoids speaks against a place. */
const canCome = ({ record }: Actor, node: string, avoided: string): boolean =>
  record.places.find((place) => place.node === node)?.tags.includes(avoided) === false

/** Two travel together: one changes the plan of the other, asks for another way, and the other takes it. */
const twoTogether: Story = async ([cat, dan], d) => {
  await cat!.begin(true)
  await dan!.begin(true)
  await dan!.swipe(8, 6)
  await consents(cat!, [dan!])
  const trip = await cat!.plan(d, 2, named([dan!]))
  await trip.swap(dan!.who, trip.stops[1]!)
  await trip.setStatus(dan!.who, "confirmed")
  await cat!.at(d - 1, 23)
  const from = cat!.stage.clock.now()
  await cat!.at(d, 8)
  await trip.seen("active", from)
  const done = await cat!.follow(trip)
  await cat!.at(d, 12)
  const [ahead] = trip.ahead
  const offer = await trip.pivot(dan!.who, { trigger: "mood", slot_id: ahead!.slot, detail: { mood: "hungry" } })
  if (offer.options.length > 1) await trip.accept(cat!.who, offer, 1)
  await cat!.letExpire(trip)
  await cat!.at(d + 1, 9)
  await refuse(trip, cat!, "curious")
  await cat!.at(d + 1, 21)
  done()
  await cat!.letExpire(trip)
  await trip.setStatus(cat!.who, "completed")
  await cat!.rate(trip, chance("content", cat!.seed) < 0.6)
}

/** Three of whom nobody accepts the plan; their day comes, they vote, and one of them deletes the account under way. */
const threeAndOneLeaves: Story = async ([eve, flo, gus], d) => {
  for (const one of [eve!, flo!, gus!]) await one.begin(one !== flo)
  await consents(eve!, [flo!, gus!])
  const trip = await eve!.plan(d, 2, named([flo!, gus!]))
  await trip.remove(gus!.who, trip.stops[2]!)
  await eve!.at(d - 1, 23)
  const from = eve!.stage.clock.now()
  await eve!.at(d, 9)
  await trip.seen("active", from)
  const done = await eve!.follow(trip)
  const [ahead, , later] = trip.ahead
  const offer = await trip.pivot(flo!.who, { trigger: "venue_closed", slot_id: ahead!.slot })
  await trip.dismiss(flo!.who, offer)
  if (later !== undefined) {
    const other = await trip.pivot(flo!.who, { trigger: "mood", slot_id: later.slot, detail: { mood: "curious" } })
    if (other.options.length > 0) await trip.vote(other, flo!.who, [eve!.who, flo!.who], [gus!.who])
  }
  await flo!.signal([trip.say(flo!.who, "slot_skip", trip.ahead[1]!)])
  await eve!.letExpire(trip)
  await eve!.at(d, 20)
  await gus!.leave([])
  trip.members = trip.members.filter(({ id }) => id !== gus!.who.id)
  done()
  await eve!.letExpire(trip)
  const over = eve!.stage.clock.now()
  await eve!.at(d + 2, 8)
  await trip.seen("completed", over)
  await flo!.rate(trip, true)
}

const MOODS = ["calm", "energetic", "hungry", "curious", "romantic", "playful", "tired", "social"]

/** A trip that begins today: everything that can go wrong does, and each offer has another answer. */
const everythingGoesWrong: Story = async ([hal], d) => {
  await hal!.begin(true)
  await hal!.at(d, 8)
  const trip = await hal!.plan(d, 2)
  const done = await hal!.follow(trip)
  const requests: ReadonlyArray<Json> = [
    { trigger: "venue_closed" },
    { trigger: "weather", detail: { condition: "rain" } },
    { trigger: "mood", detail: { mood: "tired" } },
    { trigger: "transit", detail: { delay_minutes: 35 } }
  ]
  for (const [i, request] of requests.entries()) {
    const slot = trip.ahead[i % 2]
    if (slot === undefined) break
    const offer = await trip.pivot(
      hal!.who,
      request.trigger === "transit" ? request : { ...request, slot_id: slot.slot }
    )
    if (offer.options.length === 0) continue
    if (i % 3 === 2) await trip.dismiss(hal!.who, offer)
    else if (i === 0) await trip.acceptAndUndo(hal!.who, offer, 0)
    else await trip.accept(hal!.who, offer, i % offer.options.length)
  }
  const late = await trip.pivot(hal!.who, {
    trigger: "mood",
    slot_id: trip.ahead.at(-1)!.slot,
    detail: { mood: "hungry" }
  })
  const said = hal!.stage.clock.now()
  await hal!.letExpire(trip)
  if (late.options.length > 0) await trip.acceptedThen(hal!.who, late, 0, said)
  await hal!.letExpire(trip)
  // More than a trip holds: the first of them is pushed out.
  const far = trip.ahead.at(-1)!
  const asked: Array<Json> = []
  const began = hal!.stage.clock.now()
  for (const mood of [...MOODS, "silent"])
    asked.push(await trip.pivot(hal!.who, { trigger: "mood", slot_id: far.slot, detail: { mood } }))
  const [first] = asked
  if (first.options.length > 0) trip.ignored(first, [began, hal!.stage.clock.now()])
  await hal!.letExpire(trip)
  await trip.swap(hal!.who, trip.ahead.at(-1)!)
  await hal!.at(d + 1, 7)
  await hal!.at(d + 1, 20)
  done()
  await hal!.letExpire(trip)
  await trip.setStatus(hal!.who, "completed")
  await hal!.rate(trip, true)
}

/** The rain of the trip's second day is told of by name before it comes: what is best for all of that day is taken. */
const rainTomorrow = async (trip: TripBook, by: Actor): Promise<void> => {
  const tomorrow = trip.stops.filter(({ day }) => day === 2)
  if (tomorrow.length === 0) return
  const [from, until] = [tomorrow[0]!.starts_at, tomorrow.at(-1)!.ends_at].map((at) => new Date(at).toISOString())
  const offer = await trip.pivot(by.who, { trigger: "weather", detail: { condition: "rain", from, until } })
  if (offer.options.length > 0) await trip.accept(by.who, offer, 0)
}

/** Somebody fills a gap, makes a new plan of one that was confirmed, and comes home early. */
const comesHomeEarly: Story = async ([ida], d) => {
  await ida!.begin(false)
  await ida!.swipe(6, 0)
  const evening = `${ida!.date(d + 1)}T`
  const concert = { title: "Concert", kind: "ticket", at: `${evening}20:00`, until: `${evening}21:30` }
  const trip = await ida!.plan(d, 3, { fixed: [concert] })
  const second = trip.stops.find(({ day }) => day === 2)!
  if (await trip.moveTo(ida!.who, second, 3)) await trip.undo(ida!.who)
  await trip.moveTo(ida!.who, second, 3)
  const gone = trip.stops.filter(({ day }) => day === 1).at(-1)!
  await trip.remove(ida!.who, gone)
  await trip.addWhatFits(ida!.who, 1, 240, gone.starts_at)
  await trip.setStatus(ida!.who, "confirmed")
  await trip.replan(ida!.who, { pace: "packed" })
  await trip.swap(ida!.who, trip.stops[0]!)
  await ida!.at(d - 1, 23)
  const from = ida!.stage.clock.now()
  await ida!.at(d, 9)
  await trip.seen("active", from)
  for (const mood of ["calm", "hungry"]) await refuse(trip, ida!, mood)
  await rainTomorrow(trip, ida!)
  await ida!.at(d, 22)
  await trip.setStatus(ida!.who, "shortened")
}

/** A trip that is moved, and then is not. */
const staysAtHome: Story = async ([jon], d) => {
  await jon!.begin(true)
  await jon!.swipe(10, 4)
  const trip = await jon!.plan(d, 2)
  await trip.move(jon!.who, jon!.date(d + 7), jon!.date(d + 8))
  await trip.swap(jon!.who, trip.stops[1]!)
  await trip.setStatus(jon!.who, "cancelled")
}

/** Somebody leaves for good in the middle of a trip. */
const leavesForGood: Story = async ([kim], d) => {
  await kim!.begin(true)
  await kim!.swipe(10, 8)
  const trip = await kim!.plan(d, 2)
  await trip.swap(kim!.who, trip.stops[1]!)
  await trip.setStatus(kim!.who, "confirmed")
  await kim!.at(d - 1, 23)
  const from = kim!.stage.clock.now()
  await kim!.at(d, 10)
  await trip.seen("active", from)
  const done = await kim!.follow(trip)
  const offer = await trip.pivot(kim!.who, { trigger: "venue_closed", slot_id: trip.ahead[0]!.slot })
  if (offer.options.length > 0) await trip.accept(kim!.who, offer, 0)
  await kim!.letExpire(trip)
  done()
  await kim!.leave([trip])
}

/** Only looks around, and has one trip ahead. */
const looksAround: Story = async ([lou], d) => {
  await lou!.begin(true)
  await lou!.swipe(10, 5)
  await lou!.at(d, 12)
  await lou!.swipe(10, 10)
  await lou!.swipe(5, 0)
  const trip = await lou!.plan(lou!.cast.days + 30, 1)
  await trip.setStatus(lou!.who, "confirmed")
}

/** Those of a story who plan trips ahead of the week, by their place in it, and with whom, who agreed to that. */
interface Telling {
  readonly people: number
  readonly story: Story
  readonly ahead: ReadonlyArray<readonly [who: number, companions: ReadonlyArray<number>]>
}

const STORIES: ReadonlyArray<Telling> = [
  { people: 1, story: takesItAsItIs, ahead: [[0, []]] },
  { people: 1, story: changesEverything, ahead: [[0, []]] },
  {
    people: 2,
    story: twoTogether,
    ahead: [
      [0, [1]],
      [1, []]
    ]
  },
  {
    people: 3,
    story: threeAndOneLeaves,
    ahead: [
      [0, [1]],
      [1, []]
    ]
  },
  { people: 1, story: everythingGoesWrong, ahead: [[0, []]] },
  { people: 1, story: comesHomeEarly, ahead: [[0, []]] },
  { people: 1, story: staysAtHome, ahead: [[0, []]] },
  { people: 1, story: leavesForGood, ahead: [] },
  { people: 1, story: looksAround, ahead: [[0, []]] },
  { people: 1, story: hearsOfClosures, ahead: [[0, []]] },
  { people: 3, story: oneTravelsOn, ahead: [[0, [1]]] },
  { people: 1, story: arrivesLate, ahead: [] }
]

/** Days that a story takes from its first one on. */
const LONGEST = 2

/**
 * Stories for that many people, each with the others in it. They begin on one day and another of the week, at one hour and another; a
 * trip begins on the day after at the earliest.
 */
export const cast = async (world: Cast, people: number): Promise<ReadonlyArray<() => Promise<void>>> => {
  const told: Array<() => Promise<void>> = []
  let seed = 0
  for (let n = 0; seed < people; n++) {
    const { ahead, people: needed, story } = STORIES[n % STORIES.length]!
    const actors: Array<Actor> = []
    for (let i = 0; i < needed; i++) actors.push(new Actor(world, seed++, world.stage.traveler()))
    const first = 1 + (Math.floor(n / STORIES.length) % Math.max(1, world.days - LONGEST))
    const [begins, hour] = actors[0]!.arrival(first)
    told.push(async () => {
      await actors[0]!.at(begins, hour)
      await story(actors, first)
    })
    for (const [who, companions] of ahead) {
      told.push(() =>
        actors[who]!.planAhead(
          begins + 1,
          companions.map((i) => actors[i]!)
        )
      )
    }
  }
  return told
}
