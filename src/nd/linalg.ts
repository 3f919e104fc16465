// nd.linalg: products of matrices in the last two axes.

export { type Gemm2Options, type GemmOptions, gemm, gemm2 } from '../ops/matmul/batchDot.ts'
