/** A real browser, where this machine has one. */
import { existsSync } from "node:fs"
import { type Browser, chromium, type Page } from "playwright-core"

const PLACES = [
  process.env["CHROMIUM_PATH"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome"
]

export const chromiumPath = PLACES.find((path): path is string => path !== undefined && existsSync(path))

/** Said where the tests with a browser do not run. */
export const NO_BROWSER = "no chromium here: set CHROMIUM_PATH, or install Debian's chromium"

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath!,
    // A container's root has no user namespaces, and its /dev/shm is small.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
  })

/** Everything that a page complained about: errors of scripts, and what the policy refused. */
export const complaintsOf = (page: Page): ReadonlyArray<string> => {
  const heard: Array<string> = []
  page.on("pageerror", (error) => heard.push(error.message))
  page.on("console", (message) => {
    if (message.type() === "error") heard.push(message.text())
  })
  return heard
}

/** Where pictures are kept for who wants to look at them: nowhere unless a folder is named. */
export const picture = async (page: Page, name: string): Promise<void> => {
  const folder = process.env["SCREENSHOTS"]
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}
