// Wrong calls, made from right ones: an argument too few, one too many, another kind of value in any place or option.
import { cpu, GlueballError, MemoryLimitError, nd, reference } from 'glueball'
import { type Right, right } from './right.ts'

const ctx = reference()

function released() {
  const x = nd.ones([2])
  x.dispose()
  return x
}

/** Values that nothing takes but options without a check, such as names. */
const foreign: Readonly<Record<string, unknown>> = {
  'a symbol': Symbol('s'),
  'a promise': Promise.resolve(1),
  'an unknown option': { nonsense: 1 },
  'a long text': 'x'.repeat(1_000_000),
  'a date': new Date(0),
  'a bigint': 3n,
  'a Map': new Map(),
}

/** Values that some places take. */
const unusual: Readonly<Record<string, unknown>> = {
  ...{
    nothing: undefined,
    null: null,
    'below 0': -1,
    NaN: Number.NaN,
    'a half': 0.5,
    infinity: Infinity,
    huge: 2 ** 53,
  },
  ...{
    true: true,
    text: 'a',
    'two lines': 'a\nb',
    'no list': [],
    'NaN in a list': [Number.NaN],
    'text in a list': ['a'],
  },
  'a long list': Array(100_000).fill(1),
  'an array of integers': nd.array([1, 2], { dtype: 'int32', ctx }),
  'an array of another context': nd.ones([2, 3], { ctx: cpu() }),
  'an empty array': nd.zeros([0], { ctx }),
  'a released array': released(),
  'a typed array': new Float32Array(100_000),
  'an element type': { dtype: 'int32' },
  'an object without a class': Object.create(null),
  'an array to write to': { out: 3 },
  'a function': () => 1,
}

/** One wrong call. */
export interface Wrong {
  readonly what: string
  readonly of: Right
  readonly args: readonly unknown[]
  /** Whether the call can't be right. */
  readonly refused: boolean
}

const isPlain = (value: unknown) => typeof value === 'object' && value?.constructor === Object

/** The names of options that a refusal of an unknown one lists. */
async function optionsOf({ call, args }: Right): Promise<{ readonly at: number; readonly names: readonly string[] }> {
  for (const at of [args.length, args.length - 1]) {
    const given = [...args]
    given[at] = { ...(isPlain(args[at]) ? (args[at] as object) : {}), nonsense: 1 }
    try {
      await call(...given)
    } catch (error) {
      const [, listed] = /(?:Options are|The option is) (.*)$/.exec((error as Error).message) ?? []
      if (listed) return { at, names: listed.split(', ') }
    }
  }
  return { at: -1, names: [] }
}

/** What takes any text, or any function: names, and what users bring. */
const free = new Set(['name', 'prefix', 'derivative', 'batchifyFn', 'lrScheduler', 'compute', 'out'])
/** Would make as many layers. */
const makesMany = new Set(['numLayers'])
const ofFunctions = new Set(['record', 'pause', 'formula', 'Lambda', 'HybridLambda', 'CustomMetric', 'create'])

/** All wrong calls made from a right one. */
export async function wrongCalls(of: Right): Promise<Wrong[]> {
  const { name, args } = of
  const made: Wrong[] = args.map((_, i) => ({ what: `${i} arguments`, of, args: args.slice(0, i), refused: false }))
  for (const [kind, value] of [...Object.entries(foreign), ...Object.entries(unusual)]) {
    const refused = kind in foreign && !ofFunctions.has(name)
    for (const i of args.keys()) made.push({ what: `${kind} as argument ${i}`, of, args: args.with(i, value), refused })
    // behind an options object nothing is looked at
    made.push({ what: `${kind} behind all`, of, args: [...args, value], refused: refused && !isPlain(args.at(-1)) })
  }
  return [...made, ...(await wrongOptions(of))]
}

async function wrongOptions(of: Right): Promise<Wrong[]> {
  const { args } = of
  const { at, names } = await optionsOf(of)
  const made: Wrong[] = []
  for (const option of names) {
    for (const [kind, value] of [...Object.entries(foreign), ...Object.entries(unusual)]) {
      if (kind === 'huge' && makesMany.has(option)) continue
      const given = [...args]
      given[at] = { ...(isPlain(args[at]) ? (args[at] as object) : {}), [option]: value }
      made.push({ what: `${kind} as ${option}`, of, args: given, refused: kind in foreign && !free.has(option) })
    }
  }
  return made
}

/** Functions that say what they are made of in the words of that. */
const sayings: Readonly<Record<string, RegExp>> = {
  create: /metric|Accuracy/,
  Trainer: /SGD|optimizer/,
  DataLoader: /Batch/,
  MSRAPrelu: /^Xavier/,
}

/** What is wrong with the answer to a wrong call, if anything is. */
export async function faultOf({ what, of: { name, call }, args, refused }: Wrong): Promise<string | undefined> {
  try {
    await call(...args)
    return refused ? 'is taken' : undefined
  } catch (error) {
    if (!(error instanceof GlueballError)) return `${(error as Error)?.constructor?.name}: ${(error as Error)?.message}`
    const { message } = error
    const option = / as (\w+)$/.exec(what)?.[1] ?? name
    const says = message.includes(name) || message.includes(option) || sayings[name]?.test(message)
    if (message.length > 2100) return `${message.length} letters: ${message.slice(0, 80)}`
    if (/\[object |undefined is|not a function/.test(message)) return message
    // the census of memory has lines
    if (message.includes('\n') && !(error instanceof MemoryLimitError)) return `lines: ${message}`
    return says || error instanceof MemoryLimitError || /^an initializer|^no initializer/.test(message)
      ? undefined
      : `names neither the function nor the option: ${message}`
  }
}

/** Faults of the wrong calls of some of the right ones: of those where `chosen` says so. */
export async function faults(chosen: () => boolean): Promise<{ readonly tried: number; readonly found: string[] }> {
  const found: string[] = []
  let tried = 0
  for (const of of right) {
    for (const wrong of await wrongCalls(of)) {
      if (!chosen()) continue
      tried++
      const fault = await faultOf(wrong)
      if (fault) found.push(`${of.name} with ${wrong.what}: ${fault.slice(0, 200)}`)
    }
  }
  return { tried, found }
}
