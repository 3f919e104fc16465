// Protocol buffers by a table of messages: what is encoded and decoded are plain objects whose types follow from the table.
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/** Types of fields that are no messages; an int64 is a number, exact up to 2⁵³. */
type ScalarType = 'bytes' | 'double' | 'float' | 'int32' | 'int64' | 'string'

/** A field: its number, and its type or the name of a message. */
export interface Field {
  readonly number: number
  readonly type: string
  readonly repeated: boolean
}

/** The fields of each message by their names. */
export type Schema = Readonly<Record<string, Readonly<Record<string, Field>>>>

type ValueOf<S extends Schema, T> = T extends 'double' | 'float' | 'int32' | 'int64'
  ? number
  : T extends 'string'
    ? string
    : T extends 'bytes'
      ? Uint8Array
      : T extends keyof S
        ? Message<S, T>
        : never

type FieldValue<S extends Schema, F> = F extends { readonly type: infer T; readonly repeated: infer R }
  ? R extends true
    ? readonly ValueOf<S, T>[]
    : ValueOf<S, T> | undefined
  : never

/** A decoded message: repeated fields are lists, and single fields that were not there are undefined. */
export type Message<S extends Schema, Name extends keyof S> = {
  readonly [K in keyof S[Name]]: FieldValue<S, S[Name][K]>
}

/** A message to encode: any field may be left out. */
export type Draft<S extends Schema, Name extends keyof S> = {
  readonly [K in keyof S[Name]]?:
    | (S[Name][K] extends { readonly type: infer T; readonly repeated: infer R }
        ? R extends true
          ? readonly (T extends keyof S ? Draft<S, T> : ValueOf<S, T>)[]
          : T extends keyof S
            ? Draft<S, T>
            : ValueOf<S, T>
        : never)
    | undefined
}

/** A field that is there once. */
export const one = <const T extends string>(number: number, type: T) => ({ number, type, repeated: false }) as const
/** A field that is there any number of times. */
export const many = <const T extends string>(number: number, type: T) => ({ number, type, repeated: true }) as const

const wires: Readonly<Record<ScalarType, WireType>> = {
  bytes: WireType.LengthDelimited,
  double: WireType.Bit64,
  float: WireType.Bit32,
  int32: WireType.Varint,
  int64: WireType.Varint,
  string: WireType.LengthDelimited,
}

function isScalar(type: string): type is ScalarType {
  return Object.hasOwn(wires, type)
}

/** The bytes of a message. */
export function encode<S extends Schema, Name extends keyof S>(
  schema: S,
  name: Name,
  message: Draft<S, Name>,
): Uint8Array {
  const writer = new BinaryWriter()
  write(writer, schema, name as string, message as Readonly<Record<string, unknown>>)
  return writer.finish()
}

function write(writer: BinaryWriter, schema: Schema, name: string, message: Readonly<Record<string, unknown>>): void {
  for (const [key, { number, type, repeated }] of Object.entries(schema[name])) {
    const given = message[key]
    if (given === undefined) continue
    for (const value of repeated ? (given as readonly unknown[]) : [given]) {
      if (isScalar(type)) {
        writer.tag(number, wires[type])
        ;(writer[type] as (value: unknown) => BinaryWriter).call(writer, value)
      } else {
        writer.tag(number, WireType.LengthDelimited).fork()
        write(writer, schema, type, value as Readonly<Record<string, unknown>>)
        writer.join()
      }
    }
  }
}

/** The message that bytes hold. Throws for bytes that are none. */
export function decode<S extends Schema, Name extends keyof S>(
  schema: S,
  name: Name,
  bytes: Uint8Array,
): Message<S, Name> {
  const reader = new Reader(bytes)
  return read(reader, schema, name as string, reader.len, 0) as Message<S, Name>
}

/** Deepest nesting of messages: a file that nests deeper is damaged. */
const deepest = 40

/** The most messages of a file: a damaged one may name millions of empty ones. */
const mostMessages = 2 ** 19

/** A reader that counts messages. */
class Reader extends BinaryReader {
  messages = 0

  /** An int64 as a number, exact up to 2⁵³; a short one is read without a bigint. */
  integer(): number {
    const start = this.pos
    const value = this.uint32()
    if (this.pos - start <= 4) return value
    this.pos = start
    return Number(this.int64())
  }
}

function read(reader: Reader, schema: Schema, name: string, end: number, depth: number): object {
  if (depth > deepest) throw new Error(`messages are nested deeper than ${deepest}`)
  if (++reader.messages > mostMessages) throw new Error(`there are more than ${mostMessages} messages`)
  const fields = byNumber(schema, name)
  const message: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(schema[name])) message[key] = field.repeated ? [] : undefined
  while (reader.pos < end) {
    const [number, wire] = reader.tag()
    const entry = fields.get(number)
    if (!entry) {
      reader.skip(wire)
      continue
    }
    const [key, { type, repeated }] = entry
    const values = repeated ? (message[key] as unknown[]) : []
    readValues(values, reader, schema, type, wire, depth)
    if (!repeated) message[key] = values.at(-1)
  }
  if (reader.pos > end) throw new Error(`a message ends at byte ${reader.pos}, behind its end at ${end}`)
  return message
}

/** Adds the values of one tag to a list: several where numbers are packed. */
function readValues(
  values: unknown[],
  reader: Reader,
  schema: Schema,
  type: string,
  wire: WireType,
  depth: number,
): void {
  if (isScalar(type) && wire === wires[type]) return void values.push(scalar(reader, type))
  if (wire !== WireType.LengthDelimited) throw new Error(`a field of type ${type} has wire type ${wire}`)
  const length = reader.uint32()
  const end = reader.pos + length
  if (end > reader.len) throw new Error(`a field of ${length} bytes at ${reader.pos} leaves the ${reader.len} bytes`)
  if (!isScalar(type)) return void values.push(read(reader, schema, type, end, depth + 1))
  while (reader.pos < end) values.push(scalar(reader, type))
}

function scalar(reader: Reader, type: ScalarType): unknown {
  return type === 'int64' ? reader.integer() : reader[type]()
}

const numbered = new WeakMap<object, Map<number, readonly [string, Field]>>()

function byNumber(schema: Schema, name: string): Map<number, readonly [string, Field]> {
  let found = numbered.get(schema[name])
  if (!found) {
    found = new Map(Object.entries(schema[name]).map(([key, field]) => [field.number, [key, field]]))
    numbered.set(schema[name], found)
  }
  return found
}
