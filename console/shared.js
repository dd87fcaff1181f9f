/** A plan that somebody shared by a link: to read, without signing in, kept up to date until the link ends. */
import { makeDays, makeNow } from "./days.js"
import { element, redraw, setText } from "./dom.js"
import { datesText, fullDay, fullTime, inClock, zoneText } from "./format.js"
import { makeMap } from "./map.js"
import { STATUS_WORDS, STREAM_WORDS, T } from "./messages.js"
import { UNDER_CHANGE } from "./plan.js"

const factsText = (plan, now) => {
  const zone = zoneText(plan.time_zone, now)
  return [datesText(plan), zone && T.trip.times(zone), T.together.until(fullDay(plan.expires_at))]
    .filter(Boolean)
    .join(" · ")
}

/** Whether what is shown is kept up to date, and where it is not, as of when it is. */
const makeState = () => {
  const badge = element("span", { class: "badge", role: "status" })
  const asOf = element("p", { class: "notice", role: "status" })
  const part = element("div", {})
  const show = (name, heardAt) => {
    badge.className = `badge stream ${name}`
    setText(badge, STREAM_WORDS[name])
    if (heardAt !== undefined) setText(asOf, T.shared.asOf(fullTime(heardAt)))
    redraw(part, [name === "waiting" && heardAt !== undefined && asOf])
  }
  show("connecting")
  return { badge, part, show }
}

/**
 * `client` may be a visitor's. Shown as soon as the link has answered, one way or the other.
 *
 * @param {import("./api.js").Api["client"]} client
 * @param {string} code
 */
export const sharedView = async (client, code) => {
  const head = element("div", {})
  const body = element("div", {})
  const said = element("div", { "aria-live": "polite" })
  const now = makeNow()
  const state = makeState()
  let days
  const draw = (plan) => {
    said.replaceChildren()
    if (days === undefined) {
      const map = makeMap(
        async () => ({ nodes: plan.around ?? [], attribution: plan.attribution }),
        () => {},
        () => client.call("begin.map")
      )
      days = makeDays(undefined, (day) => map.draw(plan, day, [], new Map()), {
        map: map.part,
        currency: plan.currency,
        now: client.clock.now
      })
      body.append(days.part)
    }
    now.draw(plan, client.clock.now())
    head.replaceChildren(
      ...[
        element("p", { class: "soft" }, T.shared.from(plan.from_name)),
        element(
          "div",
          { class: "title" },
          element("h1", {}, plan.city_name),
          element("span", { class: `badge ${plan.status}` }, STATUS_WORDS[plan.status]),
          ...(UNDER_CHANGE.includes(plan.status) ? [state.badge] : [])
        ),
        element("p", { class: "soft facts" }, factsText(plan, client.clock.now())),
        now.part
      ]
    )
    days.draw(plan, plan.time_zone, new Map())
  }
  const { promise, resolve } = Promise.withResolvers()
  const following = client.shared({
    code: decodeURIComponent(code),
    onPlan: (plan) => {
      draw(plan)
      resolve(undefined)
    },
    /** What was read stays on the page; that it is no longer kept up to date is said above it. */
    onEnded: (why) => {
      state.badge.remove()
      state.part.remove()
      said.replaceChildren(element("p", { class: "notice error", role: "alert" }, inClock(why)))
      resolve(undefined)
    },
    /** Where a plan is shown, its state says so. */
    onProblem: ({ message }) => {
      if (days === undefined)
        said.replaceChildren(element("p", { class: "notice error", role: "alert" }, inClock(message)))
      resolve(undefined)
    },
    onState: state.show
  })
  await promise
  return { elements: [said, state.part, head, body], close: () => following.close() }
}
