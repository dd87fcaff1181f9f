/**
 * The few things the journal asks of a file system, as a port: so that tests can lose power, fill the disk and break it.
 */
import * as fs from "node:fs"
import { mkdir, readdir, unlink } from "node:fs/promises"

export interface FilePort {
  makeDirectory(path: string): Promise<void>
  /** The names in a directory; none if it does not exist. */
  list(path: string): Promise<ReadonlyArray<string>>
  /** `"write"` makes the file where it does not exist; both read. */
  open(path: string, mode: "read" | "write"): Promise<OpenFile>
  remove(path: string): Promise<void>
  /** Makes the creation and removal of files in a directory durable. */
  syncDirectory(path: string): Promise<void>
}

export interface OpenFile {
  /** Writes survive a loss of power once they return, without `sync`. */
  readonly writesThrough?: boolean
  /** Writes all of the bytes, or fails. */
  write(bytes: Uint8Array, position: number): Promise<void>
  /** After this, what was written before it survives a loss of power. */
  sync(): Promise<void>
  truncate(length: number): Promise<void>
  /** Fills `into` from `position`; gives how many bytes there were. */
  read(into: Uint8Array, position: number): Promise<number>
  size(): Promise<number>
  close(): Promise<void>
}

const settle =
  (resolve: () => void, reject: (cause: Error) => void) =>
  (cause: Error | null): void => {
    if (cause === null) resolve()
    else reject(cause)
  }

const openFile = (fd: number, writesThrough: boolean): OpenFile => ({
  writesThrough,
  write: (bytes, position) =>
    new Promise((resolve, reject) => {
      const step = (from: number) =>
        fs.write(fd, bytes, from, bytes.length - from, position + from, (cause, written) => {
          if (cause) reject(cause)
          else if (from + written === bytes.length) resolve()
          else step(from + written)
        })
      step(0)
    }),
  sync: () => new Promise((resolve, reject) => fs.fdatasync(fd, settle(resolve, reject))),
  truncate: (length) => new Promise((resolve, reject) => fs.ftruncate(fd, length, settle(resolve, reject))),
  read: (into, position) =>
    new Promise((resolve, reject) => {
      const step = (from: number) =>
        fs.read(fd, into, from, into.length - from, position + from, (cause, got) => {
          if (cause) reject(cause)
          else if (got === 0 || from + got === into.length) resolve(from + got)
          else step(from + got)
        })
      step(0)
    }),
  size: () =>
    new Promise((resolve, reject) => fs.fstat(fd, (cause, stat) => (cause ? reject(cause) : resolve(stat.size)))),
  close: () => new Promise((resolve, reject) => fs.close(fd, settle(resolve, reject)))
})

const openDescriptor = (path: string, flags: number): Promise<number> =>
  new Promise((resolve, reject) => fs.open(path, flags, 0o600, (cause, fd) => (cause ? reject(cause) : resolve(fd))))

/**
 * A write that is durable when it returns: a sync of its own would have to wait for a busy event loop to come round once
 * more. Elsewhere what the flag promises is not what the disk does.
 */
const THROUGH = process.platform === "linux" ? fs.constants.O_DSYNC : 0

/** The real file system. */
export const nodeFiles: FilePort = {
  makeDirectory: async (path) => {
    await mkdir(path, { recursive: true, mode: 0o700 })
  },
  list: async (path) => {
    try {
      return await readdir(path)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return []
      throw cause
    }
  },
  open: async (path, mode) =>
    mode === "read"
      ? openFile(await openDescriptor(path, fs.constants.O_RDONLY), false)
      : openFile(await openDescriptor(path, fs.constants.O_RDWR | fs.constants.O_CREAT | THROUGH), THROUGH !== 0),
  remove: (path) => unlink(path),
  syncDirectory: async (path) => {
    const directory = openFile(await openDescriptor(path, fs.constants.O_RDONLY), false)
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  }
}

/** The whole content of a file. */
export const readWhole = async (files: FilePort, path: string): Promise<Buffer> => {
  const file = await files.open(path, "read")
  try {
    const bytes = Buffer.allocUnsafeSlow(await file.size())
    return bytes.subarray(0, await file.read(bytes, 0))
  } finally {
    await file.close()
  }
}
