// The rows of checkpoints, trainers' states, safetensors and .npz files.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { autograd, gluon, io, type NDArray, nd, nn, reference } from 'glueball'
import { checkpointOf as runOf } from '../../src/cli/fixtures.ts'
import { encodeRun, readRun } from '../../src/cli/folder/checkpoint.ts'
import { zip } from '../../src/io/deflate.ts'
import { decodeNpz, encodeNpy, encodeNpz } from '../../src/io/npz.ts'
import { decodeSafetensors, encodeSafetensors, type Safetensor } from '../../src/io/safetensors.ts'
import { readFile } from '../../src/platform/node.ts'
import { bombs } from './bombs.ts'
import { deflatedZip, headerOf, partsOf, safetensorsOf, sealCheckpoint, sealVersion1, textOf } from './containers.ts'
import type { Format } from './formats.ts'
import { jsonLayout, npyLayout, onnxLayout, safetensorsLayout, version1Layout, zipLayout } from './layouts.ts'

const run = encodeRun(runOf(12))
const version1 = new Uint8Array(readFileSync(join(import.meta.dirname, '../golden/checkpoint-version1')))
const [header, checkpointOfHeader] = headerOf(run)
const [text, version1OfText] = textOf(version1)

async function readCheckpoint(path: string): Promise<unknown> {
  const { header, arrays } = await readRun(path, [])
  return [header, arrays.map(({ name, shape, data }) => [name, shape, data.slice()])]
}

const trainer = await makeTrainer()

/** A trainer that has done a step. */
async function makeTrainer(): Promise<gluon.Trainer> {
  const ctx = reference()
  const net = new nn.Dense(2, { inUnits: 3 })
  await net.initialize({ ctx })
  const made = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.5, momentum: 0.9 })
  autograd.record(() => net(nd.array([[1, -2, 3]], { ctx }))).backward()
  made.step(1)
  return made
}

