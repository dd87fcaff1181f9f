/** Being told of offers while the app is closed: only who asks for it, on this device, and not at night. */
import { button, element, held } from "./dom.js"
import { T } from "./messages.js"

/** By the clock of the city that one travels in. */
const NIGHT = { from: "22:00", until: "07:00" }

const bytesOf = (base64url) =>
  Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0))

/** Undefined where this browser cannot be told anything. */
const registered = async () => {
  const { serviceWorker } = navigator
  if (serviceWorker === undefined || !("PushManager" in globalThis)) return undefined
  const registration = await serviceWorker.getRegistration()
  return registration?.active ? registration : undefined
}

/** What the server has of this device: by its endpoint, which it is subscribed with anew. */
const subscribe = async (client, registration) => {
  const { public_key } = await client.call("push.key")
  const applicationServerKey = bytesOf(public_key)
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })
  const { endpoint, keys } = subscription.toJSON()
  await client.call("push.subscribe", { body: { endpoint, keys, quiet: NIGHT } })
}

const unsubscribe = async (client, subscription) => {
  const { host } = new URL(subscription.endpoint)
  const { subscriptions } = await client.call("push.mine")
  await subscription.unsubscribe()
  // Others of the same push service that are still good subscribe again when their page is opened.
  for (const { id, service } of subscriptions) {
    if (service === host) await client.call("push.unsubscribe", { path: { subscription_id: id } })
  }
}

export const pushCard = ({ api }) => {
  const acts = element("div", { class: "acts" })
  const show = async () => {
    const registration = await registered()
    const subscription = await registration?.pushManager.getSubscription()
    if (registration === undefined) return acts.replaceChildren(element("p", { class: "soft" }, T.push.cannot))
    const turn = subscription
      ? button(
          T.push.stop,
          held(async () => {
            await unsubscribe(api.client, subscription)
            await show()
          })
        )
      : button(
          T.push.start,
          held(async () => {
            if ((await Notification.requestPermission()) !== "granted") throw new Error(T.push.refused)
            await subscribe(api.client, registration)
            await show()
          })
        )
    acts.replaceChildren(turn)
  }
  show().catch(() => acts.replaceChildren(element("p", { class: "soft" }, T.push.cannot)))
  return element(
    "section",
    { class: "card" },
    element("h2", {}, T.push.title),
    element("p", { class: "soft" }, T.push.hint),
    acts
  )
}
