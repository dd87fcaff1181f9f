/**
 * Every text of the app, in one place, so that a translator can begin. Sentences that the server says (refusals, notes
 * of a plan, who said what) come from there as they are.
 */

export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`

/** "specialty_coffee" as one says it. */
export const words = (name) => String(name).replaceAll("_", " ")

/** Kinds of places that read otherwise than they are called. */
const CATEGORY_WORDS = { cafe: "café", zoo_aquarium: "zoo or aquarium" }

export const categoryWords = (category) => CATEGORY_WORDS[category] ?? words(category)

export const HOURS_WORDS = { always: "at any time", closed: "closed", holidays: "public holidays" }

export const OPEN_WORDS = { open: "open then", closed: "closed then", unknown: "hours unknown" }

/** Where a place's own hours are not known. */
export const USUALLY_WORDS = { open: "usually open then", closed: "usually closed then" }

export const FIT_WORDS = { fits: "yes, as far as is known", unknown: "nobody knows, ask there", "does-not": "no" }

export const NEED_WORDS = {
  vegetarian: "Vegetarian",
  vegan: "Vegan",
  gluten_free: "Without gluten",
  halal: "Halal",
  kosher: "Kosher",
  lactose_free: "Without lactose",
  wheelchair: "With a wheelchair",
  children: "With children",
  alcohol_free: "No alcohol"
}

export const STATUS_WORDS = {
  planning: "draft",
  confirmed: "confirmed",
  active: "under way",
  completed: "finished",
  shortened: "ended early",
  cancelled: "cancelled"
}

export const STREAM_WORDS = {
  connecting: "connecting…",
  live: "live",
  waiting: "offline, trying again",
  unauthorized: "signed out",
  not_found: "not yours any more",
  closed: "closed"
}

export const TRIGGER_WORDS = {
  venue_closed: "It is closed",
  weather: "It rains",
  mood: "Something else",
  transit: "Running late"
}

export const MOOD_WORDS = {
  calm: "Calm",
  energetic: "Full of energy",
  hungry: "Hungry",
  curious: "Curious",
  romantic: "Romantic",
  playful: "Playful",
  tired: "Tired",
  social: "Among people"
}

/** What an option is beside the others. */
export const KIND_WORDS = {
  rest_of_day: "The rest of the day",
  closest_in_taste: "Closest in taste",
  closest_on_foot: "Closest on foot",
  different_idea: "A different idea",
  wait: "Wait for it",
  skip: "Leave something out",
  another_day: "On another day"
}

export const NEXT_STATUS_WORDS = {
  confirmed: "Confirm the plan",
  active: "Start the trip",
  completed: "Finish the trip"
}

export const PACE_CHOICES = [
  ["leisurely", "Slow"],
  ["moderate", "In between"],
  ["packed", "Full days"]
]

export const BUDGET_CHOICES = [
  ["low", "Careful"],
  ["mid", "Middle"],
  ["high", "Generous"]
]

export const DIET_CHOICES = [
  ["", "Everything"],
  ["vegetarian", "Vegetarian"],
  ["vegan", "Vegan"]
]

export const RHYTHM_CHOICES = [
  ["early_bird", "Early"],
  ["balanced", "In between"],
  ["night_owl", "Late"]
]

/** From somebody who likes to be alone, at 0, to somebody who likes company, at 1. */
export const COMPANY_CHOICES = [
  ["0.15", "Rather quiet"],
  ["0.5", "In between"],
  ["0.85", "Rather among people"]
]

/** What people come for. */
export const INTEREST_WORDS = {
  food: "food",
  culture: "culture",
  outdoors: "being outdoors",
  nightlife: "nightlife",
  shopping: "shopping",
  wellness: "taking it easy"
}

/** What the facts of a taste are called, and how each value reads. */
export const TASTE_WORDS = {
  pace_preference: ["Pace", { leisurely: "slow days", moderate: "in between", packed: "full days" }],
  budget_sensitivity: ["Spending", { low: "careful", mid: "middle", high: "generous" }],
  social_mode: ["Company", { solo: "alone", couple: "as a couple", family: "with family", friends: "with friends" }],
  time_orientation: ["Rhythm", { early_bird: "early", balanced: "in between", night_owl: "late" }],
  primary_interest: ["Comes for", {}],
  trip_count: ["Experience", { first_trip: "first trip", returning: "has been before", frequent: "travels a lot" }]
}

export const SOURCE_WORDS = {
  onboarding: "you told us",
  behavior: "from what you did",
  behaviour: "from what you did",
  signals: "from what you did",
  default: "our guess so far"
}

export const SIGNAL_WORDS = {
  slot_view: "Looked at a stop",
  slot_accept: "Chose a stop",
  slot_skip: "Left out a stop",
  slot_swap: "Swapped a stop",
  pivot_accept: "Took another way",
  pivot_dismiss: "Kept the plan",
  pivot_ignore: "Let an offer pass",
  thumbs_up: "Liked a place",
  thumbs_down: "Did not like a place",
  discovery_swipe_right: "Would go to a place",
  discovery_swipe_left: "Would not go to a place",
  post_trip_rating: "Rated a place"
}

/** The same of a place whose name is known; keeping a plan and letting an offer pass are about none. */
export const SIGNAL_OF = {
  slot_view: (name) => `Looked at ${name}`,
  slot_accept: (name) => `Chose ${name}`,
  slot_skip: (name) => `Left out ${name}`,
  slot_swap: (name) => `Swapped ${name} for another place`,
  pivot_accept: (name) => `Took another way: ${name}`,
  thumbs_up: (name) => `Liked ${name}`,
  thumbs_down: (name) => `Did not like ${name}`,
  discovery_swipe_right: (name) => `Would go to ${name}`,
  discovery_swipe_left: (name) => `Would not go to ${name}`,
  post_trip_rating: (name) => `Rated ${name}`
}

export const T = {
  app: "Overplanned",
  nav: { trips: "Trips", plan: "New trip", me: "Me", contract: "For developers" },
  loading: "Loading…",
  offline: "The server does not answer: this is what was known last.",
  dismiss: "Dismiss",
  undo: "Undo",
  cancel: "Cancel",
  unreachable: "The server cannot be reached; you may be offline. Nothing is lost: try again when there is a network.",
  again: "Try again",
  skip: "Skip to content",
  /** What a refusal says beside the server's own sentence. */
  problem: {
    answered: (status) => `The server answered ${status}.`,
    again: (time) => `Try again in ${time}.`,
    full: (count) => `${count} things wait to be sent already. Go online first.`
  },
  welcome: {
    title: "Your trip, as locals would do it",
    text: "A plan by day, and for each stop who speaks for it. When it rains, something is closed or you are late, it offers what fits, at once.",
    fresh: "Try it now",
    freshHint: "No account: a new traveler on this machine, for twelve hours.",
    underWay: "See a trip under way",
    code: "Code of your other device",
    codeHint: "Where you are signed in, it stands under Me, On another device.",
    codeHere: "Sign in here with the code below? Only if you made it yourself, on your other device.",
    codeToo: "You are signed in here already. To use the code of another device, sign out first.",
    signIn: "Sign in with a token",
    signInHint: "Open the link that you were given, or paste its token.",
    token: "Token",
    tokenHint: "Kept in this browser until you sign out, and nowhere else.",
    go: "Sign in",
    notToken: "That is not a token: a token has three parts with dots between them.",
    expired:
      "You were signed out: the token has run out. Sign in with a fresh one and you are back where you were; what you did is kept."
  },
  clock: (ahead) => `The clock of this device is ${ahead} off. Times here are those of the server.`,
  waiting: {
    title: (count) => `${plural(count, "thing waits", "things wait")} for the network`,
    hint: "Sent by itself as soon as the server answers, in this order.",
    now: "Try now",
    forget: "Forget it",
    kept: (about) => `${about}: noted. It goes out when the server answers again.`,
    sent: (count) => `${plural(count, "thing", "things")} that waited ${count === 1 ? "is" : "are"} sent.`,
    /** `since`: what happened meanwhile, as the server words it. */
    stale: (about, since) => {
      const what = since.length === 0 ? "" : ` (${since.join(", ")})`
      return `The plan had changed meanwhile${what}, and this was not done: ${about}. Look at it as it is now, and decide anew.`
    },
    changed: (about, why) => `The plan had changed meanwhile, and this was not done: ${about}. ${why}`,
    refused: (about, why) => `This was not done: ${about}. ${why}`,
    drop: (count) => `${plural(count, "thing waits", "things wait")} to be sent. Sign out all the same, and drop it?`,
    take: (what) => `Take ${what}`,
    keep: "Keep the plan",
    vote: (what) => `Your vote, ${what}`,
    slot: (what, name) => `${what}: ${name}`,
    like: (name) => `I like ${name}`,
    likes: (count) => `You like ${plural(count, "place")} that you brought`,
    dislike: (name) => `${name} is not for me`
  },
  begin: {
    title: "What do you like?",
    hint: "Pick a few. You can change this whenever you want.",
    tastes: "Tastes",
    next: "Next",
    how: "How do you travel?",
    pace: "Pace",
    budget: "Spending",
    diet: "Food",
    dietHint:
      "No kitchen is planned that is known not to fit, and your taste leans to those that do. Of most nobody knows for certain: the stop says so.",
    city: "Where to first?",
    swipe: "Would you go there?",
    swipeHint: "A dozen places, or fewer. Arrow keys work too.",
    yes: "Yes",
    no: "No",
    enough: "That is enough",
    step: (at, of) => `Step ${at} of ${of}`,
    place: (at, of) => `Place ${at} of ${of}`,
    done: "Noted. Now a trip."
  },
  trips: {
    title: "My trips",
    none: "None yet.",
    planOne: "Plan one",
    join: "Join with a code",
    which: "Which",
    where: "Where",
    every: "All",
    everywhere: "Everywhere",
    noneSuch: "None of these.",
    now: "Now",
    ahead: "Ahead",
    past: "Past",
    days: (count) => plural(count, "day")
  },
  newTrip: {
    title: "New trip",
    noCity: "No city is here yet.",
    city: "City",
    cityChoice: (name, places) => `${name} (${places} places)`,
    firstDay: "First day",
    days: "Days",
    more: "Pace, budget, needs",
    needs: "Places have to be fit for",
    needsHint:
      "No place is planned that is known not to be. Of most places nobody knows: then the stop says so. Kept on this device, and part of each trip that you plan.",
    pace: "Pace",
    budget: "Budget",
    asTaste: "as my taste says",
    noLimit: "no limit",
    go: "Plan it",
    ahead: "Ready when you are: nothing is booked."
  },
  price: ["free", "cheap", "middling", "dear", "a splurge"],
  needs: {
    unknown: (needs) => `This plan does not know what you need: ${needs}.`,
    hint: "Planned anew, it has no place that is known not to fit, for you and everybody else on this trip. What is locked or past stays.",
    anew: "Plan it anew for that",
    known: "The plan knows what you need now."
  },
  prices: {
    usually: (price) => `usually ${price}`,
    sum: (known, unknown) =>
      [known.length > 0 && unknown > 0 && "at least", known.join(", ")].filter(Boolean).join(" ") +
      (unknown === 0 ? "" : `${known.length > 0 ? ", " : ""}${plural(unknown, "stop", "stops")} without a known price`),
    book: (count) => `book ${plural(count, "stop", "stops")} ahead`,
    day: (text) => `Prices this day: ${text}`,
    trip: (text) => `The whole trip: ${text}`
  },
  bring: {
    title: "Bring places and bookings",
    file: "A file of yours",
    hint: "Saved places or lists of Google Takeout (GeoJSON, CSV), KML, KMZ, GPX, GeoJSON, or a calendar (ICS). It is read here and goes nowhere.",
    found: (count) => `${plural(count, "place is", "places are")} known here. Ticked ones must be in the plan:`,
    others: "The others count as places that you like.",
    noReader: "What reads files could not be fetched from the server. Choose the file again once you are connected.",
    bookings: (count) =>
      `${plural(count, "booking")}. Ticked ones within the days of the trip keep their times, and the plan goes around them:`,
    long: "This lasts longer than a day, as a hotel does, and no plan goes around that. Where you sleep is said under “Where you sleep, arrivals, bookings”.",
    sameTime: (title) => `At the same time as “${title}”: only one of them can be kept.`,
    far: "Its position lies far from this city and is left out.",
    /** `among` how many of the city, where those are not all. */
    unknownHere: (count, among) =>
      among === undefined
        ? `${plural(count, "place is", "places are")} not in this city's catalog`
        : `${plural(count, "place is", "places are")} not among the ${among} places of this city that a file is looked up in`,
    andMore: (count) => `and ${count} more`,
    elsewhere: (count) =>
      `${plural(count, "place lies", "places lie")} far from this city and ${count === 1 ? "was" : "were"} passed over.`,
    leftOut: (count) =>
      `${plural(count, "entry", "entries")} could not be used: without a name or a time of day, repeated, or more than fit.`,
    empty: "There is no place and no booking in this file.",
    unknown: (name) => `${name} is no file that can be read here: GeoJSON, CSV, KML, KMZ, GPX or ICS.`,
    tooLarge: (size, most) =>
      `This file has ${size} MB; up to ${most} MB are read. Export fewer lists at once, or a single one.`,
    tooMuch: "This file unpacks to more than any list of places holds, and was not read.",
    declares: "This file declares what no list of places needs, and was not read.",
    unreadable: "This file cannot be read: it is damaged, or something else than its name says."
  },
  trip: {
    travelers: (count) => plural(count, "traveler"),
    times: (zone) => `times are ${zone}`,
    notes: "Notes on this plan",
    sources: (text) => `Data: ${text}.`,
    nowhere: (titles) => `Without a place: ${titles}.`,
    noStop: "Nothing is planned.",
    days: "Days",
    day: (nr, date) => `Day ${nr} · ${date}`,
    now: "Now",
    next: "Next",
    until: (time) => `until ${time}`,
    walk: (minutes) => `${minutes} min away`,
    rides: (lines) => `by ${lines.slice(0, 3).join(" or ")}`,
    back: (minutes) => `${minutes} min back to where you sleep`,
    directions: "Directions",
    webMap: "On a web map",
    book: "book ahead",
    bookHint: "They ask to be booked ahead. Nothing is booked for you.",
    hours: (text) => `Hours on record: ${text}`,
    checkFirst: "Check before you go.",
    fit: (need, answer) => `${need}: ${answer}.`,
    locked: "kept",
    changed: "changed",
    done: "done",
    skipped: "left out",
    planned: "planned",
    because: "Why, and who says so",
    offers: "Offers",
    actClosed: "It is closed",
    actOpen: "It is open",
    doorNoted: "Noted, for those who come after you. Thank you.",
    actDistrict: (name) => `Nobody gets into ${name}`,
    actSwap: "Something else here",
    actLock: "Keep it whatever happens",
    actUnlock: "May be changed again",
    actRemove: "Take it out",
    actLike: "I like it",
    actDislike: "Not for me",
    noted: "Noted. Your next plans know.",
    changedNews: (what) => `Changed: ${what}.`,
    leftOut: (count) => `${plural(count, "stop")} left out`,
    moreStops: (count) => plural(count, "more stop"),
    offerNews: (title) => `An offer: ${title}.`,
    notYours: "This trip is not yours any more: whoever planned it has deleted it, or you are not on it now.",
    onlyRead: "What you see is how it was last, to read and nothing else.",
    stale: "The plan had changed meanwhile; this is how it is now. Nothing else was done.",
    something: "Something happens",
    rain: "It rains for the rest of the day",
    late: "The train is late",
    minutesLate: "Minutes late",
    feel: "I feel",
    notYet: "Rain, delays and moods are answered once the trip is under way.",
    over: (status) => `This trip is ${status}.`,
    finish: "Finish this trip? That cannot be undone."
  },
  more: {
    copy: "Plan another one like it",
    cancel: "Call it off",
    cancelSure:
      "Call this trip off, for everybody on it? That cannot be undone. Its plan can still be read and copied.",
    cancelled: "The trip is called off.",
    delete: "Delete this trip",
    deleteSure:
      "Delete this trip? Nobody can read it any more and its links lead nowhere. That cannot be undone. The record of what you did in it stays until you delete your account.",
    deleteSureAll:
      "Delete this trip, for everybody on it? Nobody can read it any more and its links lead nowhere. That cannot be undone. The record of what each of you did in it stays until you delete your accounts.",
    leave: "Leave this trip",
    leaveSure: "Leave this trip? The others go on without you; only an invitation brings you back."
  },
  musts: {
    title: "Places that must be in it",
    name: "A place that you want to see",
    hint: "A part of its name is enough.",
    unknown: (said) =>
      `No place here is called “${said}”. Choose one from the list, or add it as your own once the plan is there.`
  },
  copied: {
    from: (city, date) => `Like your trip to ${city} of ${date}: as long, with the same limits and the same bed.`,
    places: (count) => `Keep to its ${plural(count, "place")}`
  },
  around: {
    heading: "Where you sleep, arrivals, bookings",
    hint: "The plan keeps to these and goes around them. Nothing is planned before an arrival or after a departure.",
    lodging: "Where you sleep",
    lodgingIn: "Part of town",
    lodgingHint: "The way from there and back counts in every day.",
    lodgingNear: "Or right beside",
    lodgingNearHint: "A place of the city, or coordinates such as 47.61, -122.34.",
    refused: (title, message) => `“${title}” ${message}.`,
    noSuchPlace: (said) =>
      `No place here is called “${said}”. Choose one from the list, the part of town, or give coordinates such as 47.61, -122.34.`,
    noLodging: "not said",
    asNow: (title) => `as now: ${title}`,
    kind: "What",
    title: "Called",
    day: "Day",
    from: "From",
    until: "Until",
    untilHint: "Left open: half an hour for a train, an hour and a half else.",
    add: "Add it",
    remove: "Remove",
    save: "Plan around it",
    saved: "The plan goes around it now."
  },
  fits: {
    title: "What fits in between?",
    minutes: "Minutes that are free",
    from: "From",
    fromHint: "Left open: from now, on the day that you are on.",
    when: "Say from when on: that day is not the one that you are on.",
    look: "Look",
    nearby: "What is nearby now?",
    after: ", then ",
    way: (minutes) => `${minutes} min on the way`
  },
  note: {
    label: "Your note",
    hint: "On this place. Kept on this device alone, and printed with the trip.",
    full: "There is no room for more notes on this trip."
  },
  byHand: {
    choices: "What could be here instead",
    undo: (what) => `Undo ${what}`,
    undoUntil: (time) => `possible until ${time}`,
    what: {
      label: "A place, or something of your own",
      swap: "the other place",
      remove: "taking it out",
      add: "the added stop",
      move: "the move",
      reorder: "the new order",
      lock: "keeping it",
      fixed: "what you brought",
      pivot: "the offer you took",
      reschedule: "the new dates",
      replan: "the new plan"
    },
    kinds: {
      arrival: "arrival",
      departure: "departure",
      reservation: "reservation",
      ticket: "ticket",
      place: "yours",
      other: "yours"
    },
    add: "Add something",
    at: "When",
    atHint: "Left open, it goes where it fits best.",
    search: "Look for it",
    nothing: "No place of the city is called so.",
    more: "More places are called so. Say more of the name to find them.",
    own: (title) => `Add "${title}" as your own`,
    grip: (name) => `Move ${name}: arrow keys, or drag`,
    gripHint: "Drag, or press the arrow keys",
    move: "To another day or time",
    moveDay: "Day",
    moveAt: "Time",
    moveAtHint: "Left open, it goes where it fits best.",
    moveIt: "Move it",
    earlier: "Earlier",
    later: "Later",
    undone: "It is as it was before."
  },
  push: {
    title: "While the app is closed",
    hint: (from, until) =>
      `When something happens to your plan this device can tell you, and you can answer from there. Not between ${from} and ${until} where you are.`,
    start: "Tell me",
    stop: "Tell me no more",
    gone: "This device is not told any more: its browser has ended that, as browsers do after a while.",
    again: "Tell me again",
    back: "This device is told again.",
    cannot: "This browser cannot be told anything while the app is closed.",
    refused: "Your browser keeps notifications of this page to itself. Allow them in its settings, and try again."
  },
  /** In notifications, while no page is open. */
  worker: {
    take: "Take it",
    keep: "Keep the plan",
    done: "Done",
    changed: "Your plan is changed.",
    kept: "Your plan stays as it is.",
    voted: "Your vote is in",
    counting: "The plan follows once it is counted.",
    failed: "That did not work",
    unreachable: "The server cannot be reached right now. Open the app to answer."
  },
  offer: {
    keep: "Keep the plan",
    fold: "Look at the plan first",
    unfold: (count) => `Show the ${count === 1 ? "offer" : `${count} offers`} again`,
    close: "Close",
    take: "Take it",
    takeNth: (label, nth, what) => `${label}: option ${nth}, ${what}`,
    until: (time) => `Good until ${time}.`,
    nothing: "Nothing else passes, and the plan is as good as it was:",
    stays: (count) => `${plural(count, "stop stays", "stops stay")} as planned`,
    away: (minutes) => `${plural(minutes, "minute")} away`,
    who: "Who says so",
    insteadOf: (name) => `Instead of ${name}`,
    another: "Another place",
    aStop: "a stop",
    instead: (name, when, old) => `${name}, ${when}, instead of ${old}`,
    moves: (name, when) => `${name} moves to ${when}`,
    shortened: (name, when) => `${name} is shortened to ${when}`,
    dropped: (name) => `${name} is left out`
  },
  together: {
    title: "Together, and take it along",
    you: "You",
    owner: "planned it",
    favourites: (count, planned) =>
      `${count === 0 ? "None" : count} of ${plural(planned, "stop")} ${count === 1 ? "is" : "are"} among their favourites.`,
    traveler: (nr) => `Traveler ${nr}`,
    private: "What somebody has ruled out stays private: nobody else sees it, the plan just leaves it out.",
    from: "Your name, for who is asked",
    fromHint: "Optional. Whoever holds the link can read it.",
    invite: "Ask somebody in",
    subscribe: "Calendar that follows",
    calendar: "Address of the calendar",
    calendarFile: "Calendar file",
    calendarMade: "Subscribe to this address: the calendar changes when the plan does. Keep it to yourself.",
    print: "To print",
    link: "Link",
    code: "Or they type this code: ",
    qr: "The link as a QR code",
    copy: "Copy",
    copied: "Copied.",
    revoke: "Revoke",
    until: (date) => `good until ${date}`,
    share: "Let somebody read it",
    shareMade:
      "Whoever has this link can read the plan and follow it, without signing in. They see places and times, and nobody's name or bed.",
    shareLink: "Link to read",
    online: "here now",
    links: { invite: "Invitation", calendar: "Calendar", share: "Link to read" }
  },
  /** What somebody has ruled out of a trip, for themselves alone. */
  vetoes: {
    never: "Never on this trip",
    title: "What you have ruled out",
    none: "Nothing so far. Among what can be done about a stop there is “Never on this trip”.",
    kinds: "Rule out a kind of place",
    kindsHint:
      "Nothing of the kind is planned or offered on this trip any more, and nobody else sees that you said so.",
    said: (name) =>
      `${name} is not planned or offered on this trip any more. Nobody else sees that. Where it stands now it stays until it is swapped, taken out or planned anew.`,
    back: "Take it back",
    saidBack: (name) => `${name} may be planned again.`
  },
  companions: {
    title: "Somebody to travel with",
    hint: "Off until you ask for it. Then you see other travelers who asked as well, and they see you: what you both like, and nothing else. No name, no age, no trip.",
    start: "Show me who",
    stop: "Stop, and forget my answers",
    stopSure:
      "Stop being suggested to others? Nobody sees you any more, and whom you said yes or no to is forgotten on both sides.",
    missing: "To find somebody who fits, we need a little more of you. Nobody else reads it.",
    age: "Your age",
    interests: "What do you travel for?",
    noInterest: "Say of at least one thing that you travel for it.",
    personality: "Among people you are",
    rhythm: "Your days begin",
    save: "Look for somebody",
    swipe: "Say of some places whether you would go there: that tells best who fits you.",
    swipeGo: "Look at some places",
    nobody: "Nobody is here at the moment whom you have not answered. Look in again: others come.",
    likes: (what) => `Somebody who likes what you like: ${what.join(", ")}.`,
    likesSimilar: "Somebody with a taste near yours.",
    yes: "I would travel with them",
    no: "No, thank you",
    saidYes: "Noted. If they say yes as well, you both see it here. Until then nobody is told.",
    saidNo: "Noted. They are not told, and do not come again.",
    both: "You both said yes.",
    named: "They may plan trips with you now. Where they let you as well, they stand in the form of a new trip.",
    notNamed: "Let them plan trips with you? A trip that one of you plans then fits both, and both see it.",
    name: "Yes, let them",
    unname: "No longer",
    along: "Who comes along",
    someone: (nr) => `Companion ${nr}`
  },
  shared: {
    from: (name) => `${name === null ? "Somebody" : name} shares this plan with you. It follows what happens.`,
    asOf: (time) => `The server does not answer: this is the plan as it was at ${time}.`
  },
  vote: {
    open: "Let the group decide",
    within: "Decide within",
    otherwise: "Where the votes do not decide",
    begin: "Start the vote",
    until: (time, voted, of) =>
      `The group decides until ${time}. ${voted} of ${of} have voted; what each said stays with them.`,
    or: (what) => `Where nobody votes, or as many want one thing as another: ${what}.`,
    yes: "Vote for it",
    no: "Vote to keep the plan",
    yours: (what) => `You voted: ${what}.`,
    option: (letter, place) => (place === undefined ? `option ${letter}` : `option ${letter}, ${place}`),
    plan: "keep the plan",
    decided: (what, votes, of) => `The group has decided: ${what}, with ${votes} of ${of} votes.`,
    byDefault: (what) => `The vote is over without a majority: ${what}.`,
    taken: "the change is taken"
  },
  join: {
    title: "Join a trip",
    code: "Code",
    codeHint: "Twelve letters and digits, such as K7QM-3XPD-9TRA.",
    look: "Look at it",
    asks: (name, city) =>
      name === null ? `You are asked to join a trip to ${city}` : `${name} asks you to join a trip to ${city}`,
    sees: "Everybody on the trip sees",
    take: "Join",
    open: "Open the trip",
    decline: "Not now",
    first: "You are asked to join a trip. Sign in first, and you will see who asks."
  },
  print: {
    go: "Print",
    back: "Back to the trip",
    lodging: (title) => `You sleep at: ${title}`,
    at: (lat, lon) => `${lat.toFixed(5)}, ${lon.toFixed(5)}`,
    as: (date) => `As of ${date}. What happens under way changes the plan, and not this page.`
  },
  map: {
    one: (day) => `day ${day}`,
    whole: "the whole trip",
    label: (what, names) => `Map of ${what}: ${names}`,
    home: (title) => `You sleep here: ${title}`,
    offer: (names) => `Where the options lie: ${names}`,
    all: "All stops",
    back: "Show all stops",
    nearer: "Nearer",
    farther: "Farther",
    toTrip: "Whole trip",
    toDay: "This day",
    data: (text) => `Data: ${text}.`,
    tiles: (credit) => `Map: ${credit}`
  },
  me: {
    title: "Me",
    taste: "What we believe you like",
    cold: "We know little of you yet. Every swipe, swap and answer makes plans more yours.",
    warm: "We have heard enough of you to plan in your taste.",
    edit: "Change my answers",
    how: "How you travel",
    recent: "What you taught us lately",
    none: "Nothing yet. Swap a stop, take an offer, or say what you like on a trip.",
    unchanged: "changed nothing",
    more: (what) => `more ${what}`,
    less: (what) => `less ${what}`,
    became: (what, from, to) => `${what}: ${from}, now ${to}`,
    device: "On another device",
    deviceHint:
      "A code signs you in there: point its camera at the picture, or type the code on the first page. It is good once.",
    makeCode: "Make a code",
    code: "Code: ",
    codeUntil: (time) => `Good until ${time}. A new one ends it.`,
    codeLink: "Link for your other device",
    data: "My data",
    dataHint: "Everything that is kept about you, as one file; or all of it gone for good.",
    export: "Download it",
    erase: "Delete me",
    eraseSure: "Delete everything that is kept about you? Your trips alone go too. This cannot be undone.",
    erased: "You are being deleted. It takes some minutes at most.",
    signOut: "Sign out"
  }
}
