/**
 * What each operation of the contract is for, and a request that shows it. The requests are run against a server by a
 * test, with the ids and days of the example replaced by real ones.
 */
import { EXAMPLE, EXAMPLE_DAY } from "./examples.ts"
import type { OperationWords } from "./operation-words.ts"
import { TOGETHER } from "./operations-together.ts"

const trips: Readonly<Record<string, OperationWords>> = {
  "trips.create": {
    summary: "Plan a trip",
    description:
      "Answers with the whole plan, within a second as a rule. What could not be granted stands in `relaxed`, with what was done about it.",
    body: {
      city: "seattle",
      start_date: EXAMPLE_DAY,
      days: 3,
      constraints: { pace: "leisurely", budget: "mid", needs: ["vegetarian"], day_start: "09:30" }
    }
  },
  "trips.list": {
    summary: "Your trips",
    description: "Trips that you belong to, a page at a time, without their plans."
  },
  "trips.read": {
    summary: "Read a trip",
    description:
      "The whole plan as it stands. Its `ETag` spares the reading when nothing has changed since; `state_version` is what `If-Match` takes."
  },
  "trips.change": {
    summary: "Change dates or status",
    description:
      "A trip is planned, confirmed, active and then completed, shortened or cancelled. New dates keep what is locked and still fits.",
    body: { status: "confirmed" }
  },
  "trips.delete": {
    summary: "Delete a trip",
    description:
      "Its owner does, whatever its status, and it is gone for everybody: nobody reads it any more, its links lead nowhere, streams of it end, and nothing brings it back. The record of what you did in it, which your taste rests on, stays until you delete your account. Whoever else travels leaves instead."
  },
  "trips.invite": {
    summary: "Invite somebody by their id",
    description: "The invitation waits for two weeks. To invite somebody whose id you do not know, make a link.",
    body: { user_id: EXAMPLE.companion }
  },
  "trips.join": {
    summary: "Take up an invitation",
    description:
      "For whoever was invited by their id. The plan stays as it is; their tastes and vetoes count from now on."
  },
  "trips.leave": {
    summary: "Leave, send away, or take back an invitation",
    description:
      "Everybody may leave, and whoever is invited may decline; the owner may send others away or ask them no more, and the invitations by link are revoked then."
  },
  "trips.replan": {
    summary: "Plan anew",
    description: "A new plan for what lies ahead. What is locked, done or past stays.",
    body: { constraints: { pace: "moderate" } }
  },
  "trips.vetoes": {
    summary: "Your vetoes",
    description: "What you have ruled out on this trip. You see your own; nobody sees another's."
  },
  "trips.veto": {
    summary: "Set your vetoes",
    description:
      "What you do not want, places or tags: obeyed for the whole trip and told to nobody. Replaces what you set before.",
    body: { node_ids: [], tags: ["lively"] }
  },
  "trips.editVetoes": {
    summary: "Rule something out, or take it back",
    description:
      "Adds to your vetoes, and takes out of them, only what is named here: what another device of yours says meanwhile stays.",
    body: { add: { tags: ["lively"] } }
  },
  "trips.changeSlot": {
    summary: "Swap, move, lock, unlock or remove a stop, or say whether its door was open",
    description:
      "A swap without `node_id` takes the best place that fits; what follows is checked again. `{action: report, open: false}` is for who is there, from an hour before the stop until a day after it: nothing of the plan changes, and where several travelers say the same, offers say so.",
    body: { action: "lock" }
  },
  "edits.add": {
    summary: "Add a stop",
    description:
      "A place of the catalog (search `GET /cities/{slug}/nodes?q=`) or one of your own. Other stops give way as little as they can: first in time, then in how long one stays. What cannot be is refused with what stands in its way.",
    body: { own: { title: "Coffee at Ana's", minutes: 60, lat: 47.62, lon: -122.32 }, day: 2 }
  },
  "edits.choices": {
    summary: "What a swap of this stop could bring",
    description:
      "Best first, each checked as of now. Nothing changes: choose one with `PATCH /trips/{id}/slots/{slot_id}` and `{action: swap, node_id}`."
  },
  "edits.reorder": {
    summary: "Put a day's stops in another order",
    description: "Name each that can still move once; locked stops and what is fixed keep their times.",
    body: { slot_ids: [EXAMPLE.nextSlot, EXAMPLE.slot] }
  },
  "edits.undo": {
    summary: "Take back a change of the plan",
    description:
      "For ten minutes: swaps, edits, accepted offers, new dates, new plans. Two who undo the same change undo it once.",
    body: {}
  },
  "edits.fits": {
    summary: "What fits into so many minutes",
    description:
      "From now, or from `at`: places between where you are by the plan and where you go on to, alone or one after the other."
  },
  "trips.pivot": {
    summary: "Say what went wrong, and get ways to go on",
    description:
      "Answered from memory with options that were checked for this moment. It is advice: nothing changes until an option is accepted. The stream does the same with less delay.",
    body: { trigger: "mood", detail: { mood: "tired" } }
  },
  "trips.answerPivot": {
    summary: "Accept or dismiss an offer",
    description:
      "Accepting checks the option once more and changes the plan. Where it can no longer be taken, a fresh offer is attached to the refusal.",
    body: { response: "accept", option_id: EXAMPLE.option }
  }
}

