// The whole demo, real daemons on real ports, on both data sets: what it must show.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import type { DemoFigures } from '../../../simulations/demo/figures.ts'
import { processesOf, startDemo } from '../../support/demo-process.ts'

const CMS = fileURLToPath(new URL('../../../../shared/data/cms-provider-fraud', import.meta.url))
const absent = existsSync(CMS) ? '' : ' (skipped: ../shared/data/cms-provider-fraud is not on this machine)'
const root = mkdtempSync(path.join(tmpdir(), 'consilium-whole-demo-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const KEYS = ['seconds', 'processes', 'hospitals', 'stepsLogistic', 'stepsMlp', 'bytesUpPerHospital', 'bytesDownPerHospital', 'engine', 'machine']
const MODEL_KEYS = ['logistic', 'mlp'].flatMap((model) =>
  ['AucLocalMean', 'AucFederated', 'AucPooled', 'ApLocalMean', 'ApFederated', 'ApPooled'].map((key) => model + key),
)

async function run(name: string, args: readonly string[]): Promise<{ figures: DemoFigures; output: string; report: string }> {
  const [folder, json] = [path.join(root, name), path.join(root, `${name}.json`)]
  const demo = startDemo(['--out', folder, '--json', json, ...args])
  const exitCode = await demo.exitCode
  expect(demo.errors).toEqual([])
  expect(exitCode).toBe(0)
  if (existsSync('/proc/self/cmdline')) expect(processesOf(folder)).toEqual(new Map())
  return {
    figures: JSON.parse(readFileSync(json, 'utf8')) as DemoFigures,
    output: demo.lines.join('\n'),
    report: readFileSync(path.join(folder, 'report.html'), 'utf8'),
  }
}

describe('the whole demo', () => {
  it('federates simulated claims: logistic as pooled, the network far above local and as good as pooled', async () => {
    const { figures, output, report } = await run('simulated', [])
    expect(Object.keys(figures).sort()).toEqual([...KEYS, ...MODEL_KEYS].sort())
    expect(figures).toMatchObject({ processes: 6, hospitals: 5 })
    expect(figures.stepsMlp).toBeGreaterThanOrEqual(10)
    expect(figures.logisticAucPooled).toBeGreaterThan(0.75)
    expect(figures.logisticAucPooled).toBeLessThan(0.95)
    expect(Math.abs(figures.logisticAucFederated - figures.logisticAucPooled)).toBeLessThan(0.002)
    expect(figures.mlpApFederated).toBeGreaterThan(figures.mlpApLocalMean + 0.1)
    expect(figures.mlpApFederated).toBeGreaterThan(figures.mlpApPooled - 0.03)
    expect(output).toMatch(/coefficients, federated against pooled: largest relative difference \d\.\de-(0?[4-9]|1\d)/)
    expect(report).toContain('(m, f, t, g) = (5, 2, 3, 4)')
  }, 300_000)

  it.skipIf(absent !== '')(
    `federates the real CMS claims${absent}`,
    async () => {
      const { figures } = await run('cms', ['--data', 'cms', '--path', CMS])
      expect(figures.logisticAucPooled).toBeGreaterThan(0.88)
      expect(Math.abs(figures.logisticAucFederated - figures.logisticAucPooled)).toBeLessThan(0.005)
      expect(figures.mlpApFederated).toBeGreaterThan(figures.mlpApLocalMean)
      expect(figures.mlpAucFederated).toBeGreaterThan(figures.mlpAucLocalMean)
    },
    300_000,
  )
})
