// From an echarts option to SVG text that stands in a page by itself: no script, no animation, a title for who cannot see it.
import { escapeHtml } from '../html.ts'

export const FONT =
  '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", "Liberation Sans", "DejaVu Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif'
/** Told apart also in grey and by the colour-blind (Okabe and Ito). */
export const COLOUR = { federated: '#0072b2', pooled: '#333333', local: '#e69f00' } as const
export const HOSPITAL_COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#999999'] as const

export interface Plot {
  readonly width: number
  readonly height: number
  /** Said to screen readers. */
  readonly label: string
  /** Of echarts 6. */
  readonly option: Readonly<Record<string, unknown>>
}
export type Draw = (plot: Plot) => string

/** There is no font to measure with here; a generous guess keeps legends from running into each other. */
function measureText(text: string, font = '12px'): { width: number } {
  const size = Number(/([\d.]+)px/.exec(font)?.[1] ?? 12)
  return { width: [...text].reduce((width, c) => width + size * (c > '\u2e80' ? 1 : 0.58), 0) }
}

/** Loads echarts (server-side) and returns what draws. */
export async function createDraw(): Promise<Draw> {
  const echarts = await import('echarts')
  echarts.setPlatformAPI({ measureText })
  let drawn = 0
  return ({ width, height, label, option }) => {
    const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height })
    chart.setOption({ animation: false, textStyle: { fontFamily: FONT }, ...option })
    const svg = apart(chart.renderToSVGString(), `p${++drawn}`)
    chart.dispose()
    return svg.replace(/^<svg [^>]*>/, `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(label)}" viewBox="0 0 ${width} ${height}">`)
  }
}

/** echarts numbers clips and classes anew in each chart, and styles hovering; several still charts share one page. */
const apart = (svg: string, prefix: string): string =>
  svg
    .replace(/<style[^>]*>[\s\S]*?<\/style>/g, '')
    .replace(/\bclass="zr[^"]*"/g, '')
    .replace(/\bid="(zr[^"]*)"/g, `id="${prefix}-$1"`)
    .replace(/url\(#(zr[^)]*)\)/g, `url(#${prefix}-$1)`)

export const axisName = (name: string) => ({ name, nameLocation: 'middle', nameGap: 28, nameTextStyle: { color: '#444' } })
export const percent = { min: 0, max: 1, axisLabel: { formatter: (v: number) => `${Math.round(v * 100)} %` } } as const
export const title = (text: string) => ({ text, left: 'center', top: 0, textStyle: { fontSize: 14, fontWeight: 600 } })
export const legend = (data?: readonly string[]) => ({ bottom: 0, itemGap: 18, ...(data ? { data } : {}) })
