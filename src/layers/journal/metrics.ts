/** What an operator sees of the journal. */
import * as Metric from "effect/Metric"

export const journalMetrics = {
  depth: Metric.gauge("journal_depth_records", { description: "Records that are not in the database yet" }),
  bytes: Metric.gauge("journal_bytes", { description: "Bytes of the journal on disk" }),
  lag: Metric.gauge("journal_lag_millis", { description: "Age of the oldest record that is not in the database yet" }),
  available: Metric.gauge("journal_available", { description: "1 while the disk takes writes, else 0" }),
  commitMillis: Metric.histogram("journal_commit_millis", {
    description: "Time to write and sync one group",
    boundaries: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1000]
  }),
  records: Metric.counter("journal_records_total", { description: "Records made durable", incremental: true }),
  drained: Metric.counter("journal_drained_total", { description: "Records moved to the database", incremental: true }),
  failures: Metric.counter("journal_failures_total", { description: "Writes or syncs that failed", incremental: true }),
  refused: Metric.counter("journal_refused_total", { description: "Appends refused", incremental: true }),
  missing: Metric.counter("journal_missing_total", {
    description: "Stretches of the log that were found to be gone, and whatever was acknowledged with them",
    incremental: true
  }),
  stale: Metric.counter("journal_stale_total", {
    description: "Records of an owner whose place another server took, set aside and never stored",
    incremental: true
  }),
  quarantined: Metric.counter("journal_quarantined_total", {
    description: "Torn tails, damaged stretches and rejected records that were set aside",
    incremental: true
  })
} as const
