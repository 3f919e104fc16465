// The layers that are compared with PyTorch's, each with its expression.
import { nd, nn } from '../../src/index.ts'

/** A layer, its input, and the expression of x, of its parameters by name, and of `state`. */
export interface Case {
  readonly name: string
  readonly make: () => nn.Block
  readonly shape: readonly number[]
  readonly expression: string
  /** Parameters that PyTorch's expression does not read with a gradient. */
  readonly without?: readonly string[]
  /** Where values of x are from. */
  readonly indices?: number
  readonly predict?: true
}

/** PyTorch's factors are of a channel, Gluon's of a group. */
const perGroup = (name: string, channels: number, each: number, ones: string) =>
  `${name}.repeat_interleave(${each}).reshape(1, ${channels}${ones})`
const grouped = (groups: number, each: number, ones: string) => {
  const [gamma, beta] = ['gamma', 'beta'].map((name) => perGroup(name, groups * each, each, ones))
  return `F.group_norm(x, ${groups}) * ${gamma} + ${beta}`
}
const batchNorm = 'F.batch_norm(x, None, None, gamma, beta, training=True)'
const byRunning = 'F.batch_norm(x, running_mean, running_var, gamma, beta, training=False)'
const state = ['running_mean', 'running_var']

/** Normalisations. */
export const norms: readonly Case[] = [
  ...[
    [4, 3, 5, 7],
    [9, 3],
    [3, 4, 5],
    [1, 3, 2, 2],
    [2, 1, 3],
  ].map(
    (shape): Case => ({
      name: `BatchNorm of (${shape})`,
      make: () => new nn.BatchNorm(),
      shape,
      expression: batchNorm,
      without: state,
    }),
  ),
  {
    name: 'BatchNorm along the last axis',
    make: () => new nn.BatchNorm({ axis: -1, epsilon: 1e-3 }),
    shape: [3, 5, 2, 4],
    expression: 'F.batch_norm(x.movedim(-1, 1), None, None, gamma, beta, training=True, eps=1e-3).movedim(1, -1)',
    without: state,
  },
  {
    name: 'BatchNorm without scale',
    make: () => new nn.BatchNorm({ scale: false }),
    shape: [4, 3, 5],
    expression: 'F.batch_norm(x, None, None, None, beta, training=True)',
    without: ['gamma', ...state],
  },
  {
    name: 'BatchNorm without centre',
    make: () => new nn.BatchNorm({ center: false }),
    shape: [4, 3, 5],
    expression: batchNorm,
    without: ['beta', ...state],
  },
  {
    name: 'BatchNorm by global statistics',
    make: () => new nn.BatchNorm({ useGlobalStats: true }),
    shape: [4, 3, 5],
    expression: byRunning,
    without: state,
  },
  {
    name: 'BatchNorm in prediction',
    make: () => new nn.BatchNorm(),
    shape: [1, 3, 5, 4],
    expression: byRunning,
    without: state,
    predict: true,
  },
  {
    name: 'BatchNormReLU',
    make: () => new nn.BatchNormReLU(),
    shape: [4, 3, 5],
    expression: `F.relu(${batchNorm})`,
    without: state,
  },
  ...[
    [3, 7],
    [1, 1],
    [2, 3, 65],
  ].map(
    (shape): Case => ({
      name: `LayerNorm of (${shape})`,
      make: () => new nn.LayerNorm(),
      shape,
      expression: 'F.layer_norm(x, gamma.shape, gamma, beta)',
    }),
  ),
  {
    name: 'LayerNorm along axis 1, without scale',
    make: () => new nn.LayerNorm({ axis: 1, scale: false, epsilon: 1e-3 }),
    shape: [2, 5, 3],
    expression: 'F.layer_norm(x.movedim(1, -1), gamma.shape, gamma, beta, 1e-3).movedim(-1, 1)',
    without: ['gamma'],
  },
  {
    name: 'GroupNorm in one group',
    make: () => new nn.GroupNorm(),
    shape: [2, 3, 5],
    expression: grouped(1, 3, ', 1'),
  },
  {
    name: 'GroupNorm in three groups',
    make: () => new nn.GroupNorm({ numGroups: 3 }),
    shape: [1, 6, 3, 5],
    expression: grouped(3, 2, ', 1, 1'),
  },
  {
    name: 'InstanceNorm',
    make: () => new nn.InstanceNorm({ scale: true }),
    shape: [2, 3, 4, 5],
    expression: 'F.instance_norm(x, weight=gamma, bias=beta)',
  },
  {
    name: 'InstanceNorm along the last axis',
    make: () => new nn.InstanceNorm({ axis: -1, center: false }),
    shape: [1, 7, 5, 3],
    // the gradient of instance_norm of one sample, channels last, is wrong in PyTorch 1.13
    expression:
      '(x - x.mean((1, 2), True)) / torch.sqrt(x.var((1, 2), unbiased=False, keepdim=True) + 1e-5) * gamma + beta',
    without: ['gamma', 'beta'],
  },
]

