// The generator gives the numbers that MXNet has published, each program in a process of its own.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const program = new URL('./flows.ts', import.meta.url).pathname

interface Run {
  readonly rows: Record<string, number[]>
  readonly printed: string
}

async function start(flow: string, engine: string): Promise<Run> {
  const args = ['--conditions=source', program, flow, engine]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args)
  return { rows: JSON.parse(stdout), printed: stderr }
}

const runs = new Map<string, Promise<Run>>()

/** What a program prints; each is run once. */
function run(flow: string, engine: string): Promise<Run> {
  const key = `${flow} ${engine}`
  const known = runs.get(key) ?? start(flow, engine)
  runs.set(key, known)
  return known
}

/** Equal to the printed digits: NumPy prints at most eight after the point. */
function expectPrinted(got: readonly number[], printed: readonly number[]): void {
  expect(got.length).toBe(printed.length)
  for (const [i, value] of printed.entries()) {
    expect(Math.abs(got[i] - value), `${got[i]} as ${value}`).toBeLessThan(6e-9 + 5e-8 * Math.abs(value))
  }
}

const first = [0.5488135, 0.5928446, 0.71518934, 0.84426576]

const expected: Record<string, Record<string, number[]>> = {
  uniform: { first },
  seeded: { first },
  normal: { first: [2.2122061, 0.7740038, 1.0434405, 1.1839255] },
  dense: {
    'start of row 0': [0.06700657, -0.00369488, 0.0418822],
    'end of row 0': [-0.05517294, -0.01194733, -0.00369594],
    'start of row 255': [0.00297424, -0.0281784, -0.06881659],
    'end of row 255': [0.05696651],
    normal: [0.01074176, 0.00066428, 0.00848699, -0.0080038],
    constant: [1, 1, 1, 1],
    xavier: [0.00512482, -0.06579044, -0.10849719, -0.09586414],
  },
  nin: {
    conv0: [0.00220733, 0.0041984, 0.00973078, 0.01556757],
    'conv0 from 64': [-0.00375224],
    conv1: [-0.0155032, -0.10021459],
    conv11: [0.42177033, -0.43817514],
  },
  d2l: {
    conv0: [-0.02149845, -0.00617331, 0.00605884, -0.01540209],
    conv11: [-0.54170334, 0.5062269],
  },
}

describe.each(['cpu', 'reference'])('on %s', (engine) => {
  const flows = Object.keys(expected).filter((flow) => engine === 'cpu' || flow !== 'd2l')
  it.each(flows)('%s', async (flow) => {
    const { rows } = await run(flow, engine)
    expect(Object.keys(rows)).toEqual(Object.keys(expected[flow]))
    for (const [name, row] of Object.entries(expected[flow])) expectPrinted(rows[name], row)
  })
})

it('prints weights as MXNet does', async () => {
  const { printed } = await run('dense', 'cpu')
  expect(printed).toMatch(
    /^\n\[\[ 0\.06700657 -0\.00369488 {2}0\.0418822 {2}\.\.\. -0\.05517294 -0\.01194733\n {2}-0\.00369594\]\n/,
  )
  expect(printed).toMatch(/ \.\.\.\n/)
  expect(printed).toMatch(
    /\[ 0\.00297424 -0\.0281784 {2}-0\.06881659 \.\.\. .*\n.* 0\.05696651\]\]\n<NDArray 256x20 @cpu\(0\)>\n$/,
  )
})
