// Nothing is ignored: functions of nd and methods of arrays refuse an argument, or an option, that they don't have.
import { NDArray, nd, nn, OpError, reference } from 'glueball'
import { describe, expect, it } from 'vitest'
import { checkAnswers } from './messages.ts'

type Call = (...args: readonly unknown[]) => unknown

const ctx = reference()
const x = () => nd.array([1, 2, 3, 4], { shape: [2, 2], ctx })
const index = () => nd.array([0, 1], { ctx })
const identity: Call = (_m, value) => value

/** Arguments of several kinds: a function is tried with the first that it takes. */
const tries = (): readonly (readonly unknown[])[] => [
  ...[[], [x()], [x(), x()], [x(), 0], [x(), index()], [x(), 1, 1], [x(), 0, 0, 1], [x(), x(), x()]],
  ...[
    [x(), [2, 2]],
    [x(), [0], [1]],
    [x(), [0], [1], 0],
    [x(), 'constant', [1, 1, 1, 1]],
    [x(), 'int32'],
    [x(), ctx],
  ],
  ...[[x(), index(), 3], [x(), index(), index()], [nd.ones([1], { ctx })], [[2, 2]], [[2], 1], [2], [0, 5], [0, 1, 3]],
  [identity],
]

/** Whether a call is answered by a value, or by a promise of one. */
async function takes(call: Call, args: readonly unknown[]): Promise<boolean> {
  try {
    await call(...args)
    return true
  } catch {
    return false
  }
}

/** The first arguments that a function takes. */
async function taken(call: Call): Promise<readonly unknown[] | undefined> {
  for (const args of tries()) if (await takes(call, args)) return args
  return undefined
}

const functions = (space: object) =>
  Object.entries(space).filter(
    (entry): entry is [string, Call] => /^[a-z]/.test(entry[0]) && typeof entry[1] === 'function',
  )

describe.each([['nd', nd] as const, ['nd.random', nd.random] as const])('%s', (_, space) => {
  it.each(functions(space))('%s', async (_name, call) => {
    const args = await taken(call)
    if (!args) return
    expect(await takes(call, [...args, { nonsense: 1 }])).toBe(false)
    if (!(await takes(call, [...args, {}]))) return
    // what stands behind the options
    expect(await takes(call, [...args, {}, 5])).toBe(false)
    expect(await takes(call, [...args, {}, undefined, {}])).toBe(false)
  })
})

const accessors = Object.getOwnPropertyDescriptors(NDArray.prototype)
const internal = new Set(['constructor', 'rehome', 'setOrigin', 'valueFor', 'toString', 'toJSON'])
const methods = Object.keys(accessors).filter(
  (name) => !internal.has(name) && typeof accessors[name].value === 'function',
)

it.each(methods)('the method %s', (name) => {
  const call = Reflect.get(x(), name) as Call
  expect(() => call.apply(x(), Array(9).fill({ nonsense: 1 }))).toThrow(OpError)
  expect(() => call.apply(x(), Array(9).fill({ nonsense: 1 }))).toThrow(`[${name}] takes no further argument`)
})

it('takes what a list passes to a callback', () => {
  const [ones] = [x()].map(nd.onesLike)
  expect(ones.shape).toEqual(x().shape)
})

checkAnswers({
  'an argument behind the options': [
    // @ts-expect-error nothing behind the options
    () => nd.softmax(x(), { axis: 1 }, 5),
    '[softmax] takes no further argument, got 5',
  ],
  'an option of zerosLike': [
    // @ts-expect-error no options
    () => nd.zerosLike(x(), { dtype: 'int32' }),
    "[zerosLike] unknown option 'dtype'. The option is out",
  ],
  // @ts-expect-error one index
  'a second index': [() => x().at(0, 1), '[at] takes no further argument, got 1'],
  'an option of flatten': [
    // @ts-expect-error no options
    () => x().flatten({ axis: 1 }),
    "[flatten] unknown option 'axis'. The option is out",
  ],
  // @ts-expect-error all contexts are seeded
  'a context of seed': [() => nd.random.seed(1, ctx), '[seed] takes no further argument, got a Context'],
  // @ts-expect-error one value
  'a second value': [() => x().set(1, 2), '[set] takes no further argument, got 2'],
  'an option of hybridize by its name in Python': [
    // @ts-expect-error names have capitals
    () => new nn.Flatten().hybridize({ static_alloc: true }),
    "[hybridize] unknown option 'static_alloc', did you mean 'staticAlloc'? Options are active, backwardBulkSize, " +
      'forwardBulkSize, inlineLimit, staticAlloc, staticShape',
  ],
  'an option of cast': [
    // @ts-expect-error no options
    () => new nn.Flatten().cast('float32', { copy: false }),
    '[cast] takes no further argument, got an object: it has no option copy',
  ],
})

it('takes the options of hybridize that Gluon has', () => {
  const net = new nn.Sequential(new nn.Flatten())
  net.hybridize({ staticAlloc: true, staticShape: true })
  net.hybridize(false)
  expect([...net(nd.ones([2, 3, 4])).shape]).toEqual([2, 12])
})
