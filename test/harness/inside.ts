/** What a running process holds, asked through its inspector: nothing in the product is made for it. */
import { WebSocket } from "ws"

export interface Held {
  readonly rss: number
  readonly heap: number
  readonly external: number
  readonly handles: number
}

export interface Inside {
  /** After a forced collection. */
  readonly held: () => Promise<Held>
  /** Everything on the heap after a forced collection, as Chrome's tools read it. */
  readonly heapSnapshot: () => Promise<string>
  readonly close: () => void
}

const EXPRESSION = `JSON.stringify({ ...process.memoryUsage(), handles: process.getActiveResourcesInfo().length })`

export const lookInside = async (inspectorPort: number): Promise<Inside> => {
  const targets = (await (await fetch(`http://127.0.0.1:${inspectorPort}/json/list`)).json()) as ReadonlyArray<{
    readonly webSocketDebuggerUrl: string
  }>
  const socket = new WebSocket(targets[0]!.webSocketDebuggerUrl)
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject))
  const waiting = new Map<number, (result: { readonly result?: { readonly value?: string } }) => void>()
  let last = 0
  const chunks: Array<string> = []
  socket.on("message", (data) => {
    const { id, method, params, result } = JSON.parse(String(data))
    if (method === "HeapProfiler.addHeapSnapshotChunk") return void chunks.push(params.chunk)
    waiting.get(id)?.(result)
    waiting.delete(id)
  })
  const ask = (method: string, params: object = {}) =>
    new Promise<{ readonly result?: { readonly value?: string } }>((resolve) => {
      const id = ++last
      waiting.set(id, resolve)
      socket.send(JSON.stringify({ id, method, params }))
    })
  return {
    held: async () => {
      await ask("HeapProfiler.collectGarbage")
      const answer = await ask("Runtime.evaluate", { expression: EXPRESSION })
      const { external, handles, heapUsed, rss } = JSON.parse(answer.result!.value!)
      return { rss, heap: heapUsed, external, handles }
    },
    heapSnapshot: async () => {
      chunks.length = 0
      await ask("HeapProfiler.takeHeapSnapshot", { reportProgress: false })
      return chunks.splice(0).join("")
    },
    close: () => socket.close()
  }
}
