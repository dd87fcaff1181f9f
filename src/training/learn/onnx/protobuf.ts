/** The little of protobuf's wire format that writing an ONNX file takes. */

const VARINT = 0
const BYTES = 2
const FIXED32 = 5

const encoder = new TextEncoder()

/** Bytes of one message, field by field; a message within a message is another writer's bytes. */
export class MessageWriter {
  private bytes = new Uint8Array(256)
  private length = 0

  private room(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const wider = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more))
    wider.set(this.bytes.subarray(0, this.length))
    this.bytes = wider
  }

  private varint(value: number | bigint): void {
    // Negative numbers are written as 64 bits of two's complement.
    let left = BigInt.asUintN(64, BigInt(value))
    this.room(10)
    while (left > 127n) {
      this.bytes[this.length++] = Number(left & 127n) | 128
      left >>= 7n
    }
    this.bytes[this.length++] = Number(left)
  }

  private tag(field: number, wire: number): void {
    this.varint((field << 3) | wire)
  }

  integer(field: number, value: number): this {
    this.tag(field, VARINT)
    this.varint(value)
    return this
  }

  float(field: number, value: number): this {
    this.tag(field, FIXED32)
    this.room(4)
    new DataView(this.bytes.buffer).setFloat32(this.length, value, true)
    this.length += 4
    return this
  }

  blob(field: number, value: Uint8Array): this {
    this.tag(field, BYTES)
    this.varint(value.length)
    this.room(value.length)
    this.bytes.set(value, this.length)
    this.length += value.length
    return this
  }

  text(field: number, value: string): this {
    return this.blob(field, encoder.encode(value))
  }

  message(field: number, value: MessageWriter): this {
    return this.blob(field, value.finish())
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }
}
