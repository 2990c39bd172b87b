// npm run generate: writes every generated file of the tree. The gates check that they are current.
import { generators } from './parts.ts'
import { outcomeLine, runAll } from './run.ts'

const outcomes = await runAll(generators('write'))
for (const outcome of outcomes) console.log(outcomeLine(outcome))
if (outcomes.some((o) => !o.ok)) process.exitCode = 1
