// Makes NiN's ONNX file from the entries of a `.params` file.
import { joinBytes } from '../src/core/bytes.ts'
import type { ParamsEntry } from '../src/io/params.ts'
import type { Chain } from './cases.ts'

type Bytes = readonly number[] | Uint8Array

const utf8 = new TextEncoder()

function varint(value: number): number[] {
  const bytes = []
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128)
  return [...bytes, value]
}

/** Protocol buffers, wire type 0: a number in a field. */
const number = (field: number, value: number): Uint8Array => Uint8Array.from([...varint(field * 8), ...varint(value)])

/** Wire type 2: bytes, text or a message in a field. */
function bytes(field: number, value: string | Bytes): Uint8Array {
  const content = typeof value === 'string' ? utf8.encode(value) : value
  return joinBytes([[...varint(field * 8 + 2), ...varint(content.length)], content])
}

// The numbers of the fields are those of onnx.proto, version 8 of the format.

/** NodeProto.attribute: a list of integers. */
const whole = (name: string, values: readonly number[]) =>
  bytes(5, joinBytes([bytes(1, name), ...values.map((value) => number(8, value)), number(20, 7)]))

/** GraphProto.node. */
const node = (type: string, inputs: readonly string[], output: string, attributes: readonly Uint8Array[] = []) =>
  bytes(1, joinBytes([...inputs.map((name) => bytes(1, name)), bytes(2, output), bytes(4, type), ...attributes]))

/** GraphProto.initializer: a float32 tensor. */
function initializer(name: string, { shape, data }: ParamsEntry): Uint8Array {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return bytes(5, joinBytes([...shape.map((size) => number(1, size)), number(2, 1), bytes(8, name), bytes(9, raw)]))
}

/** GraphProto.input or .output: a float32 tensor whose first size is the batch. */
function value(field: number, name: string, sizes: readonly number[]): Uint8Array {
  const shape = joinBytes([bytes(1, bytes(2, 'batch')), ...sizes.map((size) => bytes(1, number(1, size)))])
  const type = bytes(1, joinBytes([number(1, 1), bytes(2, shape)]))
  return bytes(field, joinBytes([bytes(1, name), bytes(2, type)]))
}

const square = (n: number) => [n, n]

/** NiN for inference: input (batch, 1, side, side), output (batch, 10); the entries are weight and bias of each layer. */
export function ninToOnnx(entries: readonly ParamsEntry[], { layers, side }: Chain): Uint8Array {
  check(entries, layers)
  const parts: Uint8Array[] = []
  let x = 'input'
  for (const [i, { kernel, stride, padding, pool }] of layers.entries()) {
    parts.push(initializer(`weight${i}`, entries[2 * i]), initializer(`bias${i}`, entries[2 * i + 1]))
    const attributes = [whole('kernel_shape', square(kernel)), whole('strides', square(stride))]
    attributes.push(whole('pads', [padding, padding, padding, padding]))
    parts.push(
      node('Conv', [x, `weight${i}`, `bias${i}`], `conv${i}`, attributes),
      node('Relu', [`conv${i}`], `relu${i}`),
    )
    x = `relu${i}`
    if (!pool) continue
    parts.push(node('MaxPool', [x], `pool${i}`, [whole('kernel_shape', square(pool)), whole('strides', [2, 2])]))
    x = `pool${i}`
  }
  parts.push(node('GlobalAveragePool', [x], 'mean'), node('Flatten', ['mean'], 'output'), bytes(2, 'nin'))
  parts.push(value(11, 'input', [1, side, side]), value(12, 'output', [10]))
  return joinBytes([number(1, 8), bytes(2, 'glueball'), bytes(7, joinBytes(parts)), bytes(8, number(2, 13))])
}

function check(entries: readonly ParamsEntry[], layers: Chain['layers']): void {
  const expected = layers.flatMap(({ channels, before, kernel }) => [[channels, before, kernel, kernel], [channels]])
  const found = entries.map(({ shape }) => [...shape])
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`[onnx] these are not NiN's parameters: got shapes ${JSON.stringify(found)}`)
  }
}
