// What every program needs before its first array: the default engine, and the methods of arrays.
import { setDefaultContext } from './core/engine.ts'
import { cpu } from './engines/wasm/start.ts'
import './nd/functionMethods.ts'
import './nd/methods.ts'

setDefaultContext(() => cpu())
