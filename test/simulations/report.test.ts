import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { calibrationPoints } from '../../simulations/report/charts/calibration.ts'
import { onGrid } from '../../simulations/report/charts/curves.ts'
import { phaseSeconds } from '../../simulations/report/charts/steps.ts'
import { renderReport } from '../../simulations/report/index.ts'
import { madeReport, madeTrace } from '../support/demo-run.ts'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file))
const absent = CHROMIUM ? '' : ' (skipped: Chromium is not on this machine; npm run setup:tests installs it)'

let html = ''
beforeAll(async () => {
  html = await renderReport(madeReport())
})

describe('the report', () => {
  it('is one file that refers to nothing outside it and runs no script', () => {
    expect(html.replaceAll('http://www.w3.org/2000/svg', '').replaceAll('http://www.w3.org/1999/xlink', '')).not.toMatch(
      /https?:|\bsrc=|@import|<link(?! rel="icon" href="data:,")|<script/,
    )
    expect(html).not.toMatch(/url\((?!#)/)
  })

  it('gives every element of its plots an id of its own', () => {
    const ids = [...html.matchAll(/\bid="([^"]+)"/g)].map((m) => m[1])
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, id] of html.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id)
  })

  it('shows names as text, whatever characters they have', () => {
    expect(html).toContain('社区 &lt;卫生&gt; &amp; &quot;服务&quot; 中心')
    expect(html).not.toContain('<卫生>')
  })

  it('says what is released and what is exact, what is protected and what is not, and the privacy of each stage by name', () => {
    const [logistic] = madeReport().comparisons
    expect(html).toContain(logistic?.released.auc.toFixed(4))
    expect(html).toContain('(m, f, t, g) = (5, 2, 3, 4)')
    expect(html).toMatch(/Not protected/)
    expect(html).toMatch(/exact: the sum opens as it is/)
    expect(html).toMatch(/none: model updates without noise/)
  })

  it('lists every step with those who contributed and certified', () => {
    for (const { step, stage } of madeTrace().steps.values()) expect(html).toContain(`${step} <small>${stage}`)
  })
})

describe('plots', () => {
  it('resample a curve without moving its ends or its jumps', () => {
    const grid = onGrid(
      [
        [0, 0],
        [0, 0.4],
        [0.5, 0.8],
        [1, 1],
      ],
      10,
    )
    expect(grid).toHaveLength(11)
    expect(grid[0]).toEqual([0, 0.4])
    expect(grid[5]).toEqual([0.5, 0.8])
    expect(grid[10]).toEqual([1, 1])
    expect(grid[1]?.[1]).toBeCloseTo(0.48, 12)
  })

  it('put as many rows behind each point of the calibration, in order of score', () => {
    const logit = Float64Array.from({ length: 100 }, (_, i) => (99 - i) / 10 - 5)
    const label = Uint8Array.from(logit, (z) => (z > 0 ? 1 : 0))
    const points = calibrationPoints(logit, label, 10)
    expect(points.map((p) => p.rows)).toEqual(Array(10).fill(10))
    expect(points[0]?.observed).toBe(0)
    expect(points[9]?.observed).toBe(1)
    expect(points.map((p) => p.predicted)).toEqual([...points.map((p) => p.predicted)].sort((a, b) => a - b))
  })

  it('share out the seconds of a step among its phases without loss', () => {
    const step = [...madeTrace().steps.values()][3]
    const seconds = step ? Object.values(phaseSeconds(step)) : []
    expect(seconds.reduce((sum, s) => sum + s, 0)).toBeCloseTo(0.71, 9)
    expect(seconds.every((s) => s >= 0)).toBe(true)
  })
})

describe.skipIf(!CHROMIUM)(`in Chromium${absent}`, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'consilium-report-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('asks nothing of any network, complains of nothing, and shows its plots on a screen and on a telephone', async () => {
    const file = path.join(folder, 'report.html')
    writeFileSync(file, html)
    const { chromium } = await import('playwright-core')
    const browser = await chromium.launch({
      executablePath: CHROMIUM as string,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    })
    try {
      const page = await browser.newPage({ viewport: { width: 1100, height: 900 } })
      const [requests, complaints]: [string[], string[]] = [[], []]
      page.on('request', (request) => requests.push(request.url()))
      page.on('console', (message) => complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      const address = pathToFileURL(file).href
      await page.goto(address)
      expect(requests.filter((url) => url !== address && !url.startsWith('data:'))).toEqual([])
      expect(complaints).toEqual([])
      const sizes = await page
        .locator('figure svg')
        .evaluateAll((plots) =>
          plots.map((plot) => ({ width: plot.getBoundingClientRect().width, marks: plot.querySelectorAll('path, polygon, polyline, rect').length })),
        )
      expect(sizes.length).toBeGreaterThanOrEqual(15)
      for (const { width, marks } of sizes) {
        expect(width).toBeGreaterThan(300)
        expect(marks).toBeGreaterThan(10)
      }
      await page.setViewportSize({ width: 400, height: 800 })
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400)
    } finally {
      await browser.close()
    }
  }, 60_000)
})
