// Runs cases on the engines, asks the oracle, and says what differs; a case that differs is shrunk.
import fc from 'fast-check'
import { autograd, type Context, GlueballError, type NDArray, nd } from '../../src/index.ts'
import { type Arg, type Case, isTensor } from './cases.ts'
import type { Family } from './family.ts'
import type { Answer, Oracle, Want } from './oracle.ts'

/** A call of a family that is not simply the function of nd by that name. */
export type Call = (args: readonly unknown[], ctx: Context) => NDArray | readonly NDArray[]

type Result = readonly {
  readonly shape: readonly number[]
  readonly dtype: string
  readonly values: ArrayLike<number>
}[]

/** An error: of a wrong call, of the library's own kind, or another, which is a fault. */
type Thrown = { readonly refused: string } | { readonly fault: string }

async function run(family: Family, { op, args, gradient }: Case, ctx: Context): Promise<Result | Thrown> {
  const call =
    family.calls[op] ?? ((given) => (nd as unknown as Record<string, Call>)[op](...(given as [never, never])))
  try {
    const given = args.map((arg) => operandOf(arg, ctx))
    const outputs = gradient ? gradients(call, given, args, ctx) : [call(given, ctx)].flat()
    return await Promise.all(outputs.map(async (y) => ({ shape: y.shape, dtype: y.dtype, values: await y.toArray() })))
  } catch (error) {
    const text = String(error)
    return error instanceof GlueballError ? { refused: text } : { fault: text }
  }
}

function operandOf(arg: Arg, ctx: Context): unknown {
  if (!isTensor(arg)) return arg
  if ('number' in arg) return arg.number
  return nd.array(Float64Array.from(arg.data), { shape: arg.shape, dtype: arg.dtype, ctx })
}

/** The head gradient, as the oracle has it. */
function headOf({ shape, size }: NDArray, ctx: Context): NDArray {
  const values = Float32Array.from({ length: size }, (_, i) => (((i * 7 + 3) % 11) - 5) / 4)
  return nd.array(values, { shape, ctx })
}

function gradients(call: Call, given: readonly unknown[], args: readonly Arg[], ctx: Context): NDArray[] {
  const leaves = given.filter((_, k) => isTensor(args[k]) && 'grad' in args[k]) as NDArray[]
  for (const leaf of leaves) leaf.attachGrad()
  const outputs = autograd.record(() => [call(given, ctx)].flat())
  autograd.backward(
    outputs,
    outputs.map((y) => headOf(y, ctx)),
  )
  return leaves.map((leaf) => leaf.grad as NDArray)
}

/** Half of the step from the largest float32 to the next power of 2: what lies beyond is infinite. */
const overflow = 2 ** 128 - 2 ** 103

function agrees(got: number, want: number, slack: number, zeros: boolean): boolean {
  if (slack === Infinity) return true
  if (Number.isNaN(want)) return Number.isNaN(got)
  if (got === want) return slack > 0 || zeros || Object.is(got, want)
  if (Number.isFinite(got)) return Math.abs(got - want) <= slack
  return Math.sign(got) === Math.sign(want) && Math.abs(want) + slack >= overflow
}

function differenceOf(got: Result, outputs: readonly Want[]): string | undefined {
  if (got.length !== outputs.length) return `${got.length} results, wanted ${outputs.length}`
  for (const [k, { shape, dtype, values }] of got.entries()) {
    const want = outputs[k]
    if (`${dtype} (${shape.join()})` !== `${want.dtype} (${want.shape.join()})`) {
      return `result ${k} is ${dtype} (${shape.join()}), wanted ${want.dtype} (${want.shape.join()})`
    }
    const wrong = want.values.findIndex((value, i) => !agrees(values[i], value, want.slack[i], want.zeros))
    if (wrong >= 0) {
      const slack = want.slack[wrong] > 0 ? ` within ${want.slack[wrong]}` : ''
      const [is, was] = [values[wrong], want.values[wrong]].map((x) => (Object.is(x, -0) ? '-0' : String(x)))
      return `element ${wrong} of result ${k} is ${is}, wanted ${was}${slack}`
    }
  }
  return undefined
}

/** What is wrong with a case on some engine, if anything is. */
async function wrongWith(family: Family, kase: Case, answer: Answer, contexts: readonly Context[]) {
  for (const ctx of contexts) {
    const got = await run(family, kase, ctx)
    if ('fault' in got) return `on ${ctx}: throws ${got.fault}`
    if ('refused' in got) {
      if ('refused' in answer) continue
      return `on ${ctx}: throws ${got.refused}, wanted a result`
    }
    if ('refused' in answer) return `on ${ctx}: gives a result, wanted a refusal: ${answer.refused}`
    const difference = differenceOf(got, answer.outputs)
    if (difference) return `on ${ctx}: ${difference}`
  }
  return undefined
}

/** A call as a person writes it. */
function described({ op, args, gradient }: Case): string {
  const list = args.map((arg) => {
    if (!isTensor(arg)) return JSON.stringify(arg)
    if ('number' in arg) return Object.is(arg.number, -0) ? '-0' : String(arg.number)
    const values = arg.data.map((x) => (Object.is(x, -0) ? '-0' : String(x))).join()
    return `${arg.dtype} (${arg.shape.join()}) [${values}]`
  })
  return `${gradient ? 'gradient of ' : ''}${op}(${list.join(', ')})`
}

/** Cases that the oracle is asked at once. */
const batch = 250

/** How many cases are checked, from which seed, by whom and where. */
export interface Campaign {
  readonly count: number
  readonly seed: number
  readonly oracle: Oracle
  readonly contexts: readonly Context[]
}

/** Checks cases of a family; throws with the smallest that is wrong, and where most are refused, since those try little. */
export async function checkFamily(family: Family, campaign: Campaign): Promise<void> {
  const { count, seed, oracle, contexts } = campaign
  const cases = fc.sample(family.cases, { numRuns: count, seed })
  let refused = 0
  for (let first = 0; first < count; first += batch) {
    const some = cases.slice(first, first + batch)
    for (const [i, answer] of (await oracle.ask(some)).entries()) {
      if ('refused' in answer) refused++
      const wrong = await wrongWith(family, some[i], answer, contexts)
      if (wrong)
        throw new Error(
          `${await shrunk(family, some[i].op, campaign, `${described(some[i])} ${wrong}`)} (seed ${seed})`,
        )
    }
  }
  if (refused > count / 3) throw new Error(`${refused} of ${count} cases of ${family.name} are refused`)
}

/** The smallest wrong case of a function that fast-check finds, and what is wrong with it; else the first. */
async function shrunk(
  family: Family,
  op: string,
  { count, seed, oracle, contexts }: Campaign,
  first: string,
): Promise<string> {
  let smallest = first
  const property = fc.asyncProperty(family.cases, async (kase) => {
    if (kase.op !== op) return
    const [answer] = await oracle.ask([kase])
    const wrong = await wrongWith(family, kase, answer, contexts)
    if (!wrong) return
    smallest = `${described(kase)} ${wrong}`
    throw new Error(wrong)
  })
  await fc.check(property, { seed, numRuns: count })
  return smallest
}