const people: Readonly<Record<string, OperationWords>> = {
  "begin.vocabularies": {
    summary: "The words that the contract understands",
    description: "Tags, categories, needs, moods, triggers, paces and budgets. Needs no token."
  },
  "begin.map": {
    summary: "What maps may be drawn on",
    description:
      "Where the operator has named a source of pictures, a map of the trip can be drawn on them, with the words of their licence beside it. Needs no token."
  },
  "begin.demo": {
    summary: "Whether there is a demo here",
    description: "Open on the machine itself only. Needs no token."
  },
  "begin.enterDemo": {
    summary: "Come in without a token",
    description: "Gives a token for a new traveler of one's own, or for the one whose trip is under way.",
    body: { as: "newcomer" }
  },
  "begin.renewToken": {
    summary: "Renew a token",
    description:
      "Gives a new token of the same traveler for one of this server's that holds, or ran out some days ago: a phone that was away goes on where it was. Where tokens come from somebody else, ask there.",
    body: { token: EXAMPLE.token }
  },
  "begin.signIn": {
    summary: "Sign in by a code",
    description:
      "Gives a token to who types the code that was made where they are signed in. It is good once. How many may be tried is limited for each address and for all of them together; one that is wrong, was used or has run out gets the same answer.",
    body: { code: EXAMPLE.signInCode }
  },
  "people.makeCode": {
    summary: "Make a code for another device",
    description:
      "Who types it there within minutes is signed in as you, once. It takes the place of the one you had before, is told here only, and no receipt keeps it: sent again, it is another one."
  },
  "people.persona": {
    summary: "What we take your taste to be",
    description: "Dimensions with how sure we are, the strongest tags, and what each recent signal changed."
  },
  "people.onboard": {
    summary: "Say what you like",
    description:
      "Replaces what was said or learnt of the same: a dimension that is not named stays. What you like makes your taste anew. Your interests and your personality alone make one where there is none, and let the one that you have lean towards them. Words that are not understood are never guessed: `not_understood` names them.",
    body: { tags: { food: ["ramen", "coffee"], pace: "slow" }, age: 34, personality: 0.4 }
  },
  "people.companions": { summary: "Who may plan with your tastes", description: "Travelers whom you have named." },
  "people.setCompanions": {
    summary: "Name who may plan with your tastes",
    description: "Whoever is named may put you into the party of a trip. Replaces what was named before.",
    body: { user_ids: [EXAMPLE.companion] }
  },
  "people.export": {
    summary: "Everything that is held about you",
    description: "A file in JSON. It is cut off rather than ended early where something fails half way."
  },
  "people.erase": {
    summary: "Delete your account",
    description:
      "From this moment your tokens are refused. What others need of shared trips goes on under a stand-in that leads nowhere."
  },
  "people.signals": {
    summary: "Tell what you did",
    description: "One signal or up to 1000; each is judged by itself, and one that was sent before counts once.",
    body: [
      {
        id: EXAMPLE.signal,
        signal_type: "thumbs_up",
        trip_id: EXAMPLE.trip,
        slot_id: EXAMPLE.slot,
        occurred_at: `${EXAMPLE_DAY}T15:04:00.000Z`,
        context: { position: 2 }
      }
    ]
  },
  "people.discovery": {
    summary: "Places to swipe through",
    description: "A slate for this traveler; answering it with swipes teaches the next one."
  },
  "cities.list": { summary: "Cities", description: "Where trips can be planned." },
  "cities.nodes": {
    summary: "Places of a city",
    description:
      "A page of the catalog, filtered. A page may hold fewer places than asked for and still not be the last. Whether each is open is told of now, or of `at`."
  },
  "cities.evidence": {
    summary: "What speaks for a place",
    description: "Each kind of source with its count, and the newest posts behind it."
  }
}

