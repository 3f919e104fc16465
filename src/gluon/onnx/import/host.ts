// Values of an ONNX graph that the host holds: shapes, axes and small constants, and how tensors of a file become such.
import { bytesPer, elementsIn, isDType } from '../../../core/dtype.ts'
import type { Context } from '../../../core/engine.ts'
import { positionsIn } from '../../../core/indices.ts'
import { NDArray } from '../../../core/ndarray.ts'
import { broadcastShapes, type Shape, shapeOf, sizeOf } from '../../../core/shape.ts'
import { upload } from '../../../nd/creation.ts'
import { checkedShape, Fault } from '../../fault.ts'
import { type ElementType, elementTypes, type Onnx } from '../schema.ts'

/** A tensor on the host. */
export interface Host {
  readonly type: ElementType
  readonly shape: Shape
  readonly values: ArrayLike<number>
}

/** A value while a graph is computed. */
export type Value = NDArray | Host

/** Whether a value is on the host. */
export function isHost(value: Value | undefined): value is Host {
  return value !== undefined && !(value instanceof NDArray)
}

/** A list of int64. */
export function integerList(values: readonly number[]): Host {
  return { type: 'int64', shape: shapeOf([values.length]), values }
}

/** The element types that import supports, by their numbers in files. */
const names = new Map(Object.entries(elementTypes).map(([name, number]) => [number as number, name as ElementType]))

/** Names of element types that import does not have. */
const others: Readonly<Record<number, string>> = {
  ...{ 4: 'uint16', 5: 'int16', 8: 'string', 12: 'uint32', 13: 'uint64', 14: 'complex64', 15: 'complex128' },
  ...{ 16: 'bfloat16' },
}

/** The element type of a number. */
export function elementTypeOf(number: number | undefined): ElementType {
  const name = names.get(number ?? 0)
  if (name) return name
  const other = number === undefined ? 'none' : (others[number] ?? `number ${number}`)
  throw new Fault(`the element type must be one of ${[...names.values()].join(', ')}, got ${other}`)
}

/** A tensor of a file. Throws where its bytes don't fill its shape. */
export function hostOf(tensor: Onnx<'tensor'>): Host {
  if (tensor.dataLocation === 1) throw new Fault('its data lies in another file: save the network as one file')
  const type = elementTypeOf(tensor.dataType)
  const shape = checkedShape(tensor.dims)
  const count = sizeOf(shape)
  return { type, shape, values: tensor.rawData ? rawValues(type, tensor.rawData, count) : listed(type, tensor, count) }
}

function rawValues(type: ElementType, bytes: Uint8Array, count: number): ArrayLike<number> {
  const width = type === 'int64' ? 8 : type === 'bool' ? 1 : bytesPer(type)
  if (bytes.length !== count * width) {
    throw new Fault(`it has ${bytes.length} bytes, expected ${count * width} for ${count} elements of ${type}`)
  }
  // a copy, since an element may start anywhere; `slice` of a Buffer of Node would be none
  const { buffer } = Uint8Array.from(bytes)
  if (type === 'int64') return Array.from(new BigInt64Array(buffer), Number)
  if (type === 'bool') return Array.from(bytes, (byte) => (byte === 0 ? 0 : 1))
  return elementsIn(type, buffer, 0, count)
}

function listed(type: ElementType, tensor: Onnx<'tensor'>, count: number): ArrayLike<number> {
  const list =
    type === 'float32'
      ? tensor.floatData
      : type === 'float64'
        ? tensor.doubleData
        : type === 'int64'
          ? tensor.int64Data
          : tensor.int32Data
  if (list.length !== count) throw new Fault(`it has ${list.length} elements, expected ${count}`)
  if (type === 'float16') return elementsIn('float16', Uint16Array.from(list).buffer, 0, count)
  if (type === 'bool') return list.map((value) => (value === 0 ? 0 : 1))
  return list
}

/** A host's value as an array: int64 becomes int32, and bool float32. */
export function uploaded({ type, shape, values }: Host, context: Context): NDArray {
  if (isDType(type)) return upload(values, shape, type, context)
  if (type === 'bool') return upload(values, shape, 'float32', context)
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(values[i]) < 2 ** 31) continue
    throw new Fault(`int32 does not hold the int64 ${values[i]}`)
  }
  return upload(values, shape, 'int32', context)
}

/** The host's value of a function of each element of some others, with NumPy's broadcasting. */
export function mapped(type: ElementType, hosts: readonly Host[], compute: (...values: number[]) => number): Host {
  const shape = checkedShape(
    broadcastShapes(
      'fromOnnx',
      hosts.map((host) => host.shape),
    ),
  )
  const positions = hosts.map((host) => positionsIn(shape, host.shape))
  const values = Array.from({ length: sizeOf(shape) }, () => {
    return rounded(type, compute(...hosts.map((host, h) => host.values[positions[h]()])))
  })
  return { type, shape, values }
}

/** A number as an element of a type. */
export function rounded(type: ElementType, value: number): number {
  if (type === 'bool') return value === 0 ? 0 : 1
  if (type === 'float32' || type === 'float16') return Math.fround(value)
  return type === 'float64' ? value : Math.trunc(value)
}
