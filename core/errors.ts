// One error class; a total catalog from code to what a caller, a process and a person are told.
// Only the public message leaves the process: the detail stays in the local log.

/** gRPC status numbers (https://grpc.io/docs/guides/status-codes/); core does not import gRPC. */
export const STATUS = {
  invalid: 3,
  deadline: 4,
  notFound: 5,
  exists: 6,
  denied: 7,
  exhausted: 8,
  precondition: 9,
  aborted: 10,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const

/** Process exit codes, documented in docs/exit-codes.md. */
export const EXIT = { ok: 0, failed: 1, usage: 2, config: 3, data: 4, network: 5, identity: 6, policy: 7, protocol: 8, paused: 9 } as const

interface Entry {
  readonly status: number
  readonly exit: number
  /** `true` where the same call may succeed later. */
  readonly retry: boolean
  readonly en: string
  readonly zh: string
}

const entry = (status: keyof typeof STATUS, exit: keyof typeof EXIT, retry: boolean, en: string, zh: string): Entry => ({
  status: STATUS[status],
  exit: EXIT[exit],
  retry,
  en,
  zh,
})

export const CATALOG = {
  // shapes and limits
  BAD_ID: entry('invalid', 'usage', false, 'an identifier is malformed', '标识符格式错误'),
  BAD_BYTES: entry('invalid', 'protocol', false, 'a message is malformed', '消息格式错误'),
  TOO_LARGE: entry('exhausted', 'protocol', false, 'a message exceeds its limit', '消息超出上限'),
  BAD_CONFIG: entry('invalid', 'config', false, 'the configuration is not valid', '配置无效'),
  BAD_DATA: entry('invalid', 'data', false, 'the data cannot be read', '数据无法读取'),
  BAD_LAYOUT: entry('invalid', 'protocol', false, 'the lanes of a plan do not fit', '计划的分道不合规'),
  BAD_PARAMETERS: entry('invalid', 'protocol', false, 'cryptographic parameters other than the named set', '非约定的密码参数'),
  BAD_CIPHERTEXT: entry('invalid', 'protocol', false, 'a ciphertext is malformed', '密文格式错误'),
  BAD_KEY: entry('invalid', 'protocol', false, 'a public key is not acceptable', '公钥不可接受'),
  BAD_ROSTER: entry('invalid', 'protocol', false, 'a roster is malformed or not signed by enough members', '名册格式错误或签名不足'),
  BAD_PLAN: entry('invalid', 'protocol', false, 'a plan is malformed', '计划格式错误'),
  OTHER_VERSION: entry('precondition', 'protocol', false, 'another protocol version', '协议版本不符'),
  BAD_SIGNATURE: entry('unauthenticated', 'protocol', false, 'a signature does not verify', '签名验证失败'),
  // identity
  NOT_ENROLLED: entry('unauthenticated', 'identity', false, 'this certificate does not belong to an enrolled member', '证书不属于已登记成员'),
  REVOKED: entry('denied', 'identity', false, 'this certificate is revoked', '证书已吊销'),
  EXPIRED: entry('unauthenticated', 'identity', false, 'this certificate has expired', '证书已过期'),
  BAD_TOKEN: entry('denied', 'identity', false, 'the enrolment token is unknown or already used', '登记令牌未知或已使用'),
  WRONG_PASSPHRASE: entry('unauthenticated', 'identity', false, 'the key store does not open with this passphrase', '密钥库口令错误'),
  NOT_A_CUSTODIAN: entry('denied', 'protocol', false, 'the sender is not a custodian of this roster', '发送者不是保管方'),
  OFF_THE_ROSTER: entry('denied', 'protocol', false, 'the sender is not a member of this roster', '发送者不在名册中'),
  OTHER_ROSTER: entry('precondition', 'protocol', false, 'the roster is not the one agreed to', '名册与约定不符'),
  OTHER_EPOCH: entry('precondition', 'protocol', false, 'the key epoch is not the current one', '密钥周期不符'),
  // plans, policy
  OTHER_PLAN: entry('precondition', 'protocol', false, 'a second plan for an opening key', '同一开启键的第二份计划'),
  OTHER_STATE: entry('precondition', 'protocol', false, 'the state is not the one this site computed', '状态与本地计算不符'),
  OTHER_LAYOUT: entry('precondition', 'protocol', false, "the plan's lanes are not those of its task", '计划分道与任务不符'),
  POLICY: entry('denied', 'policy', false, "the plan is outside this hospital's policy", '计划超出本院策略'),
  DEADLINE: entry('deadline', 'protocol', false, 'the deadline has passed', '已过截止时间'),
  QUOTA: entry('exhausted', 'policy', false, 'more than this hospital allows in a day, or of one extract', '超出本院每日或每份快照的限额'),
  CONSENT: entry('precondition', 'policy', true, 'a person of the hospital has not decided yet', '等待本院人员决定'),
  DIFFERENCING: entry('denied', 'policy', false, 'the plan would reveal a difference of two sums', '该计划会泄露差分信息'),
  CELL_SMALL: entry('denied', 'policy', false, 'too few persons or hospitals stand behind a figure', '支撑该数值的人数或医院数不足'),
  // contribution, check
  NOT_INVITED: entry('denied', 'protocol', false, 'the sender is not in the cohort of this step', '发送者不在本步名单中'),
  DIGEST_MISMATCH: entry('invalid', 'protocol', false, 'the bytes do not match their receipt', '数据与回执不符'),
  SECOND_RECEIPT: entry('exists', 'protocol', false, 'two signed receipts for one opening key', '同一开启键出现两份回执'),
  SHARE_NOT_OPEN: entry('invalid', 'protocol', false, 'a sealed share does not open', '密封份额无法打开'),
  SECOND_REPORT: entry('exists', 'protocol', false, 'a second report on one member', '对同一成员的第二份报告'),
  // certify, open, release
  ROLL_DUPLICATE: entry('invalid', 'protocol', false, 'the roll names a member twice', '名单中成员重复'),
  ROLL_UNSORTED: entry('invalid', 'protocol', false, 'the roll is not sorted', '名单未排序'),
  ROLL_SMALL: entry('denied', 'protocol', false, 'the roll is smaller than the least cohort', '名单人数不足'),
  ROLL_EXCLUDED: entry('denied', 'protocol', false, 'the roll names a member that the reports exclude', '名单包含应排除成员'),
  ROLL_OMITS_ME: entry('denied', 'protocol', false, "the roll omits this custodian's own contribution", '名单遗漏本院贡献'),
  ROLL_NOT_BLOCKS: entry('denied', 'protocol', false, 'the roll is not a union of blocks', '名单不是整块的并集'),
  SECOND_STATEMENT: entry('denied', 'protocol', false, 'a second statement for one opening key', '同一开启键的第二份声明'),
  OUTSIDE_ANSWER_SET: entry('denied', 'protocol', false, 'the custodian is outside the answer set', '保管方不在应答集合中'),
  BAD_ANSWER_SET: entry('invalid', 'protocol', false, 'the answer set is too small, unsorted or not of custodians', '应答集合不合规'),
  OTHER_REPORT: entry('denied', 'protocol', false, "this custodian's own report is missing or changed", '本保管方报告缺失或被更改'),
  OTHER_STATEMENT: entry('precondition', 'protocol', false, 'the message is about another statement', '消息所指声明不符'),
  SHARES_WIPED: entry('precondition', 'protocol', false, 'the key shares of this opening key are wiped', '该开启键的密钥份额已清除'),
  FEW_ANSWERS: entry('precondition', 'protocol', true, 'too few custodians have answered', '应答的保管方不足'),
  NO_CERTIFICATE: entry('denied', 'protocol', false, 'too few valid signatures on the statement', '有效签名不足'),
  WRONG_ANSWER: entry('denied', 'protocol', false, "a custodian's signed answer contradicts the sum of keys", '保管方签名的应答与密钥之和矛盾'),
  AGGREGATE_MISMATCH: entry('denied', 'protocol', false, 'the aggregate is not the sum of the roll', '聚合与名单之和不符'),
  FINGERPRINT_FALSE: entry('denied', 'protocol', false, 'a signed fingerprint is not that of the receipted bytes', '签名指纹与回执数据不符'),
  CONSTANT_LANES: entry('denied', 'protocol', false, "the constant lanes do not equal the roll's size", '常数分道与名单人数不符'),
  KEY_BOUND: entry('denied', 'protocol', false, 'the sum of keys is out of its bound', '密钥之和越界'),
  NOISE_BOUND: entry('denied', 'protocol', false, 'the aggregate does not open within its noise bound', '聚合解密噪声越界'),
  RELEASE_MISMATCH: entry('denied', 'protocol', false, 'the release is not what the aggregate opens to', '发布值与聚合不符'),
  FEW_COSIGNATURES: entry('denied', 'protocol', false, 'too few custodians co-signed the release', '联署不足'),
  // processes
  DECIDED: entry('exists', 'usage', false, 'a person has decided otherwise before', '此前已有不同的决定'),
  NOT_FOUND: entry('notFound', 'usage', false, 'there is no such thing', '不存在'),
  OFFSET: entry('aborted', 'protocol', true, 'the upload does not continue where it stopped', '续传位置不符'),
  UNAVAILABLE: entry('unavailable', 'network', true, 'the other side cannot be reached now', '对方暂不可达'),
  PAUSED: entry('unavailable', 'paused', true, 'the step is paused until a member returns', '步骤暂停等待成员恢复'),
  CANCELLED: entry('aborted', 'failed', false, 'the work was cancelled', '任务已取消'),
  TEST_ONLY: entry('denied', 'config', false, 'a setting that is only for tests', '仅供测试的设置'),
  OLD_NODE: entry('precondition', 'usage', false, 'this Node.js is too old', 'Node.js 版本过低'),
  STORE: entry('internal', 'failed', false, 'the store cannot be written or read', '存储读写失败'),
  INTERNAL: entry('internal', 'failed', false, 'an internal fault', '内部错误'),
} as const satisfies Record<string, Entry>

export type ErrorCode = keyof typeof CATALOG

/** The only error class that crosses a room's border. `message` holds the local detail; `publicMessage` is what may leave. */
export class ConsiliumError extends Error {
  readonly code: ErrorCode
  constructor(code: ErrorCode, detail: string, options?: { cause?: unknown }) {
    super(detail, options)
    this.name = 'ConsiliumError'
    this.code = code
  }
  get entry(): Entry {
    return CATALOG[this.code]
  }
  get publicMessage(): string {
    return `${this.code}: ${this.entry.en} / ${this.entry.zh}`
  }
}

/** Builds (does not throw) a refusal: `throw refuse('ROLL_SMALL', '3 members, at least 4 expected')`. */
export const refuse = (code: ErrorCode, detail: string, cause?: unknown): ConsiliumError =>
  new ConsiliumError(code, detail, cause === undefined ? undefined : { cause })

export const isRefusal = (error: unknown, code?: ErrorCode): error is ConsiliumError =>
  error instanceof ConsiliumError && (code === undefined || error.code === code)

/** Any thrown value as a ConsiliumError; an unknown one becomes INTERNAL and keeps its cause. */
export function toConsiliumError(error: unknown): ConsiliumError {
  if (error instanceof ConsiliumError) return error
  return new ConsiliumError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error })
}

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(CATALOG, text)