const admin: Readonly<Record<string, OperationWords>> = {
  "admin.seedCity": {
    summary: "Open a city",
    description:
      "Starts a job that reads a catalog into the database. `osm` asks the server of Overpass that OVERPASS_URL names; `name` and `bounds` say what the city is called and where it lies, where nobody seeded it before. A `file` in base64 is read in its place: an `.osm.pbf`, an answer of Overpass, GeoJSON, Parquet of Overture, an article's wikitext, a city file, a feed of GTFS, `posts` as lines of JSON, an archive of `reddit`. `reddit` without a file, `feed`, `discourse` and `pages` are read now from what SOURCES_FILE names, whether or not their time has come. A body has HTTP_MAX_BODY bytes at most: a larger file is handed in by parts, and named as `upload`.",
    body: { city: "seattle", source: "curated" }
  },
  "admin.beginSeedFile": {
    summary: "Begin to hand in a large file",
    description:
      "Gives the name of a file whose parts are to come. Without a job it is forgotten after a day; ten may be under way."
  },
  "admin.putSeedFilePart": {
    summary: "Hand in a part of a file",
    description:
      "Parts are counted from 0 and come in any order; one that is there already is replaced. A part fits into HTTP_MAX_BODY in base64, and all of them together into SEED_FILE_MAX.",
    body: { base64: "Tm90IHRoZSBmaXJzdCBwYXJ0Lg==" }
  },
  "admin.seedTrainingData": {
    summary: "Make up people for training",
    description: "Starts a job. For rehearsals: never on a server with travelers.",
    body: { users: 5, seed: 7 }
  },
  "admin.train": {
    summary: "Train a model",
    description: "Starts a job; its result is registered for staging.",
    body: { model: "bpr" }
  },
  "admin.job": { summary: "How a job is doing", description: "Where it stands, how far it is, and what it came to." },
  "admin.cancelJob": { summary: "Cancel a job", description: "One that waits never begins; one that runs is stopped." },
  "admin.cityEvent": {
    summary: "Announce weather, a closure or a delay",
    description: "Every trip under way that it touches gets an offer by itself.",
    body: {
      kind: "weather",
      from: `${EXAMPLE_DAY}T15:00:00.000Z`,
      until: `${EXAMPLE_DAY}T19:00:00.000Z`,
      condition: "rain",
      severity: "moderate"
    }
  },
  "admin.models": {
    summary: "Registered models",
    description: "Every version, newest first, with its card and how it was judged."
  },
  "admin.promote": {
    summary: "Let a model further",
    description:
      "Through the gate, or past it for a reason that is kept. Into production only over a version that all travelers have."
  },
  "admin.traffic": {
    summary: "Set a model's share of travelers",
    description: "Of warm travelers, the percentage that the model in production ranks for.",
    body: { percent: 10 }
  },
  "admin.rollback": {
    summary: "Take a model back",
    description: "At once; whoever ranked before ranks again.",
    body: { reason: "Its answers came too late" }
  },
  "admin.shadow": { summary: "What a model in the shadow would have said", description: "Beside what was served." },
  "admin.costs": {
    summary: "What language models have cost",
    description: "By day, and how much of the budget is left."
  },
  "admin.postSources": {
    summary: "Sources of posts",
    description: "Each with its terms, its cadence and how it is doing."
  },
  "admin.hoursToCheck": {
    summary: "Places whose hours to look up",
    description:
      "Where travelers stood before a closed door: how many people, on which weekdays (0 is Monday) and hours, beside those who found it open. A place leaves the list when its hours are seeded anew."
  },
  "admin.actors": { summary: "Who is alive", description: "Actors in memory, by kind." },
  "admin.actor": { summary: "One actor", description: "Its fiber, and the child fibers in its scope." },
  "admin.interrupt": {
    summary: "Interrupt an actor",
    description: "It leaves memory, and comes back with the next command; nothing that was acknowledged is lost."
  }
}

