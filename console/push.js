/** Being told of offers while the app is closed: only who asks for it, on this device, and not at night. */
import { button, element, held } from "./dom.js"
import { inClock } from "./format.js"
import { T } from "./messages.js"

/** @typedef {import("./session.js").App} App */

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

/**
 * Tells the server of this device, or of it once more: the answer says by which id it is known there.
 *
 * @param {App["api"]["client"]} client
 * @param {PushSubscription} subscription
 */
const register = (client, subscription) => {
  const { endpoint = subscription.endpoint, keys } = subscription.toJSON()
  return client.call("push.subscribe", {
    body: { endpoint, keys: { auth: keys?.auth ?? "", p256dh: keys?.p256dh ?? "" }, quiet: NIGHT }
  })
}

/** What the server calls this device. */
const DEVICE = "push"

/** @param {App} app @param {ServiceWorkerRegistration} registration */
const subscribe = async ({ api: { client }, own }, registration) => {
  const { public_key } = await client.call("push.key")
  const applicationServerKey = bytesOf(public_key)
  const { id } = await register(
    client,
    await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })
  )
  own.set(DEVICE, id)
}

/**
 * This device alone: others of the same person are told as before.
 *
 * @param {App} app
 * @param {PushSubscription} subscription
 */
const unsubscribe = async ({ api: { client }, own }, subscription) => {
  const { id } = await register(client, subscription)
  await client.call("push.unsubscribe", { path: { subscription_id: id } })
  await subscription.unsubscribe()
  own.set(DEVICE, undefined)
}

/**
 * The browser believes that it is told; the server has been told by the push service that nobody is there any more.
 *
 * @param {App} app
 */
const isGone = async ({ api: { client }, own }) => {
  const { subscriptions } = await client.call("push.mine")
  return own.get(DEVICE) !== undefined && !subscriptions.some(({ id }) => id === own.get(DEVICE))
}

/**
 * By a press: browsers ask only then.
 *
 * @param {App} app
 * @param {ServiceWorkerRegistration} registration
 */
const askFor = async (app, registration) => {
  if ((await Notification.requestPermission()) !== "granted") throw new Error(T.push.refused)
  const old = await registration.pushManager.getSubscription()
  await old?.unsubscribe()
  await subscribe(app, registration)
}

/** Which loss of this device was spoken of already. */
const SPOKEN_OF = "push-gone"

/**
 * Whoever is not told any more hears of it where they are, once, with a way on.
 *
 * @param {App} app
 */
export const lookAtDevice = async (app) => {
  const device = app.own.get(DEVICE)
  if (device === undefined || app.own.get(SPOKEN_OF) === device || !(await isGone(app))) return
  const registration = await registered()
  if (registration === undefined) return
  app.own.set(SPOKEN_OF, device)
  const act = async () => {
    await askFor(app, registration)
    app.tell(T.push.back)
  }
  app.tell(T.push.gone, "error", { label: T.push.again, act })
}

/** Whoever signs out here is not told here any more: its push service says so to the server. */
export const leaveDevice = async () => {
  const registration = await registered()
  const subscription = await registration?.pushManager.getSubscription()
  await subscription?.unsubscribe()
}

/** @param {App} app */
export const pushCard = (app) => {
  const acts = element("div", { class: "acts" })
  const start = (label, registration) =>
    button(
      label,
      held(async () => {
        await askFor(app, registration)
        await show()
      })
    )
  const stop = (subscription) =>
    button(
      T.push.stop,
      held(async () => {
        await unsubscribe(app, subscription)
        await show()
      })
    )
  const show = async () => {
    const registration = await registered()
    const subscription = await registration?.pushManager.getSubscription()
    if (registration === undefined) return acts.replaceChildren(element("p", { class: "soft" }, T.push.cannot))
    if (!subscription) return acts.replaceChildren(start(T.push.start, registration))
    if (!(await isGone(app))) return acts.replaceChildren(stop(subscription))
    acts.replaceChildren(element("p", {}, T.push.gone), start(T.push.again, registration))
  }
  show().catch(() => acts.replaceChildren(element("p", { class: "soft" }, T.push.cannot)))
  return element(
    "section",
    { class: "card below" },
    element("h2", {}, T.push.title),
    element("p", { class: "soft" }, T.push.hint(inClock(NIGHT.from), inClock(NIGHT.until))),
    acts
  )
}