async function stateFile(): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'glueball-state-'))
  try {
    await trainer.saveStates(join(folder, 'state'))
    return new Uint8Array(readFileSync(join(folder, 'state')))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const state = await stateFile()
const [stateHeader, stateOfHeader] = headerOf(state)

/** Reads a state into the trainer; what the trainer then holds. */
async function readState(path: string): Promise<unknown> {
  await trainer.loadStates(path)
  return JSON.stringify(await trainer.state())
}

function tensor(name: string, dtype: Safetensor['dtype'], shape: number[], length: number): Safetensor {
  return { name, dtype, shape, bytes: Uint8Array.from({ length }, (_, i) => i * 37) }
}

const mixed = encodeSafetensors({
  metadata: { format: 'pt', note: '"{}"' },
  tensors: [
    tensor('0.weight', 'F32', [2, 3], 24),
    tensor('scalar', 'F64', [], 8),
    tensor('empty', 'BF16', [4, 0, 7], 0),
    tensor('packed', 'F4', [2, 3], 3),
    tensor('mask', 'BOOL', [3], 3),
    tensor('ids 轮', 'I64', [2], 16),
  ],
})
const mixedParts = partsOf(mixed)

async function readSafetensors(path: string): Promise<unknown> {
  const { metadata, tensors } = decodeSafetensors(await readFile(path), path)
  return [metadata, tensors.map(({ name, dtype, shape, bytes }) => [name, dtype, shape, bytes.slice()])]
}

const arrays = [
  { name: '0.weight', shape: [5, 3], dtype: 'float32', data: Float32Array.from({ length: 15 }, (_, i) => i / 7) },
  { name: '0.bias', shape: [5], dtype: 'float64', data: Float64Array.from({ length: 5 }, (_, i) => -i) },
  { name: 'steps', shape: [1, 1, 2], dtype: 'int32', data: Int32Array.of(-1, 7) },
] as const
const stored = encodeNpz(arrays)
const packed = deflatedZip(Object.fromEntries(arrays.map((array) => [`${array.name}.npy`, encodeNpy(array)])))
const longs = npyOf("{'descr': '<i8', 'fortran_order': True, 'shape': (2, 3), }", new BigInt64Array(6).fill(-5n))

/** An .npy file of NumPy's other types, whose header ends where it can. */
function npyOf(header: string, data: BigInt64Array): Uint8Array {
  const start = [0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]
  return Uint8Array.from([...start, ...Buffer.from(header), ...new Uint8Array(data.buffer)])
}

const readNpz = async (path: string) =>
  decodeNpz(await readFile(path), path).map(({ name, shape, dtype, data }) => [name, shape, dtype, data])

const network = await makeNetwork()

/** An ONNX file of a convolutional network. */
async function makeNetwork(): Promise<Uint8Array> {
  const net = new nn.HybridSequential()
  net.add(
    new nn.Conv2D(2, 3, { padding: 1 }),
    new nn.BatchNorm(),
    new nn.PReLU(),
    new nn.MaxPool2D({ poolSize: 2 }),
    new nn.Flatten(),
    new nn.Dense(3),
  )
  const ctx = reference()
  net.initialize({ ctx })
  return io.onnx(net, [nd.zeros([1, 1, 4, 4], { ctx })])
}

async function readNetwork(path: string): Promise<unknown> {
  const ctx = reference()
  const net = await gluon.SymbolBlock.fromOnnx<NDArray | NDArray[]>(await readFile(path), { ctx })
  const parameters = [...net.collectParams()].map(async ([name, parameter]) => {
    return [name.slice(net.prefix.length), parameter.shape, await parameter.data().toArray()] as const
  })
  return [net.inputNames, net.outputNames, await Promise.all(parameters)]
}

const checkpoint = { file: 'mutant', read: readCheckpoint, bombs: bombs.checkpoint }
const checkpoint1 = { ...checkpoint, bombs: bombs.version1 }
const trainerState = { file: 'mutant', read: readState, bombs: bombs.trainerState }
const safetensors = {
  file: 'mutant.safetensors',
  read: readSafetensors,
  bombs: bombs.safetensors,
  checked: false,
  files: 2000,
}

const npz = { file: 'mutant.npz', read: readNpz, checked: false, files: 2000 }

/** A row by the damage that is done: to the file, behind its checksum, or to its JSON alone. */
export const containerFormats: readonly Format[] = [
  {
    ...checkpoint,
    name: 'checkpoint',
    samples: [run, encodeRun(runOf(3, new Float32Array(3).fill(0.1)))],
    layout: safetensorsLayout,
    checked: true,
  },
  {
    ...checkpoint,
    name: 'checkpoint with a right checksum',
    bombs: {},
    samples: [run],
    layout: safetensorsLayout,
    checked: false,
    seal: sealCheckpoint,
  },
  {
    ...checkpoint,
    name: 'checkpoint of damaged fields',
    bombs: {},
    samples: [header],
    layout: jsonLayout,
    checked: false,
    seal: checkpointOfHeader,
  },
  { ...checkpoint1, name: 'checkpoint of 0.1', samples: [version1], layout: version1Layout, checked: true },
  {
    ...checkpoint1,
    name: 'checkpoint of 0.1 with a right checksum',
    bombs: {},
    samples: [version1],
    layout: version1Layout,
    checked: false,
    seal: sealVersion1,
  },
  {
    ...checkpoint1,
    name: 'checkpoint of 0.1 of damaged fields',
    bombs: {},
    samples: [text],
    layout: jsonLayout,
    checked: false,
    seal: version1OfText,
  },
  { ...trainerState, name: "trainer's state", samples: [state], layout: safetensorsLayout, checked: true },
  {
    ...trainerState,
    name: "trainer's state with a right checksum",
    bombs: {},
    samples: [state],
    layout: safetensorsLayout,
    checked: false,
    seal: sealCheckpoint,
  },
  {
    ...trainerState,
    name: "trainer's state of damaged fields",
    bombs: {},
    samples: [stateHeader],
    layout: jsonLayout,
    checked: false,
    seal: stateOfHeader,
  },
  {
    ...safetensors,
    name: 'safetensors',
    samples: [mixed, safetensorsOf(new TextEncoder().encode('{}'))],
    layout: safetensorsLayout,
  },
  {
    ...safetensors,
    name: 'safetensors of damaged fields',
    bombs: {},
    samples: [mixedParts[0]],
    layout: jsonLayout,
    seal: (text) => safetensorsOf(text, mixedParts[1]),
  },
  { ...npz, name: 'npz', samples: [stored, packed], layout: zipLayout, bombs: bombs.npz },
  {
    ...npz,
    name: 'npz of damaged arrays',
    samples: [encodeNpy(arrays[0]), longs],
    layout: npyLayout,
    bombs: {},
    seal: (bytes) => zip({ 'x.npy': bytes }),
  },
  {
    name: 'ONNX',
    file: 'mutant.onnx',
    samples: [network],
    layout: onnxLayout,
    read: readNetwork,
    checked: false,
    bombs: bombs.onnx,
  },
]
