/** The first page: a demo in one tap where there is one, or a token. */
import { button, element, field, held } from "./dom.js"
import { T } from "./messages.js"

const tokenForm = (logIn) => {
  const token = element("textarea", {
    name: "token",
    rows: "3",
    required: true,
    spellcheck: "false",
    autocomplete: "off",
    placeholder: "eyJ…"
  })
  const submit = (event) => {
    event.preventDefault()
    logIn(token.value.trim())
  }
  return element(
    "form",
    { submit },
    element("p", { class: "soft" }, T.welcome.signInHint),
    field(T.welcome.token, token, T.welcome.tokenHint),
    button(T.welcome.go, () => {}, { type: "submit" })
  )
}

/**
 * `demo` says whether there is one; `enterDemo(as)` gives a token; `logIn(token, address)` goes there signed in, or stays
 * where an invitation is: looked at when somebody enters, as they may follow its link while this page is open.
 */
export const welcomeView = async ({ demo, enterDemo, logIn, isInvited }) => {
  const isDemo = await demo().catch(() => false)
  const enter = (as, address) => held(async () => logIn(await enterDemo(as), isInvited() ? undefined : address))
  return element(
    "div",
    { class: "narrow welcome" },
    element("h1", {}, T.welcome.title),
    element("p", { class: isInvited() ? "notice" : undefined }, isInvited() ? T.join.first : T.welcome.text),
    isDemo &&
      element(
        "div",
        { class: "card" },
        button(T.welcome.fresh, enter("newcomer", "#/begin"), {
          class: "primary big",
          "data-act": "demo"
        }),
        element("p", { class: "soft" }, T.welcome.freshHint),
        button(T.welcome.underWay, enter("under_way", "#/trips"), { class: "big" })
      ),
    element("details", { class: "card", open: !isDemo }, element("summary", {}, T.welcome.signIn), tokenForm(logIn))
  )
}
