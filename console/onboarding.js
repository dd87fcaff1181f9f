/** What a newcomer says about themselves in under a minute: tags, how they travel, and a dozen places. */
import { announceProblem, button, chips, element, entitle, field, held, redraw, select } from "./dom.js"
import { costText, evidenceText } from "./format.js"
import { hoursText } from "./hours.js"
import { BUDGET_CHOICES, categoryWords, DIET_CHOICES, PACE_CHOICES, SIGNAL_OF, T, words } from "./messages.js"
import { newId } from "./session.js"

/** The ones that the screen asks for. */
const DIETS = DIET_CHOICES.map(([value]) => value)

/** The tags that were picked, as this device keeps them: the taste moves on with each trip. */
const LIKES = "likes"

const STEPS = 3
const SWIPES = 12

/** Which kinds of tags one picks from, so that a newcomer reads twenty words and not sixty. */
const OFFERED_GROUPS = ["food", "drink_and_night", "nature", "culture", "activity"]
const MOST_OFFERED = 24

/** A fair mix: the first of each group, then the second of each. */
export const offeredTags = (tags) => {
  const groups = [...new Set(tags.map(({ group }) => group))]
  const chosen = groups.filter((group) => OFFERED_GROUPS.includes(group))
  const lists = (chosen.length > 2 ? chosen : groups).map((group) => tags.filter((one) => one.group === group))
  const mixed = []
  for (let row = 0; mixed.length < MOST_OFFERED && lists.some((list) => row < list.length); row++) {
    for (const list of lists) if (row < list.length && mixed.length < MOST_OFFERED) mixed.push(list[row])
  }
  return mixed
}

/** Vegans and vegetarians lean to the same kitchens; the need itself goes into each trip. */
const likesOf = ({ tags, diet }) => (diet === "" || tags.includes("plant_based") ? tags : [...tags, "plant_based"])

const areSame = (some, others) => some.length === others.length && some.every((one) => others.includes(one))

/** @type {{tags: Array<string>, diet: string}} */
const NOTHING_SAID = { tags: [], diet: "" }

/**
 * The answers as the contract takes them. Likes replace the whole taste, also what trips have taught: whoever leaves them
 * as they were `before` says nothing of them.
 */
export const answersOf = (answers, before = NOTHING_SAID) => {
  const likes = likesOf(answers)
  const { pace, budget } = answers
  return {
    tags: {
      ...(areSame(likes, likesOf(before)) ? {} : { likes }),
      ...(pace === undefined ? {} : { pace }),
      ...(budget === undefined ? {} : { budget })
    }
  }
}

/** What is ticked at first: what was said on this device, elsewhere what the taste is by now, and for who is new nothing. */
export const tickedAtFirst = (said, { dimensions, top_vibes }) => {
  if (said !== undefined) return said
  return dimensions.category_affinities.source === "default" ? [] : top_vibes.map(({ tag }) => tag)
}

const heading = (at, title, hint) => [
  element("p", { class: "soft" }, T.begin.step(at, STEPS)),
  element("h1", { tabindex: "-1" }, title),
  hint && element("p", { class: "soft" }, hint)
]

const placeCard = ({ node }, currency) =>
  element(
    "div",
    { class: "card place" },
    element("h2", {}, node.name),
    element(
      "p",
      { class: "soft" },
      [
        categoryWords(node.category),
        node.neighbourhood,
        costText(node, currency),
        node.booking_needed && T.trip.book,
        node.opening_hours && T.trip.hours(hoursText(node.opening_hours))
      ]
        .filter(Boolean)
        .join(" · ")
    ),
    element(
      "p",
      { class: "tags" },
      node.vibe_tags.slice(0, 4).map((tag) => element("span", { class: "tag" }, words(tag)))
    ),
    node.evidence[0] && element("p", {}, evidenceText(node.evidence[0]))
  )

/**
 * A dozen places, one at a time; each answer is sent at once and none is waited for.
 *
 * @param {import("./session.js").App} app
 * @param {string} city
 * @param {() => void} done
 */
