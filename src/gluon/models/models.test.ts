// The models: shapes, published parameter counts, Gluon's names in files, and models by name.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { gluon, init, nd } from '../../index.ts'
import { structuralNames } from '../structure.ts'
import type { VisionName } from './getModel.ts'
import type { VisionNet } from './visionNet.ts'

const { models } = gluon

// a network's memory is given back between two tests
afterEach(() => nd.waitall())

/** Makes a network of 1000 classes and runs it on an image of zeros, with zeros for weights, which cost nothing to draw. */
async function run(name: VisionName, side: number): Promise<[net: VisionNet, output: readonly number[]]> {
  const net = await models.getModel(name)
  for (const parameter of net.collectParams().values()) parameter.init = new init.Zero()
  net.initialize()
  return [net, net(nd.zeros([1, 3, side, side])).shape]
}

/** Sums the sizes of all parameters and of those that are trained. */
function counted(net: VisionNet): { readonly all: number; readonly trained: number } {
  const parameters = [...net.collectParams().values()]
  const sum = (list: typeof parameters) =>
    list.reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0)
  return { all: sum(parameters), trained: sum(parameters.filter(({ gradReq }) => gradReq !== 'null')) }
}

/** What the first dense layer of VGG lacks at 32 pixels, where it takes one pixel and not 7 × 7. */
const vggRest = 48 * 512 * 4096

// the table of model_zoo.vision in MXNet's documentation, whose counts include running means and variances
it.each([
  ['alexnet', 224, 61_100_840],
  ['densenet121', 32, 8_062_504],
  ['resnet18_v1', 32, 11_699_112],
  ['resnet34_v1', 32, 21_814_696],
  ['resnet50_v1', 32, 25_629_032],
  ['resnet18_v2', 32, 11_695_796],
  ['resnet34_v2', 32, 21_811_380],
  ['resnet50_v2', 32, 25_595_060],
  ['squeezenet1.0', 32, 1_248_424],
  ['squeezenet1.1', 32, 1_235_496],
  ['mobilenet1.0', 32, 4_253_864],
  ['mobilenet0.75', 32, 2_601_976],
  ['mobilenet0.5', 32, 1_342_536],
  ['mobilenet0.25', 32, 475_544],
  ['mobilenetv2_1.0', 32, 3_539_136],
  ['mobilenetv2_0.75', 32, 2_653_864],
  ['mobilenetv2_0.5', 32, 1_983_104],
  ['mobilenetv2_0.25', 32, 1_526_856],
  ['vgg11', 32, 132_863_336 - vggRest],
  ['vgg13', 32, 133_047_848 - vggRest],
  ['vgg16', 32, 138_357_544 - vggRest],
  ['vgg19', 32, 143_667_240 - vggRest],
  ['vgg11_bn', 32, 132_874_344 - vggRest],
  ['vgg13_bn', 32, 133_059_624 - vggRest],
  ['vgg16_bn', 224, 138_374_440],
  ['vgg19_bn', 32, 143_689_256 - vggRest],
] as const)('%s at %d pixels has the %d parameters of Gluon', async (name, side, all) => {
  const [net, shape] = await run(name, side)
  expect(shape).toEqual([1, 1000])
  expect(counted(net).all).toBe(all)
})

// torchvision's counts are of what is trained. Gluon's MobileNetV2 expands in its first bottleneck too, without a last bias
it.each([
  ['alexnet', 224, 61_100_840],
  ['vgg16_bn', 32, 138_365_992 - vggRest],
  ['resnet18', 32, 11_689_512],
  ['resnet34', 32, 21_797_672],
  ['resnet50_v1b', 32, 25_557_032],
  ['densenet121', 32, 7_978_856],
  ['squeezenet1.1', 32, 1_235_496],
  ['googlenet', 32, 6_624_904],
  ['mobilenet', 32, 4_231_976],
  ['mobilenetv2_1.0', 32, 3_504_872 + 32 * 32 + 2 * 32 - 1000],
] as const)('%s at %d pixels has %d trained parameters', async (name, side, trained) => {
  const [net] = await run(name, side)
  expect(counted(net).trained).toBe(trained)
})

