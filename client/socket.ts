/** What browsers say of a connection that ended without a word. */
const WITHOUT_A_WORD = 1006

/** A server that is within reach has opened a connection far sooner. */
const OPEN_WITHIN_MS = 15_000

/**
 * Calls back once when a socket is lost, or was not opened in time. Node says nothing but `error` of one that never came about,
 * browsers `error` and then `close`.
 */
export const onceLost = (
  socket: WebSocket,
  lost: (code: number, reason: string) => void,
  patience = OPEN_WITHIN_MS
): void => {
  let isLost = false
  const once = (code: number, reason: string) => {
    clearTimeout(overdue)
    if (isLost) return
    isLost = true
    lost(code, reason)
  }
  const overdue = setTimeout(() => {
    once(WITHOUT_A_WORD, "")
    socket.close()
  }, patience)
  socket.addEventListener("open", () => clearTimeout(overdue))
  socket.onclose = ({ code, reason }) => once(code, reason)
  socket.onerror = () => once(WITHOUT_A_WORD, "")
}
