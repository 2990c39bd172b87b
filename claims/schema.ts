// The canonical tables as data: what every source maps to, what the CSV import checks, what the features read.
// One CSV file a table: <table>.csv, UTF-8, comma, "quoted" where needed ("" inside), header row required, empty = missing.
// A required column must stand in the header; an optional one may be absent; columns that are not named here are ignored.

/** Where the values of a column may lie. */
export type ColumnType =
  /** 1 to `maxLength` characters, no control characters. Ids of persons are pseudonyms (HMAC) before they come here. */
  | { readonly kind: 'text'; readonly maxLength: number }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  /** Money as an integer number of fen (CMS: cents). */
  | { readonly kind: 'fen'; readonly min: number }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number; readonly min: number }
  /** 2024-03-05T09:30:00+08:00; always this offset. Kept as the wall-clock time of +08:00. */
  | { readonly kind: 'timestamp' }
  /** `true` or `false`. */
  | { readonly kind: 'boolean' }
  | { readonly kind: 'word'; readonly allowed: readonly string[] }
  /** Lower-case words parted by single spaces. */
  | { readonly kind: 'words' }

export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly nullable: boolean
  readonly en: string
  readonly zh: string
}
export interface CanonicalTable {
  readonly name: TableName
  /** The file of this table in a canonical folder. */
  readonly file: string
  /** A folder without this file is refused. */
  readonly required: boolean
  /** No two rows agree in all of these. */
  readonly key: readonly string[]
  /** A row whose value is not there is refused. The column has the same name in both tables. */
  readonly references: readonly { readonly column: string; readonly table: TableName }[]
  /** Cells that must agree: a row where `sql` is false is refused at `column`. */
  readonly checks: readonly { readonly column: string; readonly sql: string; readonly expected: string }[]
  readonly columns: readonly Column[]
  readonly en: string
  readonly zh: string
}

/** In the order of import: a table comes after those that it refers to. */
export const TABLE_NAMES = ['person', 'claim', 'diagnosis', 'procedure', 'line', 'trace', 'stock', 'label'] as const
export type TableName = (typeof TABLE_NAMES)[number]

export const VISIT_TYPES = ['inpatient', 'outpatient', 'pharmacy', 'chronic'] as const
export const LINE_KINDS = ['drug', 'exam', 'lab', 'therapy', 'bed', 'material', 'other'] as const
/** National mdtrt_cert_type: 01 electronic code, 02 identity card, 03 social security card. */
export const CERT_TYPES = ['01', '02', '03'] as const
/** A `hospital` is one value of claim.hospital_id. */
export const ENTITY_KINDS = ['person', 'claim', 'hospital'] as const

const id: ColumnType = { kind: 'text', maxLength: 64 }
const code: ColumnType = { kind: 'text', maxLength: 64 }
const timestamp: ColumnType = { kind: 'timestamp' }
const fen: ColumnType = { kind: 'fen', min: 0 }
const signedFen: ColumnType = { kind: 'fen', min: -999_999_999_999 }
const quantity: ColumnType = { kind: 'decimal', precision: 16, scale: 4, min: -999_999_999_999 }
const required = (name: string, type: ColumnType, en: string, zh: string): Column => ({ name, type, nullable: false, en, zh })
const optional = (name: string, type: ColumnType, en: string, zh: string): Column => ({ name, type, nullable: true, en, zh })
const inClaim = [{ column: 'claim_id', table: 'claim' }] as const

const person: CanonicalTable = {
  name: 'person',
  file: 'person.csv',
  required: true,
  key: ['person_id'],
  references: [],
  checks: [],
  en: 'insured persons',
  zh: '参保人',
  columns: [
    required('person_id', id, 'pseudonym (HMAC) of the insured person', '参保人假名（HMAC）'),
    required('sex', { kind: 'word', allowed: ['male', 'female', 'unknown'] }, 'sex', '性别'),
    required('birth_year', { kind: 'integer', min: 1880, max: 2100 }, 'year of birth', '出生年份'),
    optional('insu_type', code, 'type of insurance (310 employees, 390 residents)', '险种（310 职工，390 居民）'),
    optional('special_disease_from', timestamp, 'registered for outpatient chronic/special disease since', '门诊慢特病备案起始时间'),
    optional('conditions', { kind: 'words' }, 'chronic conditions on record, e.g. `diabetes stroke`', '登记慢性病，如 `diabetes stroke`'),
    optional('death_ts', timestamp, 'time of death', '死亡时间'),
  ],
}

