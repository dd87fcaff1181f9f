// Loaded before a program: its clock is an hour ahead of the machine's, as after an hour that nobody waited for.
const HOUR_MS = 3_600_000
const Now = Date
const now = Date.now
globalThis.Date = class extends Now {
  constructor(...given) {
    if (given.length === 0) super(now() + HOUR_MS)
    else super(...given)
  }
  static now() {
    return now() + HOUR_MS
  }
}
