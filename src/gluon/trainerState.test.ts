// A trainer's state: through JSON and files, into nets whose automatic names differ, and what mismatches say.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { autograd, gluon, lrScheduler, nd, nn, optimizer, reference } from 'glueball'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeCheckpoint } from '../io/checkpoint.ts'

const ctx = reference()
const folder = mkdtempSync(join(tmpdir(), 'glueball-states-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const momentum = { learningRate: 0.1, momentum: 0.9 }
type Made = { readonly net: nn.Sequential; readonly trainer: gluon.Trainer }

/** Layers of 2, 3 and 1 outputs with names by the global counter, and their trainer. */
function make(options: optimizer.SGDOptions = momentum, outputs: readonly number[] = [2, 3, 1]): Made {
  const net = new nn.Sequential()
  outputs.forEach((units, i) => {
    net.add(new nn.Dense(units, { inUnits: i === 0 ? 2 : outputs[i - 1] }))
  })
  nd.random.seed(1)
  net.initialize({ ctx })
  return { net, trainer: new gluon.Trainer(net.collectParams(), 'sgd', options) }
}

/** Makes nets until the names of the next one sort otherwise: dense10_ stands before dense9_. */
function skipToTen(): void {
  for (let made = 0; made < 200; made++) if (new nn.Dense(1).prefix.endsWith('8_')) return
}

function step({ net, trainer }: Made): void {
  const x = nd.array([3, 4, 5, 6], { ctx, shape: [2, 2] })
  autograd.record(() => net(x)).backward()
  trainer.step(2)
}

async function valuesOf({ net }: Made): Promise<number[][]> {
  return Promise.all([...net.collectParams().values()].map(async (p) => [...(await p.data().toArray())]))
}

/** The state, and the values that one more step gives. */
async function stepped(options?: optimizer.SGDOptions) {
  const made = make(options)
  for (let i = 0; i < 3; i++) step(made)
  const state = await made.trainer.state()
  const path = join(folder, 'kept.params')
  await made.net.saveParameters(path)
  step(made)
  return { state, path, expected: await valuesOf(made), made }
}

async function saved({ net }: Made): Promise<string> {
  const path = join(folder, 'saved.params')
  await net.saveParameters(path)
  return path
}

const throughJson = (state: gluon.TrainerState): gluon.TrainerState => JSON.parse(JSON.stringify(state))

describe('a state', () => {
  it('has nothing for parameters without a gradient, and needs nothing', async () => {
    const frozen = () => {
      const made = make()
      const [parameter] = made.net.collectParams().values()
      parameter.gradReq = 'null'
      return made
    }
    const made = frozen()
    for (let i = 0; i < 2; i++) step(made)
    const state = await made.trainer.state()
    expect(state.arrays.map(({ name }) => name)).not.toContain('0:0')
    expect(state.arrays).toHaveLength(5)
    const other = frozen()
    await other.net.loadParameters(await saved(made))
    other.trainer.restore(throughJson(state))
    step(made)
    step(other)
    expect(await valuesOf(other)).toEqual(await valuesOf(made))
  })

  it('tells parameters by place: it fits a net whose names count otherwise, and sort otherwise', async () => {
    const { state, path, expected } = await stepped()
    skipToTen()
    const other = make()
    const names = [...other.net.collectParams().keys()]
    expect([...names].sort()).not.toEqual(names)
    await other.net.loadParameters(path)
    other.trainer.restore(throughJson(state))
    step(other)
    expect(await valuesOf(other)).toEqual(expected)
  })

  it('survives JSON, a structured clone and a file to the bit', async () => {
    const { state, made } = await stepped()
    const odd = [Number.NaN, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45, 0.1, 3]
    const arrays = state.arrays.map((array) => ({ ...array, data: array.data.map((_, i) => odd[i % odd.length]) }))
    made.trainer.restore({ ...state, arrays })
    const kept = await made.trainer.state()
    const bits = (of: gluon.TrainerState) =>
      of.arrays.map(({ name, shape, data }) => [name, ...shape, ...new Uint32Array(data.buffer, data.byteOffset)])
    expect(bits(kept)).toEqual(bits({ ...state, arrays }))
    const path = join(folder, 'odd.states')
    await made.trainer.saveStates(path)
    const ways: ((other: gluon.Trainer) => unknown)[] = [
      (other) => other.restore(throughJson(kept)),
      (other) => other.restore(structuredClone(kept)),
      (other) => other.restore(structuredClone(throughJson(kept))),
      (other) => other.loadStates(path),
    ]
    for (const restore of ways) {
      const { trainer } = make()
      await restore(trainer)
      expect(bits(await trainer.state())).toEqual(bits(kept))
      expect(trainer.optimizer.numUpdate).toBe(3)
    }
  })

  it('is that of the moment it was asked for', async () => {
    const made = make()
    step(made)
    const saving = made.trainer.saveStates(join(folder, 'then.states'))
    const state = made.trainer.state()
    step(made)
    await saving
    const other = make()
    await other.trainer.loadStates(join(folder, 'then.states'))
    expect(await other.trainer.state()).toEqual(await state)
  })

  it('holds the learning rate, unless a scheduler sets it', async () => {
    const made = make()
    made.trainer.setLearningRate(0.025)
    const other = make()
    other.trainer.restore(throughJson(await made.trainer.state()))
    expect(other.trainer.learningRate).toBe(0.025)
    const scheduled = make({ momentum: 0.9, lrScheduler: new lrScheduler.FactorScheduler(1, { factor: 0.5 }) })
    for (let i = 0; i < 3; i++) step(scheduled)
    const state = await scheduled.trainer.state()
    expect(state.learningRate).toBeUndefined()
    const resumed = make({ momentum: 0.9, lrScheduler: new lrScheduler.FactorScheduler(1, { factor: 0.5 }) })
    resumed.trainer.restore(throughJson(state))
    expect(resumed.trainer.learningRate).toBe(scheduled.trainer.learningRate)
  })

  it('of before the first step takes a trainer back to zeros', async () => {
    const state = await make().trainer.state()
    const { trainer, made } = await stepped().then((all) => ({ ...all, trainer: all.made.trainer }))
    trainer.restore(throughJson(state))
    expect(trainer.optimizer.numUpdate).toBe(0)
    for (const { data } of (await made.trainer.state()).arrays)
      expect([...data].every((value) => value === 0)).toBe(true)
  })

  it('of an earlier version, by names, fits the same names', async () => {
    const { state, made } = await stepped()
    const names = [...made.net.collectParams().keys()]
    const arrays = state.arrays.map((array, i) => ({ ...array, name: `${names[i]}:0` }))
    made.trainer.restore({ numUpdate: 7, arrays })
    expect((await made.trainer.state()).arrays).toEqual(state.arrays)
    expect(made.trainer.optimizer.numUpdate).toBe(7)
    const { net, trainer } = make()
    const [first] = net.collectParams().keys()
    expect(() => trainer.restore({ numUpdate: 7, arrays })).toThrow(
      `[Trainer] the state has nothing for ${first}, parameter 0: it is of another network`,
    )
  })
})

describe('a state that does not fit changes nothing, and says which parameter', () => {
  class Other extends optimizer.SGD {
    static override readonly className: string = 'Other'
  }

  it.each<[what: string, trainer: (made: Made) => gluon.Trainer, message: RegExp]>([
    [
      'fewer parameters',
      () => make(momentum, [2, 3]).trainer,
      /the state is of 6 parameters, this trainer has 4: the last is dense\d+_bias$/,
    ],
    [
      'more parameters',
      () => make(momentum, [2, 3, 1, 1]).trainer,
      /the state is of 6 parameters, this trainer has 8: it has nothing for dense\d+_weight$/,
    ],
    [
      'another shape',
      () => make(momentum, [2, 4, 1]).trainer,
      /is of another network: it has \(3, 2\) for parameter 2, which is dense\d+_weight of \(4, 2\)$/,
    ],
    [
      'another order',
      ({ net }) => new gluon.Trainer([...net.collectParams().values()].reverse(), 'sgd', momentum),
      /it has \(2, 2\) for parameter 0, which is dense\d+_bias of \(1,\)$/,
    ],
    [
      'no momentum',
      () => make({ learningRate: 0.1 }).trainer,
      /holds 1 array for dense\d+_weight and each other parameter, this SGD keeps 0: make it with the same options$/,
    ],
    [
      'another optimizer',
      ({ net }) => new gluon.Trainer(net.collectParams(), new Other(momentum)),
      /the state is of SGD, this trainer's optimizer is Other$/,
    ],
    [
      'another element type',
      ({ net, trainer }) => {
        net.cast('float64')
        return trainer
      },
      /is of another element type: got float32 for dense\d+_weight, which is float64$/,
    ],
  ])('%s', async (_what, trainerOf, message) => {
    const { state, made } = await stepped()
    const trainer = trainerOf(made)
    trainer.optimizer.numUpdate = 42
    expect(() => trainer.restore(throughJson(state))).toThrow(message)
    expect(() => trainer.restore(state)).toThrow(/^\[Trainer\] .*$/)
    expect(trainer.optimizer.numUpdate).toBe(42)
  })

  it('momentum where the state has none', async () => {
    const { state } = await stepped({ learningRate: 0.1 })
    expect(() => make().trainer.restore(state)).toThrow(/holds 0 arrays for dense\d+_weight .*this SGD keeps 1/)
  })

  it('shapes that are not known yet', async () => {
    const { state } = await stepped()
    const net = new nn.Sequential()
    net.add(new nn.Dense(2), new nn.Dense(3), new nn.Dense(1))
    net.initialize({ ctx })
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', momentum)
    expect(() => trainer.restore(state)).toThrow(/^cannot restore: dense\d+_weight, .* still without a shape/)
  })

  it('what is no state', async () => {
    const { state, made } = await stepped()
    const { trainer } = made
    const [first, ...others] = throughJson(state).arrays
    const damaged = (change: object) => ({ ...state, arrays: [{ ...first, ...change }, ...others] })
    const wrong: readonly (readonly [state: unknown, message: string])[] = [
      [undefined, 'the state is not one of a trainer: its numUpdate is missing, its arrays are missing'],
      [{ taken: 1, sampler: null }, 'the state is not one of a trainer: its numUpdate is missing'],
      [{ ...state, numUpdate: null }, 'the state is not one of a trainer'],
      [{ ...state, numUpdate: 2 ** 60 }, 'the state is not one of a trainer'],
      [{ ...state, slots: { toString: 1 } }, 'the state is damaged: slots must be a number, got an object'],
      [{ ...state, optimizer: [{ toString: 1 }] }, "the state is of a list, this trainer's optimizer is SGD"],
      [{ ...state, learningRate: null }, 'learningRate must be a non-negative number, got null'],
      [{ ...state, shapes: [3, 2] }, 'its shapes are not lists of sizes'],
      [damaged({ data: { 0: 1, 1: 2 } }), 'the data of 0:0 must be a typed array or its text, got an object'],
      [damaged({ data: '?' }), 'the data of 0:0 are no base64 text'],
      [damaged({ data: 'AAAA' }), 'the data of 0:0 end within a number'],
      [damaged({ data: 'AAAAAA==' }), "the data of 0:0 don't fill its shape, got 1 numbers for (2, 2)"],
      [damaged({ dtype: 'bfloat16' }), "no element type is named 'bfloat16', as 0:0 says"],
      [damaged({ name: '9:0' }), 'has nothing for dense'],
      [damaged({ shape: 'none' }), 'an array needs a name and a shape, got an object'],
      [{ ...state, arrays: [...state.arrays, { ...state.arrays[0], name: '6:0' }] }, 'has 6:0, which no parameter'],
    ]
    for (const [value, message] of wrong) {
      expect(() => trainer.restore(value as gluon.TrainerState)).toThrow(/^\[Trainer\] .*$/)
      expect(() => trainer.restore(value as gluon.TrainerState)).toThrow(message)
    }
  })
})

describe('files', () => {
  it('go on to the same values under other names', async () => {
    const { made, path, state } = await stepped()
    const states = join(folder, 'kept.states')
    made.trainer.restore(state)
    await made.trainer.saveStates(states)
    await made.net.loadParameters(path)
    step(made)
    const other = make()
    await other.net.loadParameters(path)
    await other.trainer.loadStates(states)
    step(other)
    expect(await valuesOf(other)).toEqual(await valuesOf(made))
  })

  it('that are none are named', async () => {
    const { trainer } = make()
    const none = join(folder, 'none', 'x.states')
    await expect(trainer.saveStates(none)).rejects.toThrow(`[saveStates] cannot write ${none}: its folder is not there`)
    await expect(trainer.loadStates(none)).rejects.toThrow(`[loadStates] cannot read ${none}: got ENOENT`)
    const other = join(folder, 'other.bin')
    writeFileSync(other, 'other')
    await expect(trainer.loadStates(other)).rejects.toThrow('is not a checkpoint')
    writeFileSync(other, encodeCheckpoint({ header: { kind: 'glueball training run' }, arrays: [] }))
    await expect(trainer.loadStates(other)).rejects.toThrow(
      `[loadStates] ${other} holds no trainer's state: its kind is 'glueball training run'`,
    )
  })
})