/** Embedding, activations, padding, containers. */
export const others: readonly Case[] = [
  {
    name: 'Embedding',
    make: () => new nn.Embedding(11, 5),
    shape: [3, 7],
    expression: 'F.embedding(x.long(), weight)',
    indices: 11,
  },
  { name: 'LeakyReLU', make: () => new nn.LeakyReLU(0.1), shape: [3, 5], expression: 'F.leaky_relu(x, 0.1)' },
  { name: 'PReLU', make: () => new nn.PReLU(), shape: [1, 3, 5], expression: 'F.prelu(x, alpha)' },
  {
    name: 'PReLU of channels',
    make: () => new nn.PReLU({ inChannels: 3 }),
    shape: [2, 3, 5],
    expression: 'F.prelu(x, alpha)',
  },
  { name: 'ELU', make: () => new nn.ELU({ alpha: 0.5 }), shape: [3, 5], expression: 'F.elu(x, 0.5)' },
  { name: 'SELU', make: () => new nn.SELU(), shape: [3, 5], expression: 'F.selu(x)' },
  { name: 'GELU', make: () => new nn.GELU(), shape: [3, 5], expression: 'F.gelu(x)' },
  { name: 'Swish', make: () => new nn.Swish({ beta: 1.5 }), shape: [3, 5], expression: 'x * torch.sigmoid(1.5 * x)' },
  { name: 'SiLU', make: () => new nn.SiLU(), shape: [7], expression: 'F.silu(x)' },
  {
    name: 'PixelShuffle1D',
    make: () => new nn.PixelShuffle1D(3),
    shape: [2, 6, 5],
    expression: 'x.reshape(2, 2, 3, 5).permute(0, 1, 3, 2).reshape(2, 2, 15)',
  },
  {
    name: 'PixelShuffle2D',
    make: () => new nn.PixelShuffle2D(2),
    shape: [1, 8, 3, 5],
    expression: 'F.pixel_shuffle(x, 2)',
  },
  {
    name: 'lrn',
    make: () => new nn.HybridLambda((x) => nd.lrn(x, { nsize: 5, alpha: 0.5, knorm: 1 })),
    shape: [2, 7, 3, 3],
    expression: 'F.local_response_norm(x, 5, alpha=0.5, beta=0.75, k=1)',
  },
  {
    name: 'l2Normalization',
    make: () => new nn.HybridLambda((x) => nd.l2Normalization(x)),
    shape: [2, 3, 5],
    expression: 'F.normalize(x.reshape(2, 15)).reshape(2, 3, 5)',
  },
  {
    name: 'l2Normalization of channels',
    make: () => new nn.HybridLambda((x) => nd.l2Normalization(x, { mode: 'channel' })),
    shape: [2, 3, 5],
    expression: 'F.normalize(x, dim=1)',
  },
  {
    name: 'l2Normalization of places',
    make: () => new nn.HybridLambda((x) => nd.l2Normalization(x, { mode: 'spatial', eps: 0 })),
    shape: [2, 3, 5],
    expression: 'F.normalize(x, dim=2)',
  },
  {
    name: 'upSampling',
    make: () => new nn.HybridLambda((x) => nd.upSampling(x, { scale: 3 })),
    shape: [2, 3, 1, 4],
    expression: "F.interpolate(x, scale_factor=3, mode='nearest')",
  },
  {
    name: 'ReflectionPad2D',
    make: () => new nn.ReflectionPad2D({ padding: 2 }),
    shape: [1, 2, 3, 5],
    expression: "F.pad(x, [2, 2, 2, 2], mode='reflect')",
  },
  {
    name: 'ReflectionPad2D of each side',
    make: () => new nn.ReflectionPad2D({ padding: [0, 0, 0, 0, 1, 2, 3, 0] }),
    shape: [1, 2, 3, 5],
    expression: "F.pad(x, [3, 0, 1, 2], mode='reflect')",
  },
  {
    name: 'HybridConcurrent',
    make() {
      const branches = new nn.HybridConcurrent({ axis: 1 })
      branches.add(new nn.Identity(), new nn.SiLU(), new nn.HybridLambda('tanh'))
      return branches
    },
    shape: [2, 3, 5],
    expression: 'torch.cat([x, F.silu(x), torch.tanh(x)], 1)',
  },
]
