/** Signals on their way to the journal, for those who journal them together with other things. */
import { hash128 } from "../domain/basics/hash.ts"
import { SIGNAL_RECORD, type Signal, signalPayload } from "../domain/signal.ts"
import type { JournalRecord } from "../services/journal.ts"

/**
 * The journal's record of a signal of our own making, for those who journal it together with other things. Its id was
 * made for it, so the id tells its content from every other; hashing a candidate set would cost more than making it.
 */
export const signalRecord = (signal: Signal, receivedAt: number, unverified = false): JournalRecord => ({
  ...SIGNAL_RECORD,
  key: `user:${signal.user_id}`,
  id: signal.id,
  payload: signalPayload(signal, hash128(signal.id), receivedAt, unverified)
})