const swipes = async ({ api, cities, waiting }, city, done) => {
  const [{ session_id, nodes }, known] = await Promise.all([api.discovery(city, SWIPES), cities()])
  const { currency } = known.find(({ slug }) => slug === city) ?? {}
  const page = element("div", { class: "narrow" })
  // These two stay from place to place: the focus is not lost with a heading, and what changes is read out.
  const head = heading(3, T.begin.swipe, T.begin.swipeHint)
  const place = element("div", { "aria-live": "polite" })
  let at = 0
  const answer = (likes) => {
    if (at >= nodes.length) return
    const { node, position } = nodes[at]
    /** @type {"discovery_swipe_right" | "discovery_swipe_left"} */
    const signal_type = likes ? "discovery_swipe_right" : "discovery_swipe_left"
    const occurred_at = new Date(api.now()).toISOString()
    const body = { id: newId(), signal_type, activity_node_id: node.id, session_id, occurred_at, context: { position } }
    waiting.signal(body, SIGNAL_OF[signal_type](node.name)).catch(announceProblem)
    at++
    draw()
  }
  const draw = () => {
    if (at >= nodes.length) return done()
    place.replaceChildren(
      element("p", { class: "soft" }, T.begin.place(at + 1, nodes.length)),
      placeCard(nodes[at], currency)
    )
    redraw(page, [
      ...head,
      place,
      element(
        "div",
        { class: "acts two", "data-of": "swipe" },
        button(T.begin.no, () => answer(false), { class: "big", "data-act": "no" }),
        button(T.begin.yes, () => answer(true), { class: "big primary", "data-act": "yes" })
      ),
      button(T.begin.enough, done, { class: "quiet" })
    ])
    // Some browsers give a pressed button no focus: keys are heard from within the page alone.
    if (!page.contains(document.activeElement)) page.querySelector("h1")?.focus({ preventScroll: true })
  }
  page.addEventListener("keydown", ({ key, repeat, altKey, ctrlKey, metaKey }) => {
    // A key that is held down is one answer, and with another key it is the browser's: back, for one.
    if (repeat || altKey || ctrlKey || metaKey) return
    if (key === "ArrowRight") answer(true)
    if (key === "ArrowLeft") answer(false)
  })
  draw()
  return page
}

const howPage = (answers, known, next) => {
  const city = select(
    "city",
    known.map(({ slug, name, nodes }) => [slug, T.newTrip.cityChoice(name, nodes)])
  )
  const one = (name, choices, legend) =>
    chips(legend, name, choices, { type: "radio", chosen: [answers[name]] }, (value) => {
      answers[name] = value
    })
  return element(
    "div",
    { class: "narrow" },
    heading(2, T.begin.how),
    one("pace", PACE_CHOICES, T.begin.pace),
    one("budget", BUDGET_CHOICES, T.begin.budget),
    one("diet", DIET_CHOICES, T.begin.diet),
    element("p", { class: "soft" }, T.begin.dietHint),
    known.length > 0 && field(T.begin.city, city),
    button(
      T.begin.next,
      held(() => next(city.value)),
      { class: "primary big", "data-act": "next" }
    )
  )
}

const tagsPage = (answers, tags, next) => {
  const picked = (tag) => {
    answers.tags = answers.tags.includes(tag) ? answers.tags.filter((one) => one !== tag) : [...answers.tags, tag]
  }
  return element(
    "div",
    { class: "narrow" },
    heading(1, T.begin.title, T.begin.hint),
    chips(
      T.begin.tastes,
      "tag",
      tags.map(({ tag, means }) => [tag, words(tag), means]),
      { type: "checkbox", chosen: answers.tags },
      picked
    ),
    button(T.begin.next, next, { class: "primary big", "data-act": "next" })
  )
}

/** @param {import("./session.js").App} app */
export const onboardingView = async (app) => {
  const { api, cities, own, tell } = app
  const [known, vocabulary, persona] = await Promise.all([cities(), api.vocabularies(), api.persona()])
  const said = (dimension) => (dimension?.source === "onboarding" ? dimension.value : undefined)
  const offered = offeredTags(vocabulary.tags)
  const ticked = tickedAtFirst(own.get(LIKES), persona)
  // What is ticked can be seen and taken back, whether it is offered to everybody or not.
  const tags = [...offered, ...vocabulary.tags.filter((one) => ticked.includes(one.tag) && !offered.includes(one))]
  const before = {
    tags: ticked.filter((tag) => tags.some((one) => one.tag === tag)),
    diet: (own.get("needs") ?? []).find((need) => DIETS.includes(need)) ?? ""
  }
  const answers = {
    ...before,
    pace: said(persona.dimensions.pace_preference),
    budget: said(persona.dimensions.budget_sensitivity)
  }
  const page = element("div", {})
  const turn = (to) => {
    page.replaceChildren(to)
    page.querySelector("h1")?.focus()
    entitle()
  }
  const finish = (city) => {
    tell(T.begin.done)
    location.hash = city === "" ? "#/new" : `#/new/${city}`
  }
  const swipe = async (city) => {
    const body = answersOf(answers, before)
    await api.onboard(body)
    if (body.tags.likes !== undefined) own.set(LIKES, answers.tags.length === 0 ? undefined : answers.tags)
    // A diet is a need that every trip has to keep to, and not only a taste.
    const others = (own.get("needs") ?? []).filter((need) => !DIETS.includes(need))
    own.set("needs", answers.diet === "" ? others : [...others, answers.diet])
    if (city === "") finish(city)
    else turn(await swipes(app, city, () => finish(city)))
  }
  page.append(tagsPage(answers, tags, () => turn(howPage(answers, known, swipe))))
  return { elements: [page] }
}
