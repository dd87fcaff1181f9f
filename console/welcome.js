/** The first page: a demo in one tap where there is one, a code of another device, or a token. */
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

/** `code`: the one that the link of another device brought along; who was sent it says so themselves, with a tap. */
const codeForm = (signIn, logIn, code = "") => {
  const typed = element("input", {
    name: "code",
    required: true,
    maxlength: "20",
    spellcheck: "false",
    autocomplete: "one-time-code",
    autocapitalize: "characters",
    placeholder: "K7QM-3XPD",
    value: code
  })
  const enter = held(async (event) => {
    event.preventDefault()
    logIn(await signIn(typed.value))
  })
  return element(
    "form",
    { class: "card", submit: enter },
    code === "" ? false : element("p", { class: "notice" }, T.welcome.codeHere),
    field(T.welcome.code, typed, T.welcome.codeHint),
    button(T.welcome.go, () => {}, {
      type: "submit",
      "data-act": "sign-in",
      class: code === "" ? undefined : "primary"
    })
  )
}

/**
 * `signIn(code)` gives a token for a code, `code` is the one that came with the address. `demo` says whether there is one; `enterDemo(as)` gives a token; `logIn(token, address)` goes there signed in, or stays
 * where an invitation is: looked at when somebody enters, as they may follow its link while this page is open.
 */
export const welcomeView = async ({ code, demo, enterDemo, logIn, isInvited, signIn }) => {
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
    codeForm(signIn, logIn, code),
    element("details", { class: "card" }, element("summary", {}, T.welcome.signIn), tokenForm(logIn))
  )
}
