// npm run check: format, lint, types, generated files current, tests of the pure parts. Under a minute.
import { staticParts } from './parts.ts'
import { outcomeLine, type Part, runAll } from './run.ts'

/** Folders of test/ without encryption, sockets or engines. */
const PURE = ['test/core/', 'test/architecture/']

const unit: Part = { name: 'unit', program: 'vitest', args: ['run', '--project', 'unit', '--reporter=dot', ...PURE] }
const outcomes = await runAll([...staticParts(), unit])
for (const outcome of outcomes) console.log(outcomeLine(outcome))
console.log(`check: ${outcomes.reduce((sum, o) => sum + o.seconds, 0).toFixed(1)} s`)
if (outcomes.some((o) => !o.ok)) process.exitCode = 1
