// Layers, losses and SGD against small vectors from PyTorch, or NumPy where MXNet's convention is another; both engines.
import { autograd, type Context, cpu, gluon, type NDArray, nd, nn, reference } from 'glueball'
import { describe, expect, it } from 'vitest'
import golden from '../golden/conventions.json' with { type: 'json' }

interface Values {
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

interface Case {
  readonly name: string
  readonly attributes: Readonly<Record<string, any>>
  readonly inputs: Readonly<Record<string, Values>>
  readonly output: Values
  readonly headGradient: Values
  readonly gradients: Readonly<Record<string, Values>>
}

/** Runs a case with its inputs as arrays with gradients; gives the output, and where the gradients are then. */
type Run = (
  of: Case,
  arrays: Record<string, NDArray>,
) => { forward: () => NDArray; grads: () => Record<string, NDArray> }

/** Largest difference allowed, relative to the larger of 1 and the value: none where all numbers are binary fractions. */
const exact = 0
const rounded = 1e-6

async function expectValues(got: NDArray, expected: Values, tolerance: number, what: string): Promise<void> {
  expect([...got.shape], what).toEqual(expected.shape)
  const values = await got.toArray()
  for (const [i, value] of expected.values.entries()) {
    const far = Math.abs(values[i] - value)
    expect(far, `${what}[${i}]: ${values[i]} for ${value}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(value)),
    )
  }
}

function arrayOf({ shape, values }: Values, ctx: Context): NDArray {
  return nd.array(Float32Array.from(values), { ctx, shape })
}

/** A layer whose parameters are among the inputs. */
function parametric(make: (of: Case) => nn.Conv2D | nn.Dense): Run {
  return (of, { x, weight, bias }) => {
    const layer = make(of)
    layer.weight.setData(weight)
    layer.bias?.setData(bias)
    return {
      forward: () => layer(x),
      grads: () => ({ x: x.grad!, weight: layer.weight.grad(), bias: layer.bias!.grad() }),
    }
  }
}

function plain(make: (of: Case) => (x: NDArray) => NDArray): Run {
  return (of, { x }) => ({ forward: () => make(of)(x), grads: () => ({ x: x.grad! }) })
}

function loss(make: (attributes: Case['attributes']) => gluon.loss.Loss): Run {
  return ({ attributes }, { x, label, sampleWeight }) => ({
    forward: () => make(attributes)(x, label, sampleWeight),
    grads: () => ({ x: x.grad! }),
  })
}

const kernelOf = ({ inputs }: Case): [number, number] => [inputs.weight.shape[2], inputs.weight.shape[3]]

const sections: Record<string, { run: Run; tolerance: number }> = {
  conv2d: {
    run: parametric((of) => new nn.Conv2D(of.inputs.weight.shape[0], kernelOf(of), of.attributes)),
    tolerance: exact,
  },
  dense: { run: parametric((of) => new nn.Dense(of.inputs.weight.shape[0], of.attributes)), tolerance: exact },
  maxPool: { run: plain(({ attributes }) => new nn.MaxPool2D(attributes)), tolerance: exact },
  averagePool: { run: plain(({ attributes }) => new nn.AvgPool2D(attributes)), tolerance: rounded },
  globalPool: {
    run: plain(({ attributes }) => (attributes.kind === 'max' ? new nn.GlobalMaxPool2D() : new nn.GlobalAvgPool2D())),
    tolerance: exact,
  },
  relu: { run: plain(() => new nn.Activation('relu')), tolerance: exact },
  softmaxCrossEntropy: {
    run: loss((attributes) => new gluon.loss.SoftmaxCrossEntropyLoss(attributes)),
    tolerance: rounded,
  },
  l2Loss: { run: loss((attributes) => new gluon.loss.L2Loss(attributes)), tolerance: exact },
}

describe.each([cpu(), reference()])('on %s', (ctx) => {
  describe.each(Object.keys(sections))('%s', (section) => {
    const { run, tolerance } = sections[section]
    const cases = (golden as unknown as Record<string, readonly Case[]>)[section]
    it.each(cases.map((of) => [of.name, of] as const))('%s', async (_, of) => {
      const arrays = Object.fromEntries(Object.entries(of.inputs).map(([name, values]) => [name, arrayOf(values, ctx)]))
      arrays.x.attachGrad()
      const { forward, grads } = run(of, arrays)
      const output = autograd.record(forward)
      await expectValues(output, of.output, tolerance, 'output')
      output.backward(arrayOf(of.headGradient, ctx))
      const found = grads()
      expect(Object.keys(found).sort()).toEqual(Object.keys(of.gradients).sort())
      for (const [name, values] of Object.entries(of.gradients)) {
        await expectValues(found[name], values, tolerance, `gradient of ${name}`)
      }
    })
  })

  it.each(golden.sgd)('sgd of $name', async ({ attributes, inputs, outputs }) => {
    const { batchSize, lrMult = 1, wdMult = 1, ...options } = attributes
    const parameter = new gluon.Parameter('weight', { shape: inputs.weight.shape, lrMult, wdMult })
    parameter.setData(arrayOf(inputs.weight, ctx))
    const trainer = new gluon.Trainer([parameter], 'sgd', options)
    for (const [step, gradient] of inputs.gradients.entries()) {
      autograd.record(() => parameter.data().multiply(1)).backward(arrayOf(gradient, ctx))
      trainer.step(batchSize)
      await expectValues(parameter.data(), outputs[step], rounded, `weight after step ${step}`)
    }
  })

  it.each(golden.argmax)('argmax: $name', async ({ attributes, inputs, output }) => {
    const found = arrayOf(inputs.x, ctx).argmax(attributes)
    expect(found.dtype).toBe('float32')
    await expectValues(found, output, exact, 'index')
  })
})
