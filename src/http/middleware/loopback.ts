/** Whether a peer sits on this machine. */
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+|0000:0000:0000:0000:0000:0000:0000:0001)$/

export const isLoopback = (address: string): boolean => LOOPBACK.test(address)
