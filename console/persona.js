/** A traveler's taste in words, what taught it, and their data. */
import { companionsCard } from "./companions.js"
import { button, element, held, saveAs } from "./dom.js"
import { deadline, fullTime } from "./format.js"
import { SIGNAL_OF, SIGNAL_WORDS, SOURCE_WORDS, T, TASTE_WORDS, words } from "./messages.js"
import { pushCard } from "./push.js"
import { copyable, qrElement } from "./together.js"

const valueWords = (dimension, value) => TASTE_WORDS[dimension]?.[1][value] ?? words(value)

const tasteRow = ([name, { value, source }]) => {
  const known = TASTE_WORDS[name]
  if (known === undefined) return false
  const [label] = known
  return element(
    "li",
    {},
    element("strong", {}, `${label}: `),
    valueWords(name, value),
    element("span", { class: "soft" }, ` (${SOURCE_WORDS[source] ?? words(source)})`)
  )
}

const vibe =
  (strongest) =>
  ({ tag, weight }) =>
    element(
      "li",
      {},
      element("span", {}, words(tag)),
      element("meter", { min: 0, max: strongest, value: weight, "aria-label": words(tag) })
    )

const changeTag = ({ dimension, tag, change, from, to }) => {
  if (tag === undefined) {
    return element(
      "span",
      { class: "tag up" },
      T.me.became(
        TASTE_WORDS[dimension]?.[0] ?? words(dimension),
        valueWords(dimension, from),
        valueWords(dimension, to)
      )
    )
  }
  return element(
    "span",
    { class: `tag ${change < 0 ? "down" : "up"}` },
    change < 0 ? T.me.less(words(tag)) : T.me.more(words(tag))
  )
}

const signalText = ({ node, signal_type }) =>
  (node && SIGNAL_OF[signal_type]?.(node.name)) ?? SIGNAL_WORDS[signal_type] ?? words(signal_type)

const lesson = ({ changes, node, occurred_at, signal_type }) =>
  element(
    "li",
    {},
    element("strong", {}, signalText({ node, signal_type })),
    " ",
    element("time", { class: "soft", datetime: occurred_at }, fullTime(occurred_at)),
    element(
      "div",
      { class: "tags" },
      changes.length === 0 ? element("span", { class: "soft" }, T.me.unchanged) : changes.map(changeTag)
    )
  )

/**
 * Who is signed in here takes it to another device.
 *
 * @param {import("./session.js").App} app
 */
const deviceCard = ({ api }) => {
  const made = element("div", { "aria-live": "polite" })
  const make = held(async () => {
    const { code, expires_at, path } = await api.makeCode()
    const address = new URL(path, location.origin).href
    made.replaceChildren(
      element(
        "div",
        { class: "invitation" },
        qrElement(address),
        element("p", {}, T.me.code, element("strong", { class: "code" }, code)),
        copyable(T.me.codeLink, address),
        element("p", { class: "soft" }, T.me.codeUntil(deadline(expires_at)))
      )
    )
  })
  return element(
    "section",
    { class: "card below" },
    element("h2", {}, T.me.device),
    element("p", { class: "soft" }, T.me.deviceHint),
    button(T.me.makeCode, make, { "data-act": "make-code" }),
    made
  )
}

/** @param {import("./session.js").App} app */
const dataCard = ({ api, logOut }) =>
  element(
    "section",
    { class: "card below" },
    element("h2", {}, T.me.data),
    element("p", { class: "soft" }, T.me.dataHint),
    element(
      "div",
      { class: "acts" },
      button(
        T.me.export,
        held(async () => saveAs(await api.export(), "overplanned-export.json"))
      ),
      button(
        T.me.erase,
        held(async () => {
          if (!confirm(T.me.eraseSure)) return
          await api.erase()
          logOut(T.me.erased)
        })
      ),
      button(T.me.signOut, () => logOut())
    )
  )

/** @param {import("./session.js").App} app */
export const personaView = async (app) => {
  const persona = await app.api.persona()
  const strongest = Math.max(0.01, ...persona.top_vibes.map(({ weight }) => weight))
  return {
    elements: [
      element("h1", {}, T.me.title),
      element("p", {}, persona.state === "cold" ? T.me.cold : T.me.warm),
      element(
        "div",
        { class: "columns" },
        element(
          "section",
          { class: "card" },
          element("h2", {}, T.me.taste),
          element("ul", { class: "vibes" }, persona.top_vibes.map(vibe(strongest))),
          element("a", { class: "act", href: "#/begin" }, T.me.edit)
        ),
        element(
          "section",
          { class: "card" },
          element("h2", {}, T.me.how),
          element("ul", { class: "plain" }, Object.entries(persona.dimensions).map(tasteRow))
        )
      ),
      element(
        "section",
        { class: "card" },
        element("h2", {}, T.me.recent),
        persona.recent.length === 0
          ? element("p", {}, T.me.none)
          : element("ol", { class: "plain" }, persona.recent.map(lesson))
      ),
      companionsCard(app, persona),
      pushCard(app),
      deviceCard(app),
      dataCard(app)
    ]
  }
}
