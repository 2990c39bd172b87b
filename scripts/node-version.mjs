// Plain JavaScript that any Node from 18 on can run: the TypeScript of this project is run directly by Node 24.
// As a program (`node scripts/node-version.mjs`) it ends with exit code 2 where Node is too old, and says what to do.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const LEAST_MAJOR = 24

/** The Node that `npm install` put beside the project (package `node`), or null where it is absent. */
export function bundledNode() {
  const path = fileURLToPath(new URL(`../node_modules/node/bin/node${process.platform === 'win32' ? '.exe' : ''}`, import.meta.url))
  return existsSync(path) ? path : null
}

export const isNodeNewEnough = () => Number(process.versions.node.split('.')[0]) >= LEAST_MAJOR

/** One line for a person. */
export function advice() {
  const here = `OLD_NODE: Consilium needs Node.js ${LEAST_MAJOR} or newer; this is ${process.versions.node}.`
  if (bundledNode()) return `${here} Run it through npm (npm start, npm test) or npx consilium: they use the Node ${LEAST_MAJOR} in node_modules.`
  return `${here} Run "npm install" in the project: it brings Node ${LEAST_MAJOR} along. (If npm blocked its install script: npm install --foreground-scripts, or install Node ${LEAST_MAJOR}.)`
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1] && !isNodeNewEnough()) {
  process.stderr.write(`${advice()}\n`)
  process.exitCode = 2
}
