// A small typed WebAssembly assembler: kernels are written as expressions and statements in TypeScript.
export { assemble, MAX_PAGES } from './assemble.ts'
export { Body, type Bump, Label, type Level, Local } from './body.ts'
export { type Expr, type Operand, select, type Type } from './expr.ts'
export { Func, func, type Input, type Item, item } from './func.ts'
export { at, f32, f64, i32, i64 } from './scalar.ts'
export { f32x4, f64x2, i8x16, i16x8, i32x4, i64x2, v128 } from './vector.ts'
export { addresses, integers, list, type Received, receive, rest } from './words.ts'
