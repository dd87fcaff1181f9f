import { element } from "./dom.js"
import { percent, plural, signed, words } from "./format.js"

const shown = (value) => {
  if (Array.isArray(value)) return plural(value.length, "weight")
  return typeof value === "number" ? value.toFixed(2) : words(String(value))
}

const dimension = ([name, { value, confidence, source }]) =>
  element(
    "tr",
    {},
    element("th", { scope: "row" }, words(name)),
    element("td", {}, shown(value)),
    element("td", {}, element("meter", { min: 0, max: 1, value: confidence }), ` ${percent(confidence)}`),
    element("td", {}, words(source))
  )

const vibe =
  (strongest) =>
  ({ tag, weight }) =>
    element(
      "li",
      {},
      element("span", {}, words(tag)),
      element("meter", { min: 0, max: strongest, value: weight, "aria-label": `weight of ${words(tag)}` }),
      element("span", { class: "soft" }, weight.toFixed(2))
    )

const signal = ({ signal_type, occurred_at, changes }) =>
  element(
    "li",
    {},
    element("strong", {}, words(signal_type)),
    " ",
    element("time", { class: "soft", datetime: occurred_at }, new Date(occurred_at).toLocaleString()),
    element(
      "div",
      { class: "tags" },
      changes.length === 0
        ? element("span", { class: "soft" }, "changed nothing")
        : changes.map(({ dimension, tag, change, from, to }) =>
            tag === undefined
              ? element("span", { class: "tag up" }, `${words(dimension)}: ${words(from)} → ${words(to)}`)
              : element("span", { class: `tag ${change < 0 ? "down" : "up"}` }, `${words(tag)} ${signed(change)}`)
          )
    )
  )

/** What a cold or warm persona means for who ranks. */
const temperature = ({ state, signal_count, signals_to_go }) =>
  state === "cold"
    ? `Cold: ${plural(signal_count, "signal")} so far. After ${signals_to_go} more a trained model may rank for you.`
    : `Warm: ${plural(signal_count, "signal")}. A trained model may rank for you.`

export const personaView = async ({ api }) => {
  const persona = await api.persona()
  const heads = ["Dimension", "Value", "How sure", "Who says so"]
  const strongest = Math.max(0.01, ...persona.top_vibes.map(({ weight }) => weight))
  return {
    elements: [
      element("h1", {}, "My taste"),
      element("p", {}, element("span", { class: `badge ${persona.state}` }, persona.state), " ", temperature(persona)),
      element(
        "div",
        { class: "columns" },
        element(
          "section",
          { class: "card" },
          element("h2", {}, "Dimensions"),
          element(
            "div",
            { class: "scroll", tabindex: "0", role: "region", "aria-label": "Dimensions" },
            element(
              "table",
              {},
              element(
                "thead",
                {},
                element(
                  "tr",
                  {},
                  heads.map((head) => element("th", { scope: "col" }, head))
                )
              ),
              element("tbody", {}, Object.entries(persona.dimensions).map(dimension))
            )
          )
        ),
        element(
          "section",
          { class: "card" },
          element("h2", {}, "Strongest vibes"),
          element("ul", { class: "vibes" }, persona.top_vibes.map(vibe(strongest)))
        )
      ),
      element(
        "section",
        { class: "card" },
        element("h2", {}, "What recent signals changed"),
        persona.recent.length === 0
          ? element("p", {}, "No signals yet. Swap a stop, take an offer, or say what you like on a trip.")
          : element("ol", { class: "plain" }, persona.recent.map(signal))
      ),
      element("p", { class: "soft" }, `Encoder ${persona.encoder_version}`)
    ]
  }
}
