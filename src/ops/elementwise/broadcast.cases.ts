// Cases of element-wise functions of two arrays: sizes around the vector's, and shapes that broadcast.
import type { CaseInput, OpCase } from '../cases.ts'
import { exact } from '../tolerance.ts'
import { add, subtract } from './elementwise.ts'

const ofBytes = { dtype: 'uint8', domain: [0, 256] } as const
const twice = (input: CaseInput) => [input, input]

function caseOf(name: 'add' | 'subtract', title: string, inputs: readonly CaseInput[]): OpCase {
  const run = name === 'add' ? add : subtract
  return { name: `${name} of ${title}`, inputs, run: ([a, b]) => run(a, b), tolerance: exact }
}

const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 65, 16383, 16384, 16385, 40001].flatMap((n) => [
  { ...caseOf('add', `${n} floats`, twice({ shape: [n] })), gradient: n < 100 },
  caseOf('add', `${n} bytes`, twice({ shape: [n], ...ofBytes })),
])

const shapes: [a: readonly number[], b: readonly number[]][] = [
  [[3, 5], [5]],
  [
    [3, 5],
    [3, 1],
  ],
  [
    [3, 1],
    [1, 5],
  ],
  [[], [2, 3]],
  [[1], [0]],
  [
    [0, 3],
    [1, 3],
  ],
  [
    [2, 1, 5],
    [3, 1],
  ],
  [[1, 1, 1], [1]],
  [
    [2, 3, 4, 5],
    [1, 3, 1, 1],
  ],
  [
    [2, 3, 4, 5],
    [3, 1, 1],
  ],
  [
    [2, 3, 4, 5],
    [4, 5],
  ],
  [
    [2, 3, 4, 5],
    [3, 4, 5],
  ],
  [
    [2, 3, 4, 5],
    [2, 1, 4, 1],
  ],
  [
    [2, 1, 4, 1],
    [1, 3, 1, 5],
  ],
  [
    [2, 8, 3, 3],
    [2, 8, 1, 1],
  ],
  [
    [2, 1, 3, 1, 2, 1],
    [1, 2, 1, 3, 1, 2],
  ],
  [[300, 70], [70]],
  [[2, 17000], [17000]],
  [
    [2, 17000],
    [2, 1],
  ],
]
const broadcasts = shapes.flatMap(([a, b]) => {
  const small = a.length < 2 || a.reduce((product, n) => product * n, 1) < 500
  return [
    [a, b],
    [b, a],
  ].map(([first, second]) => ({
    ...caseOf('subtract', `(${first}) and (${second})`, [{ shape: first }, { shape: second }]),
    gradient: small,
  }))
})

const bytes: OpCase[] = shapes.slice(0, 4).map(([a, b]) =>
  caseOf('subtract', `bytes (${a}) and (${b})`, [
    { shape: a, ...ofBytes },
    { shape: b, ...ofBytes },
  ]),
)

/** All cases of two arrays. */
export const cases: readonly OpCase[] = [...sizes, ...broadcasts, ...bytes]
