/**
 * Somebody to travel with: only for who asks for it, among those who asked as well. Of each other people see what both
 * like, and whoever said no is not told of.
 */
import { announce, button, chips, element, field, held, redraw, select } from "./dom.js"
import { inClock } from "./format.js"
import { BUDGET_CHOICES, COMPANY_CHOICES, INTEREST_WORDS, PACE_CHOICES, RHYTHM_CHOICES, T } from "./messages.js"

/**
 * @typedef {import("../client/index.ts").Operations["people.persona"]["answer"]} Persona
 * @typedef {import("../client/index.ts").Operations["companions.suggestions"]["answer"]} Suggestions
 */

/** What one's companions are called on this device: nobody here has a name. */
const CALLED = "companions"

const LEAST_AGE = 18
const MOST_AGE = 120

/** What both like, in words. */
export const likesText = (interests) =>
  interests.length === 0
    ? T.companions.likesSimilar
    : T.companions.likes(interests.map((one) => INTEREST_WORDS[one] ?? one))

/**
 * The answers that were missing, and those that are other now. What is known already is not said again: it would stand for
 * the taste, the pace and the spending that trips have taught.
 *
 * @param {FormData} form
 * @param {any} dimensions
 * @returns {import("./api.js").Body<"people.onboard">}
 */
