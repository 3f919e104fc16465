// Names of Python's are answered by what to write here; all else about an object is as it would be without.
import { inspect } from 'node:util'
import { data, gluon, loss, lrScheduler, metric, type NDArray, nd, nn } from 'glueball'
import { describe, expect, it } from 'vitest'
import { checkAnswers } from './messages.ts'

const x = nd.ones([2, 3])
const set = new data.ArrayDataset([1])
const net = new nn.Sequential(new nn.Dense(2, { inUnits: 3 }))
net.initialize()
const trainer = new gluon.Trainer(net.collectParams(), 'sgd')

/** Reads a name that TypeScript does not know. */
const read = (object: object, name: string): unknown => (object as Record<string, unknown>)[name]

checkAnswers({
  'asnumpy of an array': [() => read(x, 'asnumpy'), 'x.asnumpy is await x.toArray() here'],
  'an underscore': [() => read(x, 'as_in_context'), 'x.as_in_context is x.asInContext here'],
  'a function of nd': [() => read(x, 'zeros_like'), 'x.zeros_like is nd.zerosLike(x) here'],
  'an index': [() => x[0 as never], 'x[0] is x.at(0) here'],
  'an index of a row': [() => read(x.at(1), '2'), 'x[2] is x.at(2) here'],
  'an assignment': [
    () => {
      x[1 as never] = 3 as never
    },
    'x[1] = value is x.at(1).set(value) here',
  ],
  'a method of a block': [() => read(net, 'collect_params'), 'net.collect_params is net.collectParams here'],
  'parameters of a block': [() => read(net, 'params'), 'net.params is net.collectParams() here'],
  'a file': [() => read(net.at(0), 'save_parameters'), 'net.save_parameters is await net.saveParameters(path) here'],
  'a layer by its index': [() => net[0 as never], 'net[0] is net.at(0) here'],
  'a method of a loss': [
    () => read(new loss.L2Loss(), 'register_forward_hook'),
    'net.register_forward_hook is net.registerForwardHook here',
  ],
  'a method of a parameter': [() => read(net.at(0).weight, 'set_data'), 'p.set_data is p.setData here'],
  'contexts of a parameter': [() => read(net.at(0).weight, 'list_ctx'), 'p.list_ctx is [p.context] here'],
  'a rate of a trainer': [() => read(trainer, 'learning_rate'), 'trainer.learning_rate is trainer.learningRate here'],
  'states of a trainer': [
    () => read(trainer, 'save_states'),
    'trainer.save_states is await trainer.saveStates(path) here',
  ],
  'a metric': [() => read(new metric.Accuracy(), 'get_name_value'), 'metric.get_name_value is await metric.get() here'],
  'a sample by its index': [() => read(set, '0'), 'dataset[0] is dataset.at(0) here'],
  'a method of a dataset': [
    () => read(set, 'transform_first'),
    'dataset.transform_first is dataset.transformFirst here',
  ],
  'an optimizer': [() => read(trainer.optimizer, 'num_update'), 'optimizer.num_update is optimizer.numUpdate here'],
  'a scheduler': [
    () => read(new lrScheduler.FactorScheduler(1), 'base_lr'),
    'scheduler.base_lr is scheduler.baseLr here',
  ],
  'pairs of parameters': [() => read(net.collectParams(), 'items'), 'params.items is [...params] here'],
})

describe('what hints leave alone', () => {
  const objects = {
    ...{ array: x, block: net, parameter: net.at(0).weight, parameters: net.collectParams() },
    ...{ set, metric: new metric.Loss(), sampler: new data.SequentialSampler(2) },
  }

  it.each(Object.entries(objects))('of the %s', (_, object) => {
    expect('asnumpy' in object).toBe(false)
    expect('collect_params' in object).toBe(false)
    expect(read(object, 'nonsense')).toBe(undefined)
    expect(read(object, 'no_such_name')).toBe(undefined)
    expect(read(object, '_private')).toBe(undefined)
    expect(Object.keys(object)).not.toContain('asnumpy')
    const found: string[] = []
    for (const name in object) found.push(name)
    expect(found).toEqual(Object.keys(object))
    expect(inspect(object)).not.toContain('Proxy')
    expect(String(object)).not.toBe('')
    expect(JSON.stringify({ object })).not.toBe(undefined)
    expect(object).toEqual(object)
    expect([object]).not.toEqual([{}])
    expect(object instanceof Promise).toBe(false)
    expect(object instanceof Object).toBe(true)
    expect(Object.hasOwn(object, 'nonsense')).toBe(false)
  })

  it('may be awaited, and takes properties', async () => {
    expect(await x).toBe(x)
    const block = new nn.Flatten() as nn.Flatten & { note?: string; inner?: nn.Block }
    block.note = 'mine'
    block.inner = new nn.Flatten()
    expect(Object.keys(block)).toEqual(['prefix', 'note', 'inner'])
    expect([...block.children.keys()]).toEqual(['inner'])
  })

  it('has no index where there is no at', () => {
    expect(read(new nn.Flatten(), '0')).toBe(undefined)
    expect(read(net.collectParams(), '0')).toBe(undefined)
  })

  it('is found in a subclass too', () => {
    class Mine extends nn.Block {
      my_own_name = 3
      forward(y: NDArray): NDArray {
        return y
      }
    }
    expect(new Mine().my_own_name).toBe(3)
    expect(() => read(new Mine(), 'name_scope')).toThrow('net.name_scope is net.nameScope here')
  })

  it('has no index that is written to in place of the samples', () => {
    const own = new data.ArrayDataset([1]) as unknown as Record<number, number>
    own[0] = 3
    expect(own[0]).toBe(3)
  })

  it('serves no other object', () => {
    expect(read({}, 'asnumpy')).toBe(undefined)
    expect(read(() => {}, 'collect_params')).toBe(undefined)
    expect(read(new data.ArrayDataset([1]), 'asnumpy')).toBe(undefined)
    expect(gluon.Parameter.prototype).toBeInstanceOf(Object)
  })
})
