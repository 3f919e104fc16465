// The cases of the bench: their networks, and the arithmetic in them: counted by formula where layers are given one by one.
import type { VisionName } from '../src/gluon/models/getModel.ts'

/** One layer with parameters; kernel, stride, padding and pool are the same in both directions. */
export interface Layer {
  readonly kind: 'conv' | 'dense'
  /** Channels or units, after it and before it. */
  readonly channels: number
  readonly before: number
  /** 1 of a dense layer, like its stride; it has no padding. */
  readonly kernel: number
  readonly stride: number
  readonly padding: number
  readonly bias: boolean
  readonly relu: boolean
  /** Whether dropout of one half precedes it in training. */
  readonly dropped: boolean
  /** Side of the max-pool of stride 2 that follows; 0 where none does. */
  readonly pool: number
}

/** A stack of layers, whose images have `channels` channels and are `side` pixels high and wide. */
export interface Chain {
  readonly channels: number
  readonly side: number
  readonly layers: readonly Layer[]
  /** Whether the mean over the pixels is its output. */
  readonly mean: boolean
}

/** The systems that can be timed on a CPU and on a GPU, in the order of the table: the slow ones come last. */
export const systemsOn = {
  cpu: ['glueball', 'pytorch', 'onnxruntime', 'tfjs-wasm', 'tfjs-cpu', 'jax-wasm'],
  gpu: ['glueball', 'pytorch-f32', 'pytorch-tf32', 'pytorch-bf16', 'jax-webgpu', 'tfjs-webgpu'],
} as const

/** Where all systems of a run compute. */
export type ContextName = keyof typeof systemsOn

/** One of the systems. */
export type SystemName = (typeof systemsOn)[ContextName][number]

/** What a run has to compute on: a GPU may be one in software. */
export type Device = ContextName | 'software gpu'

/** One case, all of it plain JSON, since every system reads it. */
export interface Case {
  readonly name: string
  readonly network: 'nin' | 'lenet' | 'resnet-3x3' | VisionName
  /** Multiply-adds of an image's forward pass where the chains have no layers: a model of the zoo, of 10 classes. */
  readonly products: { readonly all: number; readonly firstLayer: number } | null
  readonly batch: number
  readonly train: boolean
  /** Whether the gradient of the images is wanted too; then there is no loss and no update. */
  readonly imageGradient: boolean
  readonly chains: readonly Chain[]
  /** Who has a program for it. */
  readonly systems: readonly SystemName[]
  /** On what it is run where none is named. */
  readonly byDefault: readonly Device[]
}

const plain = { stride: 1, padding: 0, bias: true, relu: true, dropped: false, pool: 0 } as const

/** Network in Network of 10 classes: four blocks, each of one convolution and two of 1 × 1. */
export function nin(side: number): Chain {
  const block = (
    channels: number,
    before: number,
    first: Partial<Layer> & { kernel: number },
    pool: number,
  ): Layer[] => [
    { ...plain, kind: 'conv', channels, before, ...first },
    { ...plain, kind: 'conv', channels, before: channels, kernel: 1 },
    { ...plain, kind: 'conv', channels, before: channels, kernel: 1, pool },
  ]
  const layers = [
    ...block(96, 1, { kernel: 11, stride: 4 }, 3),
    ...block(256, 96, { kernel: 5, padding: 2 }, 3),
    ...block(384, 256, { kernel: 3, padding: 1 }, 3),
    ...block(10, 384, { kernel: 3, padding: 1, dropped: true }, 0),
  ]
  return { channels: 1, side, layers, mean: true }
}

/** LeNet with ReLU and max-pools, at 28 × 28. */
export function lenet(): Chain {
  const layers: Layer[] = [
    { ...plain, kind: 'conv', channels: 6, before: 1, kernel: 5, pool: 2 },
    { ...plain, kind: 'conv', channels: 16, before: 6, kernel: 5, pool: 2 },
    { ...plain, kind: 'dense', channels: 120, before: 256, kernel: 1 },
    { ...plain, kind: 'dense', channels: 84, before: 120, kernel: 1 },
    { ...plain, kind: 'dense', channels: 10, before: 84, kernel: 1, relu: false },
  ]
  return { channels: 1, side: 28, layers, mean: false }
}

/** The 3 × 3 convolutions of stride 1 in ResNet-18 for images of 96 × 96: four in each stage, nothing between them. */
export function resnetStages(): Chain[] {
  const conv = (channels: number): Layer => ({
    ...{ ...plain, kind: 'conv', channels, before: channels, kernel: 3 },
    ...{ padding: 1, bias: false, relu: false },
  })
  return [64, 128, 256, 512].map((channels, stage) => ({
    ...{ channels, side: 24 >> stage, mean: false },
    layers: Array.from({ length: 4 }, () => conv(channels)),
  }))
}