export const OPERATIONS: Readonly<Record<string, OperationWords>> = { ...trips, ...TOGETHER, ...people, ...admin }

/** Parameters whose name stands for something else among the fields, or for nothing there. */
export const PARAMETERS: Readonly<Record<string, readonly [means: string, example: unknown]>> = {
  part: ["Which part of the file it is, counted from 0.", 0],
  cursor: ["`next_cursor` of the page before, as it was given.", "50"],
  "trips.list.cursor": ["`next_cursor` of the page before, as it was given.", EXAMPLE.trip],
  id: ["The trip's id.", EXAMPLE.trip],
  "cities.evidence.id": ["The place's id.", EXAMPLE.node],
  "admin.job.id": ["The job's id.", EXAMPLE.job],
  "admin.putSeedFilePart.id": ["The file's name, as `file_id` of its beginning.", EXAMPLE.file],
  "admin.cancelJob.id": ["The job's id.", EXAMPLE.job],
  "admin.actor.id": ["Of which trip, traveler or city.", EXAMPLE.trip],
  "admin.actor.kind": ["`trip`, `user` or `city`.", "trip"],
  "admin.interrupt.id": ["Of which trip, traveler or city.", EXAMPLE.trip],
  "admin.interrupt.kind": ["`trip`, `user` or `city`.", "trip"],
  "admin.promote.to": ["The stage that it is to have; production where this is left out.", "shadow"],
  "edits.fits.at": ["From when: an instant, or a time of the city's clock.", `${EXAMPLE_DAY}T14:30`],
  "edits.fits.minutes": ["How many minutes.", "90"],
  name: ["The model's name.", "bpr"],
  "cities.nodes.setting": ["Only places of this setting.", "outdoor"],
  "cities.nodes.at": [
    "When one would be there, a day or a moment: `open` and `expected` are told of it. Of a day it is whether one gets in at any time from six in the morning to midnight. Now, where this is left out.",
    EXAMPLE_DAY
  ],
  "cities.nodes.category": ["Only places of this category.", "park"],
  "cities.nodes.tag": ["Only places with this vibe tag.", "scenic_view"],
  "cities.nodes.neighbourhood": ["Only places of this part of the city.", "Wallingford"],
  "cities.nodes.fits": ["Only places that are known to be fit for this need.", "vegetarian"],
  "shared.read.code": [
    "The link's secret, as `code` of the link that was made.",
    "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ"
  ],
  suggested_id: ["The traveler who was suggested.", EXAMPLE.traveler],
  subscription_id: ["The device's id.", EXAMPLE.link],
  link_id: ["The link's id.", EXAMPLE.link],
  "trips.leave.user_id": ["Who leaves, is sent away, or was invited.", EXAMPLE.companion],
  "if-match": [
    "The `state_version` that the change is based on; where the trip has moved on since, nothing is changed and the answer is 412.",
    "8"
  ],
  "if-none-match": [
    "The `ETag` of the answer that you have; where it is still true, the answer is an empty 304.",
    '"n4bQgYhMfWWaL-qgxVrQFa"'
  ],
  "idempotency-key": [
    "Makes it harmless to send the same request again: one execution, one answer. 1 to 200 printable characters; a UUID is a good one.",
    EXAMPLE.key
  ]
}
