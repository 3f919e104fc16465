// Run by Deno, whose WebGPU is wgpu: what goes wrong in a family of cases, as JSON. Usage: deno run wgpu.ts FAMILY
import { argv, exit } from 'node:process'
import { gpu, reference } from '../../src/index.ts'
import { checkOn, expectedOf, hasGradient, wgslLeeway } from './check.ts'
import { loadFamilies } from './families.ts'

const family = (await loadFamilies()).find(({ name }) => name === argv[2])
const cases = family?.cases.filter((of) => !of.throws) ?? []
// those that real GPUs use; small ones take llvmpipe's compiler six times as long
const context = await gpu({ tiles: 'large' })
const wrong: string[] = []
for (const of of cases) {
  const expected = await expectedOf(of, reference(), hasGradient(of), wgslLeeway)
  for (const line of await checkOn(of, context, expected, ['plain', 'offset'], wgslLeeway)) {
    wrong.push(`${of.name}, ${line}`)
  }
}
console.log(JSON.stringify({ cases: cases.length, wrong }))
exit(0)