const claim: CanonicalTable = {
  name: 'claim',
  file: 'claim.csv',
  required: true,
  key: ['claim_id'],
  references: [{ column: 'person_id', table: 'person' }],
  checks: [{ column: 'discharge_ts', sql: 'discharge_ts >= admit_ts', expected: 'a time that is not before admit_ts' }],
  en: 'settlements',
  zh: '结算单',
  columns: [
    required('claim_id', id, 'settlement (setl_id)', '结算ID'),
    required('visit_id', id, 'visit (mdtrt_id)', '就诊ID'),
    required('person_id', id, 'pseudonym of the insured person (psn_no)', '人员编号假名'),
    required('hospital_id', id, 'institution (fixmedins_code)', '定点医疗机构编号'),
    required('visit_type', { kind: 'word', allowed: VISIT_TYPES }, 'kind of visit (med_type)', '医疗类别'),
    optional('admit_ts', timestamp, 'admission or begin of the visit', '入院或就诊开始时间'),
    optional('discharge_ts', timestamp, 'discharge or end of the visit', '出院或就诊结束时间'),
    required('settle_ts', timestamp, 'time of settlement: what orders all history', '结算时间'),
    required('total_amt', fen, 'total fee, fen', '医疗费总额（分）'),
    required('fund_amt', fen, 'paid by the fund, fen', '基金支付总额（分）'),
    optional('self_amt', fen, 'paid by the person, fen', '个人负担总额（分）'),
    optional('physician_id', id, 'physician', '医师'),
    optional('dept', code, 'department', '科室'),
    optional('group_code', code, 'DRG/DIP group or disease code', '病组/病种编码'),
    optional('cert_type', { kind: 'word', allowed: CERT_TYPES }, '01 electronic code, 02 identity card, 03 social security card', '就诊凭证类型'),
    optional('id_verified', { kind: 'boolean' }, 'presence checked (face)', '身份核验（人脸）'),
    optional('insu_region', code, 'region of insurance', '参保地区划'),
    optional('care_region', code, 'region of care', '就医地区划'),
    optional('terminal_id', id, 'settlement terminal', '结算终端'),
  ],
}

const diagnosis: CanonicalTable = {
  name: 'diagnosis',
  file: 'diagnosis.csv',
  required: true,
  key: ['claim_id', 'seq'],
  references: inClaim,
  checks: [],
  en: 'diagnoses of a settlement',
  zh: '诊断',
  columns: [
    required('claim_id', id, 'settlement', '结算ID'),
    required('seq', { kind: 'integer', min: 0, max: 999 }, 'order; the main one is the lowest', '诊断排序号'),
    required('code', code, 'ICD-10 (CMS: ICD-9) code', '诊断编码'),
    optional('kind', { kind: 'word', allowed: ['main', 'other', 'admit'] }, 'main, other or at admission', '诊断类别'),
  ],
}

const procedure: CanonicalTable = {
  name: 'procedure',
  file: 'procedure.csv',
  required: false,
  key: ['claim_id', 'seq'],
  references: inClaim,
  checks: [],
  en: 'operations and procedures of a settlement',
  zh: '手术操作',
  columns: [
    required('claim_id', id, 'settlement', '结算ID'),
    required('seq', { kind: 'integer', min: 0, max: 999 }, 'order', '排序号'),
    required('code', code, 'ICD-9-CM-3 code', '手术操作编码'),
    optional('ts', timestamp, 'time of the procedure', '手术时间'),
  ],
}

