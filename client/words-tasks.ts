// What each task does and what each kind of privacy means, in one honest sentence each.
import { parseFedavgParams, parseLogisticParams, taskByName, taskNames } from '../models/index.ts'
import type { Plan, Stage } from '../privacy/messages.ts'
import { say, type Words } from './plain-words.ts'

export function taskWords(stage: Pick<Stage, 'task' | 'params' | 'upstream'>): Words {
  try {
    return wordsOf(stage)
  } catch {
    return say('its parameters cannot be read: this software refuses the job', '参数无法读取：本软件拒绝此作业')
  }
}

function wordsOf({ task, params, upstream }: Pick<Stage, 'task' | 'params' | 'upstream'>): Words {
  switch (task) {
    case 'describe':
      return say('mean, spread and share of missing values of each column, over all hospitals together', '各列在全部医院合计后的均值、离散程度和缺失比例')
    case 'logistic': {
      const { maxSteps } = parseLogisticParams(params)
      return say(`fits a logistic regression for fraud, in at most ${maxSteps} rounds`, `拟合识别欺诈的逻辑回归，至多 ${maxSteps} 轮`)
    }
    case 'fedavg': {
      const { steps, hidden, localPasses, batchRows, clipNorm } = parseFedavgParams(params)
      return say(
        `trains a neural network (hidden layers ${hidden}) in ${steps} rounds: this site trains ${localPasses} times over its own rows, in batches of at least ${batchRows} rows where it has as many, and gives the change of the weights, cut to length ${clipNorm}`,
        `训练神经网络（隐藏层 ${hidden}），共 ${steps} 轮：本院在自己的数据上训练 ${localPasses} 遍，数据足够时每批至少 ${batchRows} 行，只提供权重的变化量，长度截断至 ${clipNorm}`,
      )
    }
    case 'evaluate':
      return say(
        `measures how well ${upstream.join(', ')} finds fraud: how many held-out rows, and how many yuan, have each score`,
        `衡量 ${upstream.join('、')} 识别欺诈的效果：各分数段的留出行数与金额（元）`,
      )
    case 'randomness':
      return say('draws common random numbers; reads no records', '抽取公共随机数；不读取任何记录')
    default:
      return taskNames().includes(task)
        ? say(`task ${task} of this software`, `本软件的任务 ${task}`)
        : say('a task that this software does not know: it refuses the job', '本软件不认识的任务：拒绝此作业')
  }
}

/** Rows that the task reads, of the two that the split makes. */
export const readsHeldOut = (task: string): boolean => task === 'evaluate'

/** To whom a release goes, and whether it is a function of the records or an update of a model. null: a task unknown here. */
export function opennessOf(task: string): Pick<Plan, 'audience' | 'disclosure'> | null {
  return taskNames().includes(task) ? taskByName(task) : null
}

export const AUDIENCE: Readonly<Record<Plan['audience'], Words>> = {
  members: say('all members and the regulator', '全体成员和监管方'),
  coordinator: say('the regulator, and the custodians who co-sign', '监管方，以及参与联署的保管方'),
}

export const PRIVACY_WORDS: Readonly<Record<Plan['privacy'], Words>> = {
  exact: say(
    'exact: the sum over all hospitals that take part opens exactly. It hides what a single hospital put in, not what a single row does to the sum; it is not differential privacy',
    '精确（exact）：全部参与医院的总和精确公开。它隐藏单个医院的贡献，但不隐藏单行数据对总和的影响；这不是差分隐私',
  ),
  none: say(
    'none: the sum of the model updates opens without noise. It hides what a single hospital put in; what the finished model itself reveals about rows is not limited',
    '无噪声（none）：模型更新的总和不加噪声公开。它隐藏单个医院的贡献；但不限制最终模型本身可能泄露的行级信息',
  ),
  dp: say(
    'dp: noise hides what a single unit does to the sum. This version of the software adds none yet, so it refuses such a plan',
    '差分隐私（dp）：以噪声掩盖单个单位对总和的影响。本版软件尚不加噪声，故拒绝此类计划',
  ),
}

export const cosigningWords = (form: Plan['cosigning']): Words =>
  form === 'full'
    ? say('full: the custodians who co-sign add all contributions up again', '完整（full）：联署的保管方重新累加全部贡献')
    : say(
        'light: each hospital signs a fingerprint of its own contribution, the custodians who co-sign compare their sum with the aggregate and fetch some again',
        '轻量（light）：各医院对自己贡献的指纹签名，联署的保管方将指纹之和与聚合值比对，并抽取部分重新获取',
      )
