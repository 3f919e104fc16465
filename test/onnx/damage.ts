// Damaged ONNX files: each is refused in one line, or read and computed.
import { gluon, io, type NDArray, nd, nn } from 'glueball'
import { expect } from 'vitest'
import { randomNumbers } from '../random.ts'

/** An input of the small network. */
export const image = () => nd.random.uniform({ shape: [2, 1, 6, 6] })

/** A small network. */
export function smallNetworkBlock(): nn.HybridSequential {
  nd.random.seed(3)
  const net = new nn.HybridSequential()
  net.add(
    new nn.Conv2D(4, 3),
    new nn.BatchNorm(),
    new nn.PReLU(),
    new nn.MaxPool2D({ poolSize: 2 }),
    new nn.GroupNorm({ numGroups: 2 }),
    new nn.Dense(3),
  )
  net.initialize()
  return net
}

/** The file of the small network. */
export async function smallNetwork(): Promise<Uint8Array> {
  return io.onnx(smallNetworkBlock(), [image()])
}

/** Imports a file and predicts; errors must be one line of ours. */
export async function readOrRefuse(damaged: Uint8Array): Promise<'read' | 'refused'> {
  try {
    const net = await gluon.SymbolBlock.fromOnnx<NDArray | NDArray[]>(damaged)
    for (const y of [net(...net.inputNames.map(image))].flat()) await y.toArray()
    return 'read'
  } catch (error) {
    const { message } = error as Error
    expect(message).toMatch(/^(in \S+ \(SymbolBlock\): )?\[[\w .-]+\] \S[^\n]*$/)
    expect(message).not.toMatch(/undefined|\bNaN\b|is not a function|not iterable|Cannot read|\[object/)
    return 'refused'
  }
}

/** Writes one wrong byte at a time into a file; how many are read, and how many refused. */
export async function flipped(bytes: Uint8Array, seed: number, count: number) {
  const random = randomNumbers(seed)
  const counts = { read: 0, refused: 0 }
  for (let i = 0; i < count; i++) {
    const damaged = bytes.slice()
    damaged[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
    counts[await readOrRefuse(damaged)]++
  }
  return counts
}
