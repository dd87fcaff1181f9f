// How well the local reader understands posts: on sentences labelled before it was built, and how fast it reads.
import { type Benchmark, flag, numberFlag, type Report } from "../benchmark.ts"
import { type Half, judgeReading, labelledSentences, readerOf } from "./labelled.ts"

const POSTS = 100_000
const SENTENCES_PER_POST = 5

const secondsSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

const speed = (posts: number) => {
  const sentences = labelledSentences("first").filter(({ city }) => city === "seattle")
  const read = readerOf("seattle")
  const before = process.cpuUsage()
  let mentions = 0
  for (let i = 0; i < posts; i++) {
    const text = Array.from(
      { length: SENTENCES_PER_POST },
      (_, k) => sentences[(i * 7 + k * 13) % sentences.length]!.text
    ).join(" ")
    mentions += read({ text }).mentions.length
  }
  return { mentions, seconds: secondsSince(before), megabytes: process.memoryUsage().rss / 1e6 }
}

const run = async (args: ReadonlyArray<string>): Promise<Report> => {
  const posts = numberFlag(args, "posts", POSTS)
  const rows: Array<ReadonlyArray<string | number>> = []
  const mistakes: Array<string> = []
  const quality = (half: Half, language: string | undefined) => {
    const judged = judgeReading(
      labelledSentences(half).filter((one) => language === undefined || one.language === language)
    )
    rows.push([
      half,
      language ?? "all",
      judged.sentences,
      judged.precision,
      judged.recall,
      judged.f1,
      judged.stance_accuracy,
      judged.voice_accuracy
    ])
    if (language === undefined) mistakes.push(...judged.mistakes)
    return judged
  }
  for (const half of ["first", "second"] as const) for (const language of ["en", "es", "ja"]) quality(half, language)
  quality("first", undefined)
  const second = quality("second", undefined)
  const { mentions, seconds, megabytes } = speed(posts)
  return {
    tables: [
      {
        title: "Sentences labelled before the reader was built",
        columns: ["half", "language", "sentences", "precision", "recall", "mention F1", "stance", "voice"],
        rows
      },
      {
        title: "Speed",
        columns: ["posts", "mentions", "CPU s", "resident MB"],
        rows: [[posts, mentions, seconds, megabytes]]
      }
    ],
    bars: [
      { name: "mention F1, second half", wanted: "≥ .80", measured: second.f1.toFixed(3), met: second.f1 >= 0.8 },
      {
        name: "stance accuracy, second half",
        wanted: "≥ .80",
        measured: second.stance_accuracy.toFixed(3),
        met: second.stance_accuracy >= 0.8
      },
      {
        name: "CPU for 100,000 posts",
        wanted: "< 90 s",
        measured: `${((seconds * POSTS) / posts).toFixed(1)} s`,
        met: (seconds * POSTS) / posts < 90
      },
      { name: "resident", wanted: "< 500 MB", measured: `${megabytes.toFixed(0)} MB`, met: megabytes < 500 }
    ],
    notes: flag(args, "mistakes") === undefined ? [] : mistakes
  }
}

export const benchmark: Benchmark = {
  summary: "the local reader of posts: mentions, stances and voices on labelled sentences, and its speed",
  options: [
    "--posts N     posts to read for the speed (100,000)",
    "--mistakes 1  lists what was read otherwise than labelled"
  ],
  run
}