/** The side of the images that each layer takes, and of those that it makes before its pool; 1 of a dense layer. */
export function sidesOf({ side, layers }: Chain): { readonly taken: number; readonly made: number }[] {
  let size = side
  return layers.map(({ kind, kernel, stride, padding, pool }) => {
    const taken = kind === 'dense' ? 1 : size
    const made = Math.floor((taken + 2 * padding - kernel) / stride) + 1
    size = pool ? Math.floor((made - pool) / 2) + 1 : made
    return { taken, made }
  })
}

/** Multiply-adds of each layer's forward pass for one image. */
export function multiplyAdds(chain: Chain): number[] {
  const sides = sidesOf(chain)
  return chain.layers.map(({ channels, before, kernel }, i) => channels * sides[i].made ** 2 * before * kernel ** 2)
}

/**
 * Floating-point operations for one image, two for each multiply-add of a direct convolution, whatever a system really
 * does. Training is three such passes (forward, gradient of the data, gradient of the weights), less the first layer's
 * gradient of the data where nobody asks for that of the images.
 */
export function operations({ chains, train, imageGradient, products }: Case): number {
  if (products) return 2 * (train ? 3 * products.all - products.firstLayer : products.all)
  return chains.map(multiplyAdds).reduce((sum, products) => {
    const forward = products.reduce((a, b) => a + b, 0)
    return sum + 2 * (train ? 3 * forward - (imageGradient ? 0 : products[0]) : forward)
  }, 0)
}

const base = { network: 'nin', products: null, train: true, imageGradient: false, byDefault: [] } as const
const torch: readonly SystemName[] = ['glueball', 'pytorch', 'pytorch-f32', 'pytorch-tf32', 'pytorch-bf16']
const onWebGpu: readonly SystemName[] = [...torch, 'jax-webgpu', 'tfjs-webgpu']
const flagship = { batch: 128, systems: [...torch, ...systemsOn.cpu], byDefault: ['cpu', 'gpu'] } as const

/** Training at batch 32 and inference at 32 and 1 of a model of the zoo, on RGB images; cases.test.ts counts anew. */
function zoo(network: VisionName, side: number, all: number, firstLayer: number): Case[] {
  const chains: Chain[] = [{ channels: 3, side, layers: [], mean: false }]
  const shared = { ...base, network, chains, products: { all, firstLayer } }
  const name = `${network.replace(/_v1$|1\.0$/, '')}-${side}`
  return [
    { ...shared, name: `${name}-b32-train`, batch: 32, systems: ['glueball', 'pytorch'] },
    { ...shared, name: `${name}-b32-infer`, batch: 32, train: false, systems: ['glueball', 'pytorch', 'onnxruntime'] },
    { ...shared, name: `${name}-b1-infer`, batch: 1, train: false, systems: ['glueball', 'pytorch', 'onnxruntime'] },
  ]
}

/** The cases by name. */
export const cases: readonly Case[] = [
  { ...base, name: 'nin-112-b128-train', chains: [nin(112)], ...flagship },
  { ...base, name: 'nin-112-b128-infer', chains: [nin(112)], ...flagship, train: false },
  { ...base, name: 'nin-112-b32-train', batch: 32, chains: [nin(112)], systems: onWebGpu, byDefault: ['gpu'] },
  { ...base, name: 'nin-112-b2-train', batch: 2, chains: [nin(112)], systems: onWebGpu, byDefault: ['software gpu'] },
  { ...base, name: 'nin-224-b32-train', batch: 32, chains: [nin(224)], systems: torch },
  { ...base, name: 'nin-112-b1-infer', batch: 1, train: false, chains: [nin(112)], systems: [...torch, 'onnxruntime'] },
  { ...base, name: 'lenet-28-b256-train', network: 'lenet', batch: 256, chains: [lenet()], systems: torch },
  {
    ...{ ...base, name: 'resnet-3x3-96-b32-train', network: 'resnet-3x3', batch: 32, imageGradient: true },
    ...{ chains: resnetStages(), systems: torch },
  },
  ...zoo('resnet18_v1', 96, 333_108_224, 21_676_032),
  ...zoo('mobilenet1.0', 96, 104_284_672, 1_990_656),
  ...zoo('vgg11', 64, 636_264_448, 7_077_888),
  ...zoo('densenet121', 64, 231_286_784, 9_633_792),
]

/** The cases that are run on a device where none is named. */
export const casesOn = (device: Device): readonly Case[] => cases.filter(({ byDefault }) => byDefault.includes(device))
