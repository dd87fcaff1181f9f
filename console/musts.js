/** Places that have to be in a new trip's plan: named one by one, out of the city's own. */
import { MOST_MUSTS } from "./bring.js"
import { button, element, field, held, redraw } from "./dom.js"
import { categoryWords, T } from "./messages.js"

/** Names that a browser proposes while one types. */
const MOST_PROPOSED = 500

/**
 * `nodes()` gives the places of the city that is chosen, `called(name)` the one of them that is meant.
 *
 * @param {() => Promise<Array<any>>} nodes
 * @param {(said: string) => Promise<any>} called
 */
export const makeMusts = (nodes, called) => {
  const name = element("input", { name: "must", maxlength: "200", list: "must-places", autocomplete: "off" })
  const proposed = element("datalist", { id: "must-places" })
  const list = element("ul", { class: "plain", "aria-live": "polite" })
  let chosen = []
  /** What was asked of one city is not for the one that was chosen meanwhile. */
  let cities = 0
  const draw = () =>
    redraw(
      list,
      chosen.map((node) =>
        element(
          "li",
          { class: "copyable" },
          element("span", {}, node.name, element("span", { class: "soft" }, ` ${categoryWords(node.category)}`)),
          button(
            T.around.remove,
            () => {
              chosen = chosen.filter((one) => one !== node)
              draw()
            },
            { "aria-label": `${T.around.remove}: ${node.name}` }
          )
        )
      )
    )
  const put = held(async () => {
    const said = name.value.trim()
    if (said === "") return name.focus()
    const asked = cities
    const node = await called(said)
    if (asked !== cities) return
    if (node === undefined) throw new Error(T.musts.unknown(said))
    if (!chosen.some(({ id }) => id === node.id) && chosen.length < MOST_MUSTS) chosen = [...chosen, node]
    name.value = ""
    draw()
  })
  /** In this field Enter adds a place, and plans nothing yet. */
  name.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return
    event.preventDefault()
    put(event)
  })
  const propose = async () =>
    proposed.replaceChildren(
      ...(await nodes()).slice(0, MOST_PROPOSED).map((node) => element("option", { value: node.name }))
    )
  const part = element(
    "details",
    { toggle: held(() => (part.open ? propose() : undefined)) },
    element("summary", { "data-act": "musts" }, T.musts.title),
    field(T.musts.name, name, T.musts.hint),
    proposed,
    button(T.around.add, put, { "data-act": "add-must" }),
    list
  )
  return {
    part,
    musts: () => chosen.map(({ id }) => id),
    /** Another city has other places. */
    forget: () => {
      cities++
      chosen = []
      draw()
      return part.open ? propose() : undefined
    }
  }
}
