// What this machine is, and whether our native parts run on it.
import { Problem } from "./say.mjs"

/** The oldest glibc that Node 22 runs on. */
const OLDEST_GLIBC = [2, 28]

const glibc = () => {
  // The report would otherwise look up the machine's addresses, which can take seconds.
  process.report.excludeNetwork = true
  return process.report.getReport().header.glibcVersionRuntime
}

export const describePlatform = () => ({
  platform: process.platform,
  arch: process.arch,
  node: process.versions.node,
  libc: process.platform === "linux" ? glibc() : undefined
})

/** Throws one sentence for whoever cannot run us. */
export const checkPlatform = ({ platform, arch, node, libc }) => {
  if (Number.parseInt(node, 10) < 18) {
    throw new Problem(`Node ${node} is too old to begin with; install Node 18 or newer (22 is best) and try again.`)
  }
  if (platform === "win32") {
    throw new Problem("Windows is not supported; use the Windows Subsystem for Linux (wsl --install) and clone there.")
  }
  if (platform !== "linux" && platform !== "darwin") {
    throw new Problem(`${platform} is not supported; use Linux (glibc) or macOS.`)
  }
  if (arch !== "x64" && arch !== "arm64") {
    throw new Problem(`The processor type ${arch} is not supported; use a 64-bit x86 or ARM machine.`)
  }
  if (platform !== "linux") return
  if (libc === undefined) {
    throw new Problem(
      "This Linux has no glibc (Alpine and other musl systems are not supported); use a Debian, Ubuntu, Fedora or similar system or image."
    )
  }
  const [major, minor] = libc.split(".").map(Number)
  if (major < OLDEST_GLIBC[0] || (major === OLDEST_GLIBC[0] && minor < OLDEST_GLIBC[1])) {
    throw new Problem(
      `This Linux has glibc ${libc}, which is too old; use one with ${OLDEST_GLIBC.join(".")} or newer, such as Debian 10, Ubuntu 20.04 or RHEL 8.`
    )
  }
}
