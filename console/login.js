import { button, element, field } from "./dom.js"

export const loginView = (logIn) => {
  const token = element("textarea", {
    name: "token",
    rows: "4",
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
    { class: "card narrow", submit },
    element("h1", {}, "Log in"),
    element(
      "p",
      {},
      "Open the link that ",
      element("code", {}, "npm start"),
      " printed, or paste a token. ",
      element("code", {}, "npm run -s cli -- token"),
      " makes one."
    ),
    field("Token", token, "Kept until this tab is closed, and nowhere else."),
    button("Log in", () => {}, { type: "submit", class: "primary" })
  )
}
