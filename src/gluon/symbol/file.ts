// Symbol files: MXNet's JSON of a graph, of this version and older ones, checked before anything is made of it.
import { OpError, reasonOf } from '../../core/errors.ts'
import { isJsonObject, type Json, parseJson } from '../../io/json.ts'

/** An output of a node. */
export type Place = readonly [node: number, output: number]

/** A node of a file; a variable's operator is `null`. */
export interface FileNode {
  readonly op: string
  readonly name: string
  /** Attributes of the operator, and others that begin with two underscores. */
  readonly texts: ReadonlyMap<string, string>
  readonly inputs: readonly Place[]
}

/** The content of a symbol file. */
export interface SymbolContent {
  readonly nodes: readonly FileNode[]
  readonly heads: readonly Place[]
}

/** The most nodes of a file: what has more is taken for damage. */
const mostNodes = 100_000

/** Throws, naming the file. */
type Fail = (what: string) => never

/** Reads the text of a file. `importer` is what the user called. */
export function readSymbol(importer: string, bytes: Uint8Array, file: string): SymbolContent {
  const fail: Fail = (what) => {
    throw new OpError(importer, `${file} ${what}`)
  }
  const content = parsed(bytes, fail)
  if (!isJsonObject(content) || !Array.isArray(content.nodes)) {
    return fail('is no symbol file: it is expected to hold an object with nodes and heads')
  }
  const list = content.nodes as readonly Json[]
  if (list.length > mostNodes) fail(`has ${list.length} nodes, expected at most ${mostNodes}`)
  const nodes: FileNode[] = []
  for (const [i, node] of list.entries()) nodes.push(nodeOf(node, i, fail))
  if (!Array.isArray(content.heads) || content.heads.length === 0) return fail('has no heads: it is damaged')
  const heads = (content.heads as readonly Json[]).map((head) => placeOf(head, nodes.length, 'heads', fail))
  return { nodes: withStatistics(nodes), heads }
}

function parsed(bytes: Uint8Array, fail: Fail): Json {
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes), 6)
  } catch (error) {
    const { message } = error as Error
    // the JSON parser quotes the text, which may hold anything
    const own = /nest|comes twice|beyond|more than/.test(message)
    return fail(`is no JSON or damaged${own ? `: ${reasonOf(error)}` : ''}`)
  }
}

function nodeOf(node: Json, i: number, fail: Fail): FileNode {
  if (!isJsonObject(node)) return fail(`is damaged: node ${i} must be an object`)
  const { op, name, inputs } = node
  if (typeof op !== 'string' || typeof name !== 'string' || !Array.isArray(inputs)) {
    return fail(`is damaged: node ${i} must have op, name and inputs`)
  }
  const texts = new Map<string, string>()
  // operators' attributes were `param`, and those of users `attr`, before both became `attr`, and then `attrs`
  for (const key of ['param', 'attr', 'attrs']) {
    const given = node[key]
    if (given === undefined) continue
    if (!isJsonObject(given)) return fail(`is damaged: ${key} of node ${i} must be an object`)
    for (const [attribute, text] of Object.entries(given)) {
      if (typeof text !== 'string') return fail(`is damaged: ${attribute} of node ${i} must be a text`)
      texts.set(attribute, text)
    }
  }
  const places = (inputs as readonly Json[]).map((input) => placeOf(input, i, `inputs of node ${i}`, fail))
  return { op, name, texts, inputs: places }
}

/** A place as [node, output] or [node, output, version], of a node before `end`. */
function placeOf(place: Json, end: number, where: string, fail: Fail): Place {
  const list: readonly Json[] = Array.isArray(place) ? place : []
  const [node, output] = list
  const whole = (n: Json | undefined): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0
  if (!whole(node) || !whole(output) || list.length > 3) {
    return fail(`is damaged: ${where} must be lists of node, output and version`)
  }
  if (node >= end) return fail(`is damaged: ${where} read node ${node}, expected one below ${end}`)
  return [node, output]
}

/** Before version 0.9 the running statistics of BatchNorm were no inputs: they get the names that MXNet gives them. */
function withStatistics(nodes: readonly FileNode[]): readonly FileNode[] {
  const made: FileNode[] = [...nodes]
  nodes.forEach((node, i) => {
    if (node.op !== 'BatchNorm' || node.inputs.length !== 3) return
    const added = ['moving_mean', 'moving_var'].map((name): Place => {
      made.push({ op: 'null', name: `${node.name}_${name}`, texts: new Map(), inputs: [] })
      return [made.length - 1, 0]
    })
    made[i] = { ...node, inputs: [...node.inputs, ...added] }
  })
  return made
}
