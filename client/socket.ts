/** What browsers say of a connection that ended without a word. */
const WITHOUT_A_WORD = 1006

/** Calls back once when a socket is lost. Node says nothing but `error` of one that never came about, browsers `error` and then `close`. */
export const onceLost = (socket: WebSocket, lost: (code: number, reason: string) => void): void => {
  let isLost = false
  const once = (code: number, reason: string) => {
    if (isLost) return
    isLost = true
    lost(code, reason)
  }
  socket.onclose = ({ code, reason }) => once(code, reason)
  socket.onerror = () => once(WITHOUT_A_WORD, "")
}