export const missingAnswers = (form, dimensions) => {
  /** @param {string} name @param {string} dimension */
  const said = (name, dimension) => {
    const { source, value } = dimensions[dimension] ?? {}
    const answer = form.get(name)
    return typeof answer !== "string" || (source !== "default" && answer === value) ? undefined : answer
  }
  const answers = {
    pace: said("pace", "pace_preference"),
    budget: said("budget", "budget_sensitivity"),
    time: said("time", "time_orientation")
  }
  return {
    tags: Object.fromEntries(
      Object.entries(answers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
    ),
    age: Number(form.get("age")),
    interests: form.getAll("interest").filter((one) => typeof one === "string"),
    personality: Number(form.get("personality"))
  }
}

/** Among what is missing: no answer tells it, places that one looked at do. */
const NEVER_HERE = "a session in the last year"

const canAnswer = ({ missing }) => missing.some((what) => what !== NEVER_HERE)

const LOOKS = 20
const LOOK_MS = 250

/**
 * What one says of oneself is read a moment after it was acknowledged.
 *
 * @param {import("./api.js").Api} api
 */
const taken = async (api) => {
  for (let look = 0; look < LOOKS; look++) {
    if (!canAnswer(await api.suggestedCompanions())) return
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

/**
 * @param {import("./api.js").Api} api
 * @param {Persona} persona
 * @param {() => Promise<void>} again
 */
const missingForm = (api, persona, again) => {
  const age = element("input", {
    name: "age",
    type: "number",
    min: LEAST_AGE,
    max: MOST_AGE,
    inputmode: "numeric",
    required: true
  })
  const save = held(async () => {
    if (!form.reportValidity()) return
    const answers = new FormData(form)
    if (answers.getAll("interest").length === 0) throw new Error(T.companions.noInterest)
    await api.onboard(missingAnswers(answers, persona.dimensions))
    await taken(api)
    await again()
  })
  const form = element(
    "form",
    { submit: (event) => event.preventDefault() },
    element("p", {}, T.companions.missing),
    field(T.companions.age, age),
    chips(
      T.companions.interests,
      "interest",
      Object.entries(INTEREST_WORDS),
      { type: "checkbox", chosen: [] },
      () => {}
    ),
    field(T.companions.personality, select("personality", COMPANY_CHOICES, "0.5")),
    field(T.companions.rhythm, select("time", RHYTHM_CHOICES, persona.dimensions.time_orientation?.value)),
    field(T.newTrip.pace, select("pace", PACE_CHOICES, persona.dimensions.pace_preference?.value)),
    field(T.newTrip.budget, select("budget", BUDGET_CHOICES, persona.dimensions.budget_sensitivity?.value)),
    button(T.companions.save, save, { type: "submit", class: "primary", "data-act": "save-companion" })
  )
  return form
}

/** @param {import("./api.js").Api} api @param {() => Promise<void>} again */
const suggestionItem =
  (api, again) =>
  ({ user_id, interests }) => {
    const say = (answer) =>
      held(async () => {
        const { mutual } = await api.answerCompanion(user_id, answer)
        announce(mutual ? T.companions.both : answer === "accepted" ? T.companions.saidYes : T.companions.saidNo)
        await again()
      })
    return element(
      "li",
      { class: "companion", "data-of": user_id },
      element("p", {}, likesText(interests)),
      element(
        "div",
        { class: "acts" },
        button(T.companions.yes, say("accepted"), { class: "primary", "data-act": "companion-yes" }),
        button(T.companions.no, say("declined"), { "data-act": "companion-no" })
      )
    )
  }

/** Both said yes: from here on each decides whether the other may plan with their tastes. */
const mutualItem =
  ({ api, own, named }, again) =>
  ({ user_id, interests }) => {
    const isNamed = named.includes(user_id)
    const turn = held(async () => {
      const others = named.filter((one) => one !== user_id)
      const { [user_id]: _, ...called } = own.get(CALLED) ?? {}
      await api.setCompanions(isNamed ? others : [...others, user_id])
      own.set(CALLED, isNamed ? called : { ...called, [user_id]: likesText(interests) })
      await again()
    })
    return element(
      "li",
      { class: "companion", "data-of": user_id },
      element("p", {}, element("strong", {}, T.companions.both), " ", likesText(interests)),
      element("p", { class: "soft" }, isNamed ? T.companions.named : T.companions.notNamed),
      button(isNamed ? T.companions.unname : T.companions.name, turn, { "data-act": "companion-name" })
    )
  }

/**
 * @param {Suggestions} found
 * @param {{api: import("./api.js").Api, own: import("./session.js").App["own"], persona: Persona, named: ReadonlyArray<string>}} context
 * @param {() => Promise<void>} again
 */
const openParts = (found, { api, own, persona, named }, again) => {
  const { missing, suggestions, mutual } = found
  const asks = canAnswer(found)
  const isEmpty = missing.length === 0 && suggestions.length === 0
  return [
    asks && missingForm(api, persona, again),
    !asks && missing.length > 0 && element("p", {}, T.companions.swipe),
    !asks && missing.length > 0 && element("a", { class: "act", href: "#/begin" }, T.companions.swipeGo),
    isEmpty && element("p", {}, T.companions.nobody),
    element("ul", { class: "plain" }, mutual.map(mutualItem({ api, own, named }, again))),
    element("ul", { class: "plain" }, suggestions.map(suggestionItem(api, again)))
  ]
}

/** @param {import("./session.js").App} app @param {Persona} persona */
export const companionsCard = ({ api, own }, persona) => {
  const body = element("div", { "aria-live": "polite" })
  const turn = (open) =>
    held(async () => {
      if (!open && !confirm(T.companions.stopSure)) return
      await api.openToCompanions(open)
      await show()
    })
  const show = async () => {
    const [found, { user_ids: named }] = await Promise.all([api.suggestedCompanions(), api.companions()])
    redraw(
      body,
      found.open
        ? [
            ...openParts(found, { api, own, persona, named }, show),
            button(T.companions.stop, turn(false), { class: "quiet", "data-act": "companions-stop" })
          ]
        : [button(T.companions.start, turn(true), { "data-act": "companions-start" })]
    )
  }
  const card = element(
    "section",
    { class: "card below" },
    element("h2", {}, T.companions.title),
    element("p", { class: "soft" }, T.companions.hint),
    body
  )
  show().catch((error) => body.replaceChildren(element("p", { class: "soft" }, inClock(error.message))))
  return card
}

/**
 * In the form of a new trip: those whom one has named, who have to have named one as well.
 *
 * @param {Pick<import("./session.js").App, "api" | "own">} app
 */
export const alongPart = async ({ api, own }) => {
  const { user_ids } = await api.companions().catch(() => ({ user_ids: [] }))
  const called = own.get(CALLED) ?? {}
  const chosen = new Set()
  const change = (id) => {
    if (!chosen.delete(id)) chosen.add(id)
  }
  const choices = user_ids.map((id, nr) => [id, called[id] ?? T.companions.someone(nr + 1)])
  const part =
    choices.length > 0 && chips(T.companions.along, "along", choices, { type: "checkbox", chosen: [] }, change)
  return { part, party: () => [...chosen] }
}
