/** What one has ruled out of a trip: obeyed for everybody on it, and shown to nobody else. */
import { announce, button, element, held, redraw } from "./dom.js"
import { T, words } from "./messages.js"
import { UNDER_CHANGE } from "./plan.js"

/** `rule(node)` rules a place out, `draw` reads the list; `part` shows it, with a way back for each. */
export const makeVetoes = (api, live) => {
  const list = element("ul", { class: "plain" })
  const part = element("div", { class: "vetoes", "data-of": "vetoes" }, element("h3", {}, T.vetoes.title), list)
  let before = Promise.resolve()

  const item = (name, without) =>
    element(
      "li",
      { class: "copyable" },
      element("span", {}, name),
      UNDER_CHANGE.includes(live.trip.status) &&
        button(
          T.vetoes.back,
          held(async () => {
            await change(without)
            announce(T.vetoes.saidBack(name))
          }),
          { "data-act": "unrule", "aria-label": `${T.vetoes.back}: ${name}` }
        )
    )
  const show = ({ nodes, tags }) =>
    redraw(list, [
      nodes.map(({ id, name }) =>
        item(name, (said) => ({ ...said, nodes: said.nodes.filter((node) => node.id !== id) }))
      ),
      tags.map((tag) => item(words(tag), (said) => ({ ...said, tags: said.tags.filter((one) => one !== tag) }))),
      nodes.length + tags.length === 0 && element("li", { class: "soft" }, T.vetoes.none)
    ])

  /** One after the other: each sends all that is ruled out, with what another device said in it. */
  const change = (edit) => {
    const mine = before.then(async () => {
      const after = edit(await api.vetoes(live.trip.id))
      await api.setVetoes(live.trip.id, { node_ids: after.nodes.map(({ id }) => id), tags: after.tags })
      show(after)
      await live.reread()
    })
    before = mine.catch(() => {})
    return mine
  }

  return {
    part,
    draw: async () => show(await api.vetoes(live.trip.id)),
    rule: async (node) => {
      await change((said) => ({ ...said, nodes: [...said.nodes.filter(({ id }) => id !== node.id), node] }))
      announce(T.vetoes.said(node.name))
    }
  }
}
