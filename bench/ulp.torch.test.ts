// The reference engine and the rungs of the CPU engine keep to the table of docs/engines.md.
import { testTable } from './ulpPinned.ts'

await testTable(['reference', 'relaxed', 'plain'])
