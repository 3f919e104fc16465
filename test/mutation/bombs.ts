// Small files that ask for much: each is under 10 MB, and must be refused, or read, within the bars of all files.
import { deflateSync, gzipSync } from 'node:zlib'
import { encodeIdx } from '../../src/io/idx.ts'
import { encodeNpy } from '../../src/io/npz.ts'
import { chunk, fileOf, pngOf, pngStart } from '../pictures.ts'
import { checkpointOf, deflatedZip, safetensorsOf, sealCheckpoint, sealVersion1, version1Of } from './containers.ts'

/** gzip of 16 MB of zeros, in 16 KB; members may follow one another. */
const member = gzipSync(Buffer.alloc(2 ** 24))

/** A gzip file that unpacks to `start`, followed by `times` times 16 MB of zeros. */
function gzipBomb(start: Uint8Array, times: number): Uint8Array {
  return Buffer.concat([gzipSync(start), ...new Array(times).fill(member)])
}

/** A header of IDX images alone. */
const idxHeader = (...sides: readonly number[]) => {
  const bytes = Buffer.from(encodeIdx({ shape: [0, 0, 0], data: new Uint8Array(0) }))
  sides.forEach((side, i) => bytes.writeUInt32BE(side, 4 + 4 * i))
  return bytes
}

/** Zlib's format of 256 MB of zeros. */
const packed = deflateSync(Buffer.alloc(2 ** 28), { level: 1 })

/** The grey JPEG with other sides, 0 to 65535. */
function jpegOf(width: number, height: number): Buffer {
  const bytes = Buffer.from(fileOf('grey'))
  const at = bytes.indexOf(Buffer.of(0xff, 0xc0)) + 5
  bytes.writeUInt16BE(height, at)
  bytes.writeUInt16BE(width, at + 2)
  return bytes
}

/** An .npz file of zeros that may say another size than its array has. */
function zerosOf(bytes: number, type: string, each: number, said?: number): Uint8Array {
  const header = Buffer.from(`{'descr': '${type}', 'fortran_order': False, 'shape': (${bytes / each},), }`)
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0])
  const content = Buffer.concat([start, header, Buffer.alloc(bytes)])
  return deflatedZip({ 'x.npy': content }, said === undefined ? [] : [said])
}

/** A JPEG with a segment repeated before its own. */
function jpegWith(segment: Uint8Array, times: number): Buffer {
  const bytes = fileOf('grey')
  return Buffer.concat([bytes.subarray(0, 2), ...new Array(times).fill(segment), bytes.subarray(2)])
}

const huffman = Buffer.of(0xff, 0xc4, 0, 20, 0, 1, ...new Array(15).fill(0), 7)
const lines = (line: string, bytes: number) => Buffer.from(line.repeat(bytes / line.length))
const numbers = (...values: readonly bigint[]) => Buffer.from(BigUint64Array.from(values).buffer)

/** What each bomb is, and its bytes; made only when it is read. */
export type Bombs = Readonly<Record<string, () => Uint8Array>>

const megabytes = 9_000_000
const encoded = (text: string) => new TextEncoder().encode(text)

/** JSON of 9 MB that takes much to read: nested deep, broad in small objects, of many keys, of one long text. */
const texts: Readonly<Record<string, (bytes: number) => string>> = {
  brackets: (bytes) => '['.repeat(bytes),
  braces: (bytes) => '{"":'.repeat(bytes / 4),
  'whole nests': (bytes) => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2),
  'empty lists': (bytes) => `{"a":[${'[],'.repeat(bytes / 3)}[]]}`,
  'empty objects': (bytes) => `{"a":[${'{},'.repeat(bytes / 3)}{}]}`,
  keys: (bytes) => `{${Array.from({ length: bytes / 10 }, (_, i) => `"${i.toString(36)}":0`).join()}}`,
  'as many keys as may be': () => `{${Array.from({ length: 2 ** 19 - 8 }, (_, i) => `"${i.toString(36)}":0`).join()}}`,
  'as many lists as may be': () => `{"a":[${'[],'.repeat(2 ** 19 - 8)}[]]}`,
  'as many objects as may be': () => `{"a":[${'{},'.repeat(2 ** 19 - 8)}{}]}`,
  'one key': (bytes) => `{"${'x'.repeat(bytes)}":0}`,
  'a key of controls': (bytes) => `{"${'\\u001b'.repeat(bytes / 6)}":0}`,
  quotes: (bytes) => '"'.repeat(bytes),
  backslashes: (bytes) => `{"${'\\'.repeat(bytes)}`,
  numbers: (bytes) => `{"a":[${'1,'.repeat(bytes / 2)}1]}`,
  'a number': (bytes) => `{"a":${'1'.repeat(bytes)}}`,
}

