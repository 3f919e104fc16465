// Every name of nd belongs to a family of properties, or is named as outside with the reason.
import { expect, it } from 'vitest'
import { nd } from '../../src/index.ts'
import { families, outside } from './families.ts'

const tried = new Set(families.flatMap(({ functions }) => functions))

it('tries every name of nd, or says why not', () => {
  expect(Object.keys(nd).filter((name) => !tried.has(name) && !(name in outside))).toEqual([])
})

it('says nothing of names that nd does not have, or that are tried', () => {
  expect(Object.keys(outside).filter((name) => !(name in nd) || tried.has(name))).toEqual([])
})
