// What may be typed, and the sentence that answers what may not.
import { expect, it } from 'vitest'
import { bench } from '../src/cli/commands/bench.ts'
import { help, optionNames, readOptions, UsageError } from './options.ts'
import { sweepCases } from './sweepCases.ts'

it('runs the default cases with all systems where nothing is said', () => {
  const { ctx, cases, systems, turns, json } = readOptions([])
  expect({ ctx, cases, systems, turns, json }).toEqual({ ctx: 'cpu', turns: 7 })
})

it('narrows by case, system and threads', () => {
  const options = readOptions([
    '--only',
    'lenet-28-b256-train',
    '--systems=pytorch,glueball',
    '--threads',
    '1',
    '--turns=3',
  ])
  expect(options.cases?.map(({ name }) => name)).toEqual(['lenet-28-b256-train'])
  expect(options.systems).toEqual(['glueball', 'pytorch'])
  expect([options.threads, options.turns]).toEqual([1, 3])
  const two = readOptions(['--only', 'nin-112-b1-infer,nin-112-b128-train'])
  expect(two.cases?.map(({ name }) => name)).toEqual(['nin-112-b128-train', 'nin-112-b1-infer'])
})

it('takes the systems of a GPU with --ctx gpu', () => {
  const { ctx, cases, systems } = readOptions(['--ctx', 'gpu', '--systems', 'tfjs-webgpu,glueball,pytorch-tf32'])
  expect({ ctx, cases, systems }).toEqual({ ctx: 'gpu', systems: ['glueball', 'pytorch-tf32', 'tfjs-webgpu'] })
  expect(readOptions(['--ctx=gpu', '--explain']).explain).toBe(true)
})

it('takes the operations of the sweep by parts of their names', () => {
  expect(readOptions([]).sweep).toBeUndefined()
  expect(readOptions(['--sweep']).sweep).toBe(sweepCases)
  const { sweep, cases } = readOptions(['--sweep', '--only', 'matmul 1024,avgpool'])
  expect(sweep?.map(({ name }) => name)).toEqual(['matmul 1024', 'avgpool 2 fwd'])
  expect(cases).toBeUndefined()
})

it.each([
  [['--hlep'], 'there is no option --hlep. Did you mean --help? There are: --ctx, --only, --systems'],
  [['-x'], 'there is no option -x'],
  [
    ['--only', 'nin-112-b128-trian'],
    'there is no case nin-112-b128-trian. Did you mean nin-112-b128-train? There are: ',
  ],
  [['--systems', 'glueball,torch'], 'there is no system torch. Did you mean pytorch? There are: glueball, pytorch'],
  [['--systems', 'glueball,,pytorch'], "--systems has a name missing between its commas: got 'glueball,,pytorch'"],
  [['--threads', '0'], "--threads must be an integer from 1 to 64, got '0'"],
  [['--threads', '2.5'], "--threads must be an integer from 1 to 64, got '2.5'"],
  [['--turns', 'many'], "--turns must be an integer from 1 to 1000, got 'many'"],
  [['--turns'], '--turns needs a value, as in --turns 7'],
  [['--json', '--turns', '3'], '--json needs a value, as in --json bench.json'],
  [['--ctx', 'webgpu'], 'there is no context webgpu. There are: cpu, gpu'],
  [
    ['--ctx', 'gpu', '--systems', 'pytorch'],
    'pytorch goes with --ctx cpu; with --ctx gpu there are: glueball, pytorch-f',
  ],
  [
    ['--systems', 'glueball,jax-webgpu'],
    'jax-webgpu goes with --ctx gpu; with --ctx cpu there are: glueball, pytorch, ',
  ],
  [
    ['--ctx', 'gpu', '--systems', 'jax-webgp'],
    'there is no system jax-webgp. Did you mean jax-webgpu? There are: glueb',
  ],
  [['--ctx', 'gpu', '--threads', '2'], '--threads is for the CPU: it goes with --ctx cpu'],
  [['--ctx', 'gpu', '--profile'], '--profile is for the CPU: it goes with --ctx cpu'],
  [['--sweep', '--only', 'matmul,conv 9x9'], "no operation's name contains conv 9x9. There are: add 4M; exp 4M; "],
  [['--sweep', '--systems', 'glueball'], '--systems does not go with --sweep'],
  [['--sweep', '--profile'], '--profile does not go with --sweep'],
  [['--sweep', '--ctx', 'gpu'], '--sweep is for the CPU: it goes with --ctx cpu'],
  [['--help=yes'], "--help takes no value, got 'yes'"],
  [['train'], "there is one argument too many: got 'train'"],
])('refuses %j in one line', (args, message) => {
  const read = () => readOptions(args)
  expect(read).toThrow(UsageError)
  expect(read).toThrow(message)
})

it('has the options that `glueball bench` lists', () => {
  expect(optionNames.filter((name) => name !== '--help').sort()).toEqual(
    Object.keys(bench.args ?? {})
      .map((name) => `--${name}`)
      .sort(),
  )
})

it('asks for help in three ways', () => {
  const asked = [['--help'], ['-h'], ['--', '--help'], []].map((args) => readOptions(args).help)
  expect(asked).toEqual([true, true, true, false])
})

it('names every case and system in the help', () => {
  for (const name of [
    'nin-112-b128-train',
    'nin-224-b32-train',
    'resnet-3x3-96-b32-train',
    'jax-wasm',
    'jax-webgpu',
    '--json FILE',
  ])
    expect(help).toContain(name)
})
