// Bytes of the WebAssembly binary format: integers, floats, vectors and sections.
import { joinBytes } from '../../core/bytes.ts'

/** Unsigned LEB128 of an integer from 0 to 2^32 - 1. */
export function u32Leb(value: number): number[] {
  const bytes: number[] = []
  let rest = value >>> 0
  while (rest > 127) {
    bytes.push((rest & 127) | 128)
    rest >>>= 7
  }
  bytes.push(rest)
  return bytes
}

/** Unsigned LEB128 in five bytes, whatever the number. */
export function u32Leb5(value: number): number[] {
  return [0, 7, 14, 21, 28].map((shift) => ((value >>> shift) & 127) | (shift < 28 ? 128 : 0))
}

/** Signed LEB128 of a 32-bit integer. */
export function i32Leb(value: number): number[] {
  return i64Leb(BigInt(value | 0))
}

/** Signed LEB128 of a 64-bit integer. */
export function i64Leb(value: bigint): number[] {
  const bytes: number[] = []
  for (let rest = BigInt.asIntN(64, value); ; ) {
    const low = Number(rest & 127n)
    rest >>= 7n
    if ((rest === 0n && low < 64) || (rest === -1n && low >= 64)) {
      bytes.push(low)
      return bytes
    }
    bytes.push(low | 128)
  }
}

/** The four bytes of a float32. */
export function f32Bytes(value: number): number[] {
  return [...new Uint8Array(new Float32Array([value]).buffer)]
}

/** The eight bytes of a float64. */
export function f64Bytes(value: number): number[] {
  return [...new Uint8Array(new Float64Array([value]).buffer)]
}

/** Bytes, whatever holds them. */
type Bytes = ArrayLike<number>

/** The count of the items and the items one after the other. */
export function vector(items: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  return joinBytes([u32Leb(items.length), ...items])
}

/** Bytes of a name: its length and its UTF-8. */
export function text(name: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(name)
  return joinBytes([u32Leb(bytes.length), bytes])
}

/** A section, or any other run of bytes that carries its length, behind the given id bytes. */
export function sized(id: Bytes, content: Bytes): Uint8Array<ArrayBuffer> {
  return joinBytes([id, u32Leb(content.length), content])
}