/** All these texts in a container. */
function bombsOfText(container: (text: string) => Uint8Array, bytes = megabytes, where = ''): Bombs {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [where + name, () => container(text(bytes))]))
}

const entry = (shape: string, offsets: string, dtype = 'U8') =>
  `{"dtype":"${dtype}","shape":[${shape}],"data_offsets":[${offsets}]}`

/** Entries of a safetensors header. */
const emptyTensors = (count: number) => Array.from({ length: count }, (_, i) => `"${i}":${entry('0', '0,0')}`).join()

const head = '"__metadata__":{"crc32":"00000000","format":"glueball checkpoint 2","header":'

/** A checkpoint of a trainer's state or a run whose header has these members beside its kind. */
const ofKind = (kind: string, members: string) => checkpointOf(`{"kind":"${kind}",${members}}`)

/** What a container of safetensors may ask for; `members` stand in the header before the tensors. */
function tensorBombs(seal: (file: Uint8Array) => Uint8Array, members = ''): Bombs {
  const file = (text: string, data?: Uint8Array, length?: bigint) =>
    seal(safetensorsOf(encoded(`{${members}${text}}`), data, length))
  return {
    'a header of 2^63': () => file('', undefined, 2n ** 63n),
    'a header of 100 MB': () => file('', undefined, 100_000_000n),
    'a header of 2^64 - 8': () => file('', undefined, 2n ** 64n - 8n),
    'a tensor of 2^50': () => file(`"a":${entry(`${2 ** 50}`, `0,${2 ** 50}`)}`),
    'a tensor of 2^60': () => file(`"a":${entry(`${2 ** 60}`, `0,${2 ** 60}`)}`),
    'a tensor of 2^30 × 2^30': () => file(`"a":${entry(`${2 ** 30},${2 ** 30}`, `0,${2 ** 60}`, 'F32')}`),
    'no values of 2^53 × 2^53 × 0': () => file(`"a":${entry(`${2 ** 53 - 1},${2 ** 53 - 1},0`, '0,0')}`),
    'empty tensors': () => file(emptyTensors(150_000)),
    'as many tensors as may be': () => file(emptyTensors(74_000)),
    'tensors of a byte': () => {
      const tensors = Array.from({ length: 74_000 }, (_, i) => `"${i}":${entry('1', `${i},${i + 1}`)}`)
      return file(tensors.join(), new Uint8Array(74_000))
    },
    'a shape of 4 million sides': () => file(`"a":${entry(`${'1,'.repeat(4_000_000)}0`, '0,0')}`),
    'a name of 9 MB': () => file(`"${'x'.repeat(megabytes)}":1`),
    'an element type of 9 MB': () => file(`"a":${entry('0', '0,0', '\\u001b'.repeat(megabytes / 6))}`),
  }
}

/** A field of protocol buffers that holds bytes. */
function field(number: number, content: Uint8Array): Buffer {
  const length: number[] = []
  for (let rest = content.length; length.length === 0 || rest > 0; rest = Math.floor(rest / 128)) {
    length.push((rest % 128) + (rest >= 128 ? 128 : 0))
  }
  return Buffer.concat([Buffer.of(8 * number + 2, ...length), content])
}

