// A block's parameters by where they stand in it, and their values.
import type { ParamsEntry } from '../io/params.ts'
import type { AnyBlock } from './block.ts'
import type { Parameter } from './parameter.ts'

/** The parameters of a block by dotted path: `0.weight`, `features.0.bias`. */
export function structuralNames(block: AnyBlock): Map<string, Parameter> {
  const names = new Map<string, Parameter>()
  for (const [path, found] of block.walk()) {
    for (const [key, parameter] of found.ownParameters) names.set(path ? `${path}.${key}` : key, parameter)
  }
  return names
}

/** The values of parameters by their names, as they are at this point of the program. */
export function valuesOf(parameters: Iterable<readonly [name: string, parameter: Parameter]>): Promise<ParamsEntry[]> {
  return Promise.all(
    Array.from(parameters, async ([name, parameter]) => {
      const data = parameter.data()
      return { name, shape: [...data.shape], dtype: data.dtype, data: await data.toArray() }
    }),
  )
}