it.each([
  ['alexnet', 63],
  ['densenet121', 29],
  ['googlenet', 31],
  ['resnet18', 8],
  ['mobilenet0.25', 8],
  ['mobilenetv2_0.25', 8],
  ['squeezenet1.0', 29],
  ['squeezenet1.1', 25],
  ['vgg11', 32],
] as const)('%s takes grey images of %d pixels, and no smaller ones', async (name, side) => {
  const net = await models.getModel(name, { classes: 7 })
  net.initialize({ init: new init.Xavier() })
  const scores = net(nd.ones([1, 1, side, side]))
  expect(scores.shape).toEqual([1, 7])
  expect(new Set(await scores.toArray()).size).toBeGreaterThan(1)
  if (side > 8) expect(() => net(nd.ones([1, 1, side - 1, side - 1]))).toThrow('got height')
})

it('starts residual networks for thumbnails with one convolution', () => {
  const net = models.resnet18V1({ classes: 10, thumbnail: true })
  net.initialize()
  expect(net(nd.zeros([1, 3, 32, 32])).shape).toEqual([1, 10])
  expect(net.features.length).toBe(1 + 4 + 1)
  const { shape } = net.collectParams('.*conv0_weight').values().next().value!
  expect(shape).toEqual([64, 3, 3, 3])
})

// names in Gluon's files, old and new: by structure, and by prefixes without the network's own
it.each([
  ['alexnet', 'features.9.weight', 'dense0_weight'],
  ['vgg11_bn', 'features.1.running_var', 'batchnorm0_running_var'],
  ['densenet121', 'features.4.0.1.2.weight', 'stage1_conv0_weight'],
  ['densenet121', 'features.5.2.weight', 'conv1_weight'],
  ['mobilenet1.0', 'features.4.gamma', 'batchnorm1_gamma'],
  ['mobilenetv2_1.0', 'features.3.out.3.weight', 'features_linearbottleneck0_conv1_weight'],
  ['mobilenetv2_1.0', 'output.0.weight', 'output_pred_weight'],
  ['resnet18_v1', 'features.5.0.downsample.0.weight', 'stage2_conv2_weight'],
  ['resnet50_v1', 'features.4.0.body.0.bias', 'stage1_conv0_bias'],
  ['resnet18_v2', 'features.0.gamma', 'batchnorm0_gamma'],
  ['resnet50_v2', 'features.6.0.downsample.weight', 'stage2_conv3_weight'],
  ['squeezenet1.0', 'features.3.1.1.0.weight', 'conv3_weight'],
  ['squeezenet1.0', 'output.0.bias', 'conv25_bias'],
] as const)('%s has %s, which is %s', async (name, structural, full) => {
  const net = await models.getModel(name)
  const parameter = net.collectParams().get(net.prefix + full)
  expect(parameter).toBeDefined()
  expect(structuralNames(net).get(structural)).toBe(parameter)
})

it('loads a file of weights, and says what does not fit', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'glueball-models-'))
  try {
    const path = join(folder, 'net.params')
    const net = models.mobilenet0_25({ classes: 3 })
    net.initialize({ init: new init.Xavier() })
    const x = nd.random.uniform({ shape: [2, 3, 32, 32] })
    const expected = await net(x).toArray()
    await net.saveParameters(path)
    const other = await models.getModel('mobilenet0.25', { classes: 3, pretrained: path })
    expect(await other(x).toArray()).toEqual(expected)
    const wrong = models.getModel('mobilenet0.25', { classes: 4, pretrained: path })
    await expect(wrong).rejects.toThrow('mobilenet')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('says what models there are, and that weights are a file', async () => {
  const name = (text: string) => models.getModel(text as VisionName)
  await expect(name('resnet18v1')).rejects.toThrow(
    'no model resnet18v1. Did you mean resnet18_v1? There are: alexnet, ',
  )
  expect((await name('ResNet18_v1')).className).toBe('ResNetV1')
  const shipped = models.getModel('alexnet', { pretrained: true as unknown as string })
  await expect(shipped).rejects.toThrow('pretrained must be a path, got true. Glueball ships no weights')
  expect(() => models.alexnet({ thumbnail: true } as object)).toThrow('AlexNet')
  expect(() => models.resnet18V1({ layers: 3 } as object)).toThrow('ResNetV1')
  expect(() => models.vgg11({ classes: 0 })).toThrow('classes')
})

it('lends its features to another network, as fine-tuning has it', () => {
  const whole = models.mobilenet0_25()
  whole.initialize()
  const tuned = models.mobilenet0_25({ classes: 2 })
  tuned.features = whole.features
  tuned.output.initialize()
  expect(tuned(nd.zeros([1, 3, 32, 32])).shape).toEqual([1, 2])
  expect([...tuned.collectParams().values()].length).toBe([...whole.collectParams().values()].length)
})