/** An ONNX file of version 17 whose graph has some fields. */
const onnxOf = (...fields: readonly Uint8Array[]) =>
  Buffer.concat([field(8, Buffer.of(16, 17)), field(7, Buffer.concat([...fields, field(12, field(1, encoded('y')))]))])

/** A tensor `a` of float32, of sizes given as varints, with other fields. */
const tensorOf = (sizes: Uint8Array, ...fields: readonly Uint8Array[]) =>
  onnxOf(field(5, Buffer.concat([field(1, sizes), Buffer.of(16, 1), field(8, encoded('a')), ...fields])))

const large = Buffer.of(128, 128, 128, 128, 8)

/** Bombs by what reads them. */
export const bombs = {
  onnx: {
    'a tensor of 2^31': () => tensorOf(large),
    'a tensor of 2^62': () => tensorOf(Buffer.concat([large, large])),
    'a shape of 9 million sides': () => tensorOf(Buffer.alloc(megabytes, 1)),
    'numbers of one byte': () => tensorOf(Buffer.of(1), field(7, Buffer.alloc(megabytes, 1))),
    floats: () => tensorOf(Buffer.of(1), field(4, Buffer.alloc(megabytes))),
    'empty nodes': () => onnxOf(Buffer.alloc(megabytes, Buffer.of(10, 0))),
    'empty tensors': () => onnxOf(Buffer.alloc(megabytes, Buffer.of(42, 0))),
    'a name of 9 MB': () => onnxOf(field(1, field(4, Buffer.alloc(megabytes, 'x')))),
    operators: () => {
      const nodes = Array.from({ length: 200_000 }, (_, i) => field(1, field(4, encoded(`Op${i}`))))
      return onnxOf(Buffer.concat(nodes))
    },
    'groups in groups': () => onnxOf(Buffer.alloc(megabytes, 8 * 3 + 3)),
    'graphs in graphs': () => {
      let inner: Buffer = Buffer.alloc(0)
      for (let i = 0; i < 1000; i++) inner = field(7, inner)
      return inner
    },
  },
  checkpoint: {
    ...tensorBombs(sealCheckpoint, `${head}"null"},`),
    ...bombsOfText((text) => checkpointOf(text), megabytes / 2),
    'a long history': () => ofKind('glueball training run', `"history":[${'{"event":"epoch"},'.repeat(200_000)}0]`),
    'a long format': () =>
      sealCheckpoint(safetensorsOf(encoded(`{${head.replace('checkpoint 2', 'x'.repeat(megabytes))}"{}"}}`))),
  },
  version1: {
    ...bombsOfText((text) => version1Of(encoded(text))),
    'a header of 4 GB': () => {
      const file = Buffer.from(version1Of(encoded('{}')))
      file.writeUInt32LE(2 ** 32 - 1, 12)
      return sealVersion1(file)
    },
    'an array of 2^60': () =>
      version1Of(encoded(`{"header":1,"arrays":[{"name":"a","dtype":"float32","shape":[${2 ** 30},${2 ** 30}]}]}`)),
    'empty arrays': () =>
      version1Of(encoded(`{"header":1,"arrays":[${'{"name":"a","dtype":"uint8","shape":[0]},'.repeat(200_000)}0]}`)),
  },
  trainerState: {
    ...tensorBombs(sealCheckpoint, `${head}${JSON.stringify('{"kind":"glueball trainer","numUpdate":1}')}},`),
    ...bombsOfText((text) => ofKind('glueball trainer', `"numUpdate":1,"shapes":${text}`), megabytes / 2),
    'many shapes': () => ofKind('glueball trainer', `"numUpdate":1,"shapes":[${'[1],'.repeat(2_000_000)}[]]`),
    'a shape of many sides': () =>
      ofKind('glueball trainer', `"numUpdate":1,"shapes":[[${'1,'.repeat(4_000_000)}1],[1]]`),
    'a long optimizer': () => ofKind('glueball trainer', `"numUpdate":1,"optimizer":"${'x'.repeat(megabytes)}"`),
  },
  safetensors: {
    ...tensorBombs((file) => file),
    ...bombsOfText((text) => safetensorsOf(encoded(text))),
  },
  gzip: {
    '10 GB, more than it declares': () => gzipBomb(encodeIdx({ shape: [3, 1, 1], data: new Uint8Array(3) }), 600),
    '10 GB, as it declares': () => gzipBomb(idxHeader(600, 4096, 4096), 600),
    '64 MB, as it declares': () => gzipBomb(idxHeader(4, 4096, 4096), 4),
  },
  idx: {
    'sides of 2^32': () => idxHeader(2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1),
    'no pixels': () => idxHeader(3, 0, 2 ** 32 - 1),
  },
  params: {
    '2^60 arrays': () => numbers(0x112n, 0n, 2n ** 60n),
    'an array of 2^60': () =>
      Buffer.concat([numbers(0x112n, 0n, 1n, 0xf993fac9n), Buffer.of(1, 0, 0, 0), numbers(2n ** 60n, 1n, 0n, 0n)]),
    'empty arrays': () => Buffer.concat([numbers(0x112n, 0n, 600_000n), Buffer.alloc(9_600_000)]),
  },
  npz: {
    '256 MB, as it declares': () => zerosOf(2 ** 28, '<f4', 4),
    '256 MB, declared as 1000': () => zerosOf(2 ** 28, '<f4', 4, 1000),
    '31 MB, which may be': () => zerosOf(31 * 2 ** 20, '<f4', 4),
    '31 MB of int64, which may be': () => zerosOf(31 * 2 ** 20, '<i8', 8),
    '4 GB declared': () => zerosOf(8, '<f4', 4, 2 ** 32 - 2),
    'empty arrays': () => {
      const empty = encodeNpy({ shape: [0], dtype: 'float32', data: new Float32Array(0) })
      return deflatedZip(Object.fromEntries(Array.from({ length: 16_000 }, (_, i) => [`${i}.npy`, empty])))
    },
  },
  png: {
    '60000×60000': () => pngOf(pngStart(60_000, 60_000), Buffer.of(0)),
    '2^32': () => pngOf(pngStart(2 ** 32 - 1, 2 ** 32 - 1), Buffer.of(0)),
    'data of 256 MB': () => Buffer.concat([pngStart(9, 9), chunk('IDAT', packed), chunk('IEND', Buffer.alloc(0))]),
    'a profile of 256 MB': () =>
      pngOf(pngStart(1, 1), Buffer.of(0, 7), chunk('iCCP', Buffer.concat([Buffer.from('all\0\0'), packed]))),
    'chunks without content': () =>
      Buffer.concat([pngStart(1, 1), ...new Array(800_000).fill(chunk('IDAT', Buffer.alloc(0)))]),
    'a line of 65535 × 100': () => pngOf(pngStart(65_535, 100, { depth: 1 }), Buffer.alloc(100 * 8193)),
  },
  jpeg: {
    '65535×65535': () => jpegOf(65_535, 65_535),
    '7000×7000 of 904 bytes': () => jpegOf(7000, 7000),
    '7000×7000 with enough bytes': () => Buffer.concat([jpegOf(7000, 7000), Buffer.alloc(200_000)]),
    'tables again and again': () => jpegWith(huffman, 400_000),
    comments: () => jpegWith(Buffer.of(0xff, 0xfe, 0, 2), 2_000_000),
  },
  metrics: {
    ...bombsOfText(encoded),
    ...bombsOfText((text) => encoded(`{"event":"epoch","epoch":0,"update":${text}}\n`), 4_000_000, 'in an event, '),
    'one line': () => lines('x', megabytes),
    ...Object.fromEntries(
      ['\n', 'null\n', '1\n', '"\n', '[\n', '{\n', '{}\n', '{x}\n', '\0\n', '[[[[[[[[[[\n', '{"event":"end"}\n'].map(
        (line) => [`lines ${JSON.stringify(line)}`, () => lines(line, megabytes)],
      ),
    ),
    'lines of events': () =>
      encoded(Array.from({ length: 240_000 }, (_, i) => `{"event":"x","update":${i % 12}.${i}}\n`).join('')),
  },
}
