// What the set-up says while it works. All of it goes to stderr: stdout belongs to the command itself.

/** Ends the set-up with one sentence that says what to do, and this exit code. */
export class Problem extends Error {
  constructor(message, code = 1) {
    super(message)
    this.code = code
  }
}

const seconds = (from) => `${((Date.now() - from) / 1000).toFixed(1)} s`

/** Runs one step under one line. Where somebody watches, the line counts the seconds. */
export const step = async (title, work) => {
  const { stderr } = process
  const from = Date.now()
  stderr.write(stderr.isTTY ? title : `${title} …\n`)
  const ticker = stderr.isTTY ? setInterval(() => stderr.write(`\r${title} … ${seconds(from)}`), 500) : undefined
  try {
    const result = await work()
    stderr.write(stderr.isTTY ? `\r${title}: ${seconds(from)}      \n` : `  done in ${seconds(from)}\n`)
    return result
  } catch (cause) {
    if (stderr.isTTY) stderr.write("\n")
    throw cause
  } finally {
    clearInterval(ticker)
  }
}
