/** Records as they can be stored: what is acknowledged must be. */
import { recordText } from "../../domain/basics/storable.ts"
import { type JournalRecord, JournalUnstorable } from "../../services/journal.ts"

/** The same records where nothing had to be changed in them, which is nearly always. */
export const storableRecords = (
  records: ReadonlyArray<JournalRecord>
): ReadonlyArray<JournalRecord> | JournalUnstorable => {
  let kept: Array<JournalRecord> | undefined
  for (const [i, record] of records.entries()) {
    const judged = recordText(record.payload)
    if ("fault" in judged) {
      return new JournalUnstorable({
        message: `A record of type "${record.type}" cannot be stored: ${judged.fault}. Nothing was changed; send it without that.`
      })
    }
    if (judged.text === record.payload) continue
    kept ??= [...records]
    kept[i] = { ...record, payload: judged.text }
  }
  return kept ?? records
}
