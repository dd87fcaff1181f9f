// Runs npm under a given Node. Binaries are picked by the Node that npm itself runs on, so it has to be the right one.
import { spawn } from "node:child_process"
import { delimiter, dirname } from "node:path"
import { Problem } from "./say.mjs"

const ATTEMPTS = 2
const NO_NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EIDLETIMEOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|EHOSTUNREACH/
const FLAGS = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=error", "--ignore-scripts", "--prefer-offline"]
// A hiccup is sat out, but whoever is offline hears so within seconds.
const PATIENCE = [
  "--fetch-retries=4",
  "--fetch-retry-factor=2",
  "--fetch-retry-mintimeout=500",
  "--fetch-timeout=120000"
]

/** The environment in which every child finds the right Node first. */
export const environment = (node, extra = {}) => ({
  ...process.env,
  PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}`,
  ...extra
})

const once = (node, args, cwd) =>
  new Promise((resolve) => {
    const own = process.env.npm_execpath ?? ""
    const viaNode = /npm-cli\.[cm]?js$/.test(own)
    const [file, first] = viaNode ? [node, [own]] : ["npm", []]
    const child = spawn(file, [...first, ...args, ...FLAGS, ...PATIENCE], {
      cwd,
      env: environment(node, { ONNXRUNTIME_NODE_INSTALL: "skip" }),
      stdio: ["ignore", "pipe", "pipe"]
    })
    let output = ""
    const collect = (chunk) => {
      output = (output + chunk).slice(-20_000)
    }
    child.stdout.on("data", collect)
    child.stderr.on("data", collect)
    const forward = (signal) => child.kill(signal)
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, forward)
    const done = (code, signal) => {
      for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeListener(name, forward)
      resolve({ code, signal, output })
    }
    child.on("error", (error) => {
      output += error.code === "ENOENT" ? "npm is not installed" : error.message
      done(-1, null)
    })
    child.on("close", done)
  })

/** One sentence for what npm reported at length. */
export const explain = (output) => {
  const network = NO_NETWORK.exec(output)?.[0]
  if (network !== undefined) {
    const host = /https?:\/\/[^/\s]+/.exec(output)?.[0] ?? "the npm registry"
    return `${host} cannot be reached (${network}); connect to the network, or tell npm about your proxy (npm config set proxy …), and run the same command again.`
  }
  if (/EINTEGRITY/.test(output)) {
    return "The registry delivered something else than the lockfile pins, so nothing was installed; run npm cache clean --force and try again, and do not go on if it stays so."
  }
  if (/ENOSPC/.test(output))
    return "The disk is full; about 1.5 GB are needed. Free some space and run the command again."
  if (/EACCES|EPERM|EROFS/.test(output)) {
    return "This folder or npm's cache cannot be written by this user (perhaps an earlier run was made as root); give them to yourself with chown -R and run the command again."
  }
  if (/npm is not installed/.test(output))
    return "npm is not installed; install it beside Node and run the command again."
  if (/\bE404\b|ETARGET/.test(output)) {
    return "The registry that npm is configured for does not have a pinned package; use the public one or a full mirror of it (npm config get registry shows the one in force)."
  }
  if (/EUSAGE/.test(output)) {
    return "package.json and package-lock.json do not fit together; restore both from the repository (git checkout package.json package-lock.json)."
  }
  return undefined
}

/** Runs npm to its end, again when only the network failed. Throws a sentence where it cannot be helped. */
export const npm = async (node, args, cwd) => {
  for (let attempt = 1; ; attempt++) {
    const { code, signal, output } = await once(node, args, cwd)
    if (code === 0) return
    if (signal !== null) throw new Problem("Stopped before the installation was complete.", 130)
    if (attempt < ATTEMPTS && NO_NETWORK.test(output) && !/ECONNREFUSED|ENOTFOUND/.test(output)) continue
    throw new Problem(explain(output) ?? `npm ${args[0]} failed:\n${output.trim().split("\n").slice(-20).join("\n")}`)
  }
}