const line: CanonicalTable = {
  name: 'line',
  file: 'line.csv',
  required: true,
  key: ['claim_id', 'line_id'],
  references: inClaim,
  checks: [],
  en: 'fee lines of a settlement (may be empty, its header must be there)',
  zh: '费用明细（可为空，须有表头）',
  columns: [
    required('claim_id', id, 'settlement', '结算ID'),
    required('line_id', id, 'fee line (feedetl_sn)', '费用明细流水号'),
    required('item_code', code, 'national item code (med_list_codg)', '国家医保编码'),
    optional('local_code', code, 'local item code (medins_list_codg)', '院内编码'),
    required('kind', { kind: 'word', allowed: LINE_KINDS }, 'kind of item', '项目类别'),
    required('ts', timestamp, 'time of the charge', '费用发生时间'),
    required('qty', quantity, 'quantity, negative for a refund', '数量（退费为负）'),
    required('unit_price', { kind: 'decimal', precision: 16, scale: 6, min: 0 }, 'unit price, yuan', '单价（元）'),
    required('amt', signedFen, 'amount, fen, negative for a refund', '金额（分，退费为负）'),
    optional('days_supply', { kind: 'integer', min: 0, max: 3660 }, 'days that a drug lasts (prd_days)', '用药天数'),
    optional('doctor_id', id, 'ordering doctor', '开单医师'),
    optional('refund_of', id, 'line_id of the refunded line', '原明细流水号'),
  ],
}

const trace: CanonicalTable = {
  name: 'trace',
  file: 'trace.csv',
  required: false,
  key: ['claim_id', 'line_id', 'trace_hash'],
  references: inClaim,
  checks: [],
  en: 'drug trace codes of a fee line, hashed under a key',
  zh: '药品追溯码（加密散列）',
  columns: [
    required('claim_id', id, 'settlement', '结算ID'),
    required('line_id', id, 'fee line', '费用明细流水号'),
    required('trace_hash', { kind: 'text', maxLength: 128 }, 'keyed hash of the trace code', '追溯码散列'),
  ],
}

const stock: CanonicalTable = {
  name: 'stock',
  file: 'stock.csv',
  required: false,
  key: ['item_code', 'period'],
  references: [],
  checks: [],
  en: 'stock books of an item over a period',
  zh: '进销存',
  columns: [
    required('item_code', code, 'national item code', '国家医保编码'),
    required('period', code, 'period, e.g. 2024-03', '期间，如 2024-03'),
    required('open', quantity, 'opening stock', '期初'),
    required('in', quantity, 'received', '入库'),
    required('loss', quantity, 'lost', '损耗'),
    required('sold', quantity, 'sold or used', '销售'),
    required('close', quantity, 'closing stock', '期末'),
  ],
}

const label: CanonicalTable = {
  name: 'label',
  file: 'label.csv',
  required: true,
  key: ['entity_kind', 'id'],
  references: [],
  checks: [],
  en: 'outcomes of audits: one row an audited person, claim or hospital; what has no row is not audited, and training leaves it out',
  zh: '稽核结论：每个已稽核对象一行；没有行的对象未稽核，不用于训练',
  columns: [
    required('entity_kind', { kind: 'word', allowed: ENTITY_KINDS }, 'what is labelled', '对象类别'),
    required('id', id, 'person_id, claim_id or hospital_id', '对象ID'),
    required('y', { kind: 'integer', min: 0, max: 1 }, '1 fraud, 0 none', '1 欺诈，0 否'),
    optional('scenario', code, 'which kind of fraud', '欺诈场景'),
    optional('severity', { kind: 'integer', min: 0, max: 4 }, '0 none, 1 handled, 2 suspended, 3 terminated, 4 criminal', '严重程度'),
    optional('ts', timestamp, 'when the outcome was known', '结论时间'),
    optional('source', code, 'who found it', '来源'),
  ],
}

export const SCHEMA: Readonly<Record<TableName, CanonicalTable>> = { person, claim, diagnosis, procedure, line, trace, stock, label }

/** `"name"`: `in`, `open`, `close` and `order` are words of SQL. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The DuckDB type that holds a column. */
export function sqlType(type: ColumnType): string {
  switch (type.kind) {
    case 'text':
    case 'word':
    case 'words':
      return 'VARCHAR'
    case 'integer':
      return 'INTEGER'
    case 'fen':
      return 'BIGINT'
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'timestamp':
      return 'TIMESTAMP'
    case 'boolean':
      return 'BOOLEAN'
    default:
      return type satisfies never
  }
}

export const createTableSql = (table: CanonicalTable): string =>
  `CREATE TABLE IF NOT EXISTS ${quoted(table.name)} (${table.columns.map((c) => `${quoted(c.name)} ${sqlType(c.type)}${c.nullable ? '' : ' NOT NULL'}`).join(', ')})`
