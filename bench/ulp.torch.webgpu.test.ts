// The GPU engine keeps to the table of docs/engines.md.
import { testTable } from './ulpPinned.ts'

await testTable(['gpu'])
