/** Who travels, how one asks somebody in, and how a trip is taken along: links, a calendar, files. */
import { announce, button, element, field, held, redraw, saveAs, svg } from "./dom.js"
import { FORMATS_BY_NAME } from "./exports.js"
import { fullDay, inClock } from "./format.js"
import { T } from "./messages.js"
import { qrCode } from "./qr.js"

/** Light around a code, in its own dots. */
const QUIET = 4

export const qrElement = (text) => {
  const rows = qrCode(text)
  if (rows === undefined) return false
  const size = rows.length + 2 * QUIET
  const path = rows
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")))
    .join("")
  return svg(
    "svg",
    { class: "qr", viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": T.together.qr },
    svg("rect", { width: size, height: size, class: "qr-light" }),
    svg("path", { d: path, class: "qr-dark" })
  )
}

export const copyable = (label, text) => {
  const box = element("input", { value: text, readonly: true, "aria-label": label })
  const copy = async () => {
    box.select()
    await navigator.clipboard?.writeText(text)
    announce(T.together.copied)
  }
  return element("div", { class: "copyable" }, box, button(T.together.copy, held(copy)))
}

const madeElement = (made) => {
  const address = new URL(made.path, location.origin).href
  if (made.kind === "calendar") {
    return element("div", {}, element("p", {}, T.together.calendarMade), copyable(T.together.calendar, address))
  }
  if (made.kind === "share") {
    return element(
      "div",
      { class: "invitation" },
      element("p", {}, T.together.shareMade),
      qrElement(address),
      copyable(T.together.shareLink, address),
      element("p", { class: "soft" }, T.together.until(fullDay(made.expires_at)))
    )
  }
  return element(
    "div",
    { class: "invitation" },
    qrElement(address),
    element("p", {}, T.together.code, element("strong", { class: "code" }, made.code)),
    copyable(T.together.link, address),
    element("p", { class: "soft" }, T.together.until(fullDay(made.expires_at)))
  )
}

/** The sentence of the server speaks to the member whom it is about. */
const gotText = ({ got, stops }, isMe, planned) =>
  got && (isMe ? inClock(got) : T.together.favourites(stops.length, planned))

const memberItem = (me, online, planned) => (member, index) =>
  element(
    "li",
    {},
    element("strong", {}, member.user_id === me ? T.together.you : T.together.traveler(index + 1)),
    member.user_id !== me &&
      online.has(member.user_id) &&
      element("span", { class: "badge stream live" }, T.together.online),
    member.role === "owner" && element("span", { class: "badge" }, T.together.owner),
    member.got && element("p", { class: "soft" }, gotText(member, member.user_id === me, planned))
  )

/** @param {import("./api.js").Api} api @param {import("./api.js").Trip} trip */
const linksPart = (api, trip) => {
  const list = element("ul", { class: "plain" })
  const draw = async () => {
    const { links } = await api.links(trip.id)
    redraw(
      list,
      links.map((link) =>
        element(
          "li",
          { class: "copyable" },
          element("span", {}, T.together.links[link.kind], ", ", T.together.until(fullDay(link.expires_at))),
          button(
            T.together.revoke,
            held(async () => {
              await api.revokeLink(trip.id, link.id)
              await draw()
            })
          )
        )
      )
    )
  }
  return { list, draw }
}

const files = (trip, name) =>
  FORMATS_BY_NAME.map(([label, ending, type, write]) =>
    button(label, () => saveAs(new Blob([write(trip(), name)], { type }), `${name} ${trip().start_date}.${ending}`), {
      "data-act": `export-${ending}`
    })
  )

/**
 * `trip()` is the trip as it is now, `online()` who of its travelers has it open, `vetoes` what one has ruled out oneself.
 *
 * @param {import("./session.js").App} app
 * @param {() => import("./api.js").Trip} trip
 * @param {string} name
 * @param {() => Set<string>} online
 * @param {ReturnType<typeof import("./vetoes.js").makeVetoes>} vetoes
 */
export const togetherElement = ({ api, claims }, trip, name, online, vetoes) => {
  const made = element("div", { "aria-live": "polite" })
  const from = element("input", { name: "from", maxlength: "60", autocomplete: "name" })
  const links = linksPart(api, trip())
  const make = (body) =>
    held(async () => {
      made.replaceChildren(madeElement(await api.makeLink(trip().id, body())))
      await links.draw()
    })
  const called = () => (from.value.trim() === "" ? {} : { from_name: from.value.trim() })
  const people = element("ul", { class: "plain" })
  const owns = trip().members.some(({ user_id, role }) => user_id === claims.sub && role === "owner")
  const planned = () => trip().days.reduce((sum, { slots }) => sum + slots.length, 0)
  const draw = () => people.replaceChildren(...trip().members.map(memberItem(claims.sub, online(), planned())))
  draw()
  const part = element(
    "details",
    {
      class: "card together",
      toggle: held(() => (part.open ? Promise.all([links.draw(), vetoes.draw()]) : undefined))
    },
    element("summary", { "data-act": "together" }, T.together.title),
    people,
    element("p", { class: "soft" }, T.together.private),
    vetoes.part,
    field(T.together.from, from, T.together.fromHint),
    element(
      "div",
      { class: "acts" },
      owns &&
        button(
          T.together.invite,
          make(() => ({ kind: "invite", ...called() })),
          { class: "primary", "data-act": "invite" }
        ),
      button(
        T.together.subscribe,
        make(() => ({ kind: "calendar" })),
        { "data-act": "subscribe" }
      ),
      button(
        T.together.share,
        make(() => ({ kind: "share", ...called() })),
        { "data-act": "share" }
      ),
      files(trip, name),
      element("a", { class: "act", href: `#/print/${trip().id}` }, T.together.print)
    ),
    made,
    links.list
  )
  return { part, draw }
}
