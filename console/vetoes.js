/** What one has ruled out of a trip, places and kinds of places: obeyed for everybody on it, and shown to nobody else. */
import { announce, announceProblem, button, chips, element, held, redraw } from "./dom.js"
import { T, words } from "./messages.js"
import { UNDER_CHANGE } from "./plan.js"

/**
 * `rule(node)` rules a place out, `draw` reads the list, `show` takes it; `part` shows it, with a way back for each, and the kinds there are.
 *
 * @param {import("./session.js").App} app
 * @param {import("./live-trip.js").LiveTrip} live
 */
export const makeVetoes = ({ api, waiting }, live) => {
  const list = element("ul", { class: "plain" })
  const kinds = element("div", {})
  const part = element(
    "div",
    { class: "vetoes", "data-of": "vetoes" },
    element("h3", {}, T.vetoes.title),
    list,
    element(
      "details",
      {},
      element("summary", { "data-act": "kinds" }, T.vetoes.kinds),
      element("p", { class: "soft" }, T.vetoes.kindsHint),
      kinds
    )
  )
  /** @type {{nodes: Array<any>, tags: Array<string>}} */
  let said = { nodes: [], tags: [] }
  let before = Promise.resolve()

  const isOpen = () => UNDER_CHANGE.includes(live.trip.status)
  const item = (name, without) =>
    element(
      "li",
      { class: "copyable" },
      element("span", {}, name),
      isOpen() &&
        button(
          T.vetoes.back,
          held(() => change({ remove: without }, name)),
          { "data-act": "unrule", "aria-label": `${T.vetoes.back}: ${name}` }
        )
    )
  const tick = () => {
    for (const box of kinds.querySelectorAll("input")) {
      box.checked = said.tags.includes(box.value)
      box.disabled = !isOpen()
    }
  }
  const show = (now) => {
    said = now
    const { nodes, tags } = now
    redraw(list, [
      nodes.map(({ id, name }) => item(name, { node_ids: [id] })),
      tags.map((tag) => item(words(tag), { tags: [tag] })),
      nodes.length + tags.length === 0 && element("li", { class: "soft" }, T.vetoes.none)
    ])
    tick()
  }

  /** One after the other, each for itself: what another device says meanwhile stays. */
  const change = (edit, name) => {
    const { id } = live.trip
    const isRuledOut = edit.add !== undefined
    const about = T.waiting.slot(isRuledOut ? T.vetoes.never : T.vetoes.back, name)
    const mine = before.then(async () => {
      const isDone = await waiting.orLater("trips.editVetoes", { path: { id }, body: edit }, about, async (key) =>
        show(await api.editVetoes(id, edit, key))
      )
      if (!isDone) return
      await live.reread()
      announce(isRuledOut ? T.vetoes.said(name) : T.vetoes.saidBack(name))
    })
    before = mine.catch(() => {})
    return mine
  }
  const toggle = (tag) => {
    const name = words(tag)
    const isRuledOut = kinds.querySelector(`[value="${tag}"]`).matches(":checked")
    change({ [isRuledOut ? "add" : "remove"]: { tags: [tag] } }, name).catch((error) => {
      tick()
      announceProblem(error)
    })
  }
  const drawKinds = async () => {
    if (kinds.firstChild !== null) return
    const { tags } = await api.vocabularies()
    const choices = tags.map(({ tag, means }) => [tag, words(tag), means])
    kinds.replaceChildren(chips(T.vetoes.kinds, "veto", choices, { type: "checkbox", chosen: said.tags }, toggle))
    tick()
  }

  return {
    part,
    draw: async () => {
      show(await api.vetoes(live.trip.id))
      await drawKinds()
    },
    show,
    rule: (node) => change({ add: { node_ids: [node.id] } }, node.name)
  }
}
