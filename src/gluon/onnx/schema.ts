// The messages of ONNX files (onnx.proto of ONNX 1.12, the fields that networks use), and the element types of tensors.
import type { DType } from '../../core/dtype.ts'
import { type Draft, type Message, many, one } from './protobuf.ts'

/** Fields of the messages, with their numbers in onnx.proto. */
export const schema = {
  model: {
    irVersion: one(1, 'int64'),
    producerName: one(2, 'string'),
    producerVersion: one(3, 'string'),
    graph: one(7, 'graph'),
    opsetImport: many(8, 'operatorSet'),
    metadataProps: many(14, 'entry'),
  },
  operatorSet: { domain: one(1, 'string'), version: one(2, 'int64') },
  entry: { key: one(1, 'string'), value: one(2, 'string') },
  graph: {
    node: many(1, 'node'),
    name: one(2, 'string'),
    initializer: many(5, 'tensor'),
    input: many(11, 'value'),
    output: many(12, 'value'),
    valueInfo: many(13, 'value'),
  },
  node: {
    input: many(1, 'string'),
    output: many(2, 'string'),
    name: one(3, 'string'),
    opType: one(4, 'string'),
    attribute: many(5, 'attribute'),
    domain: one(7, 'string'),
  },
  attribute: {
    name: one(1, 'string'),
    f: one(2, 'float'),
    i: one(3, 'int64'),
    s: one(4, 'bytes'),
    t: one(5, 'tensor'),
    floats: many(7, 'float'),
    ints: many(8, 'int64'),
    strings: many(9, 'bytes'),
    type: one(20, 'int32'),
  },
  tensor: {
    dims: many(1, 'int64'),
    dataType: one(2, 'int32'),
    floatData: many(4, 'float'),
    int32Data: many(5, 'int32'),
    int64Data: many(7, 'int64'),
    name: one(8, 'string'),
    rawData: one(9, 'bytes'),
    doubleData: many(10, 'double'),
    dataLocation: one(14, 'int32'),
  },
  value: { name: one(1, 'string'), type: one(2, 'type') },
  type: { tensorType: one(1, 'tensorType') },
  tensorType: { elemType: one(1, 'int32'), shape: one(2, 'shape') },
  shape: { dim: many(1, 'dimension') },
  dimension: { dimValue: one(1, 'int64'), dimParam: one(2, 'string') },
} as const

type Schema = typeof schema

/** A message of an ONNX file as it is read. */
export type Onnx<Name extends keyof Schema> = Message<Schema, Name>

/** A message of an ONNX file as it is written. */
export type OnnxDraft<Name extends keyof Schema> = Draft<Schema, Name>

/** Numbers of element types in ONNX files. */
export const elementTypes = {
  ...{ float32: 1, uint8: 2, int8: 3, int32: 6, float16: 10, float64: 11 },
  ...{ int64: 7, bool: 9 },
} as const satisfies Readonly<Record<DType | 'int64' | 'bool', number>>

/** An element type of ONNX that networks use. */
export type ElementType = keyof typeof elementTypes

/** Numbers of the types of attributes. */
export const attributeTypes = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const
