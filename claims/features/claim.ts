// claim/1: one row a settlement. A feature sees the settlement itself, its person, and what this hospital settled at or before it.
import { flag, logCount, logDays, logRatio, logYuan, plain, ratio, share } from './declare.ts'
import type { FeatureSet } from './feature.ts'

const LONGEST_GAP_DAYS = 365

/** Amounts and counts of a settlement's fee lines. Refunds (negative) are counted apart and take no part in shares. */
const LINES = `
lines AS (
  SELECT claim_id, count(*) AS lines, count(DISTINCT item_code) AS items, count(*) FILTER (amt < 0) AS refunds,
    sum(greatest(amt, 0)) AS gross, max(amt) AS dearest,
    ${['drug', 'exam', 'lab', 'therapy', 'bed', 'material'].map((kind) => `sum(greatest(amt, 0)) FILTER (kind = '${kind}') AS ${kind}_amt`).join(', ')},
    coalesce(max(days_supply), 0) AS days_supply, coalesce(sum(days_supply), 0) AS all_days_supply,
    count(DISTINCT ts::DATE) FILTER (kind NOT IN ('bed', 'other')) AS served_days,
    count(*) FILTER (amt >= 0) - count(DISTINCT (item_code, ts, amt)) FILTER (amt >= 0) AS repeated_lines,
    md5(string_agg(DISTINCT item_code, ',' ORDER BY item_code)) AS template
  FROM line GROUP BY claim_id
)`

const settled = (until: string): string => `
settled AS (
  SELECT c.*, p.sex, p.birth_year, p.special_disease_from, p.death_ts,
    greatest(0, coalesce(date_diff('day', c.admit_ts::DATE, c.discharge_ts::DATE), 0)) AS los_days,
    c.settle_ts::DATE AS day, hour(c.settle_ts) AS hour,
    coalesce(l.lines, 0) AS lines, coalesce(l.items, 0) AS items, coalesce(l.refunds, 0) AS refunds, coalesce(l.gross, 0) AS gross, coalesce(l.dearest, 0) AS dearest,
    l.drug_amt, l.exam_amt, l.lab_amt, l.therapy_amt, l.bed_amt, l.material_amt, l.served_days, coalesce(l.repeated_lines, 0) AS repeated_lines,
    coalesce(l.days_supply, 0) AS days_supply, coalesce(l.all_days_supply, 0) AS all_days_supply, l.template,
    coalesce(d.diagnoses, 0) AS diagnoses, d.main_code, coalesce(o.procedures, 0) AS procedures
  FROM claim c JOIN person p USING (person_id) LEFT JOIN lines l USING (claim_id)
    LEFT JOIN (SELECT claim_id, count(*) AS diagnoses, arg_min(code, seq) AS main_code FROM diagnosis GROUP BY claim_id) d USING (claim_id)
    LEFT JOIN (SELECT claim_id, count(*) AS procedures FROM procedure GROUP BY claim_id) o USING (claim_id)
  WHERE c.settle_ts < ${until}
)`

/** A window over a partition: all rows up to `back` before this one's settlement, itself and its ties included. */
const within = (partition: string, back: string): string =>
  `(PARTITION BY hospital_id, ${partition} ORDER BY settle_ts RANGE BETWEEN ${back} PRECEDING AND CURRENT ROW)`
/** The same, but only what was settled strictly before. */
const before = (partition: string): string =>
  `(PARTITION BY hospital_id, ${partition} ORDER BY settle_ts RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 MICROSECOND PRECEDING)`

const HISTORY = `
history AS (
  SELECT *,
    count(*) OVER ${within('person_id', 'INTERVAL 7 DAYS')} - 1 AS earlier_7d,
    count(*) OVER ${within('person_id', 'INTERVAL 30 DAYS')} - 1 AS earlier_30d,
    sum(fund_amt) OVER ${within('person_id', 'INTERVAL 30 DAYS')} AS fund_30d,
    sum(all_days_supply) OVER ${within('person_id', 'INTERVAL 90 DAYS')} AS supply_90d,
    count(*) OVER ${within('person_id, day', 'UNBOUNDED')} - 1 AS earlier_today,
    max(settle_ts) OVER ${before('person_id')} AS last_settle,
    max(discharge_ts) FILTER (visit_type = 'inpatient') OVER ${before('person_id')} AS last_discharge,
    lag(cert_type) OVER (PARTITION BY hospital_id, person_id ORDER BY settle_ts, claim_id) AS last_cert,
    count(*) OVER ${within('person_id, total_amt', 'INTERVAL 30 DAYS')} - 1 AS same_amount_30d,
    count(*) OVER ${within('person_id, main_code', 'INTERVAL 30 DAYS')} - 1 AS same_diagnosis_30d,
    count(*) OVER ${within('total_amt, day', 'UNBOUNDED')} - 1 AS same_amount_today,
    count(*) OVER ${within('physician_id', 'INTERVAL 10 MINUTES')} - 1 AS doctor_10min,
    count(*) OVER ${within('physician_id, day', 'UNBOUNDED')} - 1 AS doctor_today,
    count(*) OVER ${within('physician_id', 'INTERVAL 30 DAYS')} AS doctor_30d,
    count(*) OVER ${within('physician_id, template', 'INTERVAL 30 DAYS')} - 1 AS template_30d,
    count(*) OVER ${within('terminal_id', 'INTERVAL 10 MINUTES')} - 1 AS terminal_10min,
    count(*) OVER ${within('visit_type, admit_ts::DATE, discharge_ts::DATE', 'UNBOUNDED')} - 1 AS same_stay,
    sum(total_amt) OVER ${before('visit_type, group_code')} AS peer_amt,
    sum(los_days) OVER ${before('visit_type, group_code')} AS peer_los,
    count(*) OVER ${before('visit_type, group_code')} AS peers
  FROM settled
)`

/** Settlements of the same person on days inside a stay, known when the stay was settled: care elsewhere while in bed. */
const DURING = `
during AS (
  SELECT s.claim_id, count(*) AS visits FROM settled s JOIN settled o
    ON o.hospital_id = s.hospital_id AND o.person_id = s.person_id AND o.claim_id <> s.claim_id
    AND o.day > s.admit_ts::DATE AND o.day < s.discharge_ts::DATE AND o.settle_ts <= s.settle_ts
  WHERE s.visit_type = 'inpatient' GROUP BY s.claim_id
)`

const stayDays = 'los_days + 1'
const ofGross = (amount: string): string => ratio(`coalesce(${amount}, 0)`, 'gross')
const known = (column: string, count: string): string => `CASE WHEN ${column} IS NULL THEN 0 ELSE ${count} END`

export const CLAIM_FEATURES: FeatureSet = {
  name: 'claim/1',
  scored: 'claim',
  unit: (until) => `${LINES}, ${settled(until)}, ${HISTORY}, ${DURING},
unit AS (
  SELECT h.*, h.claim_id AS id, h.person_id AS group_id, h.fund_amt AS amount_fen, strftime(h.settle_ts, '%Y%m%d%H%M%S%f') AS sort_key, coalesce(d.visits, 0) AS visits_in_stay
  FROM history h LEFT JOIN during d USING (claim_id)
)`,
  features: [
    // the settlement
    logYuan('total', 'total_amt', 'total fee', '医疗费总额'),
    share('fund_share', ratio('fund_amt', 'total_amt'), 'share paid by the fund', '基金支付占比'),
    flag('inpatient', `visit_type = 'inpatient'`, 'an inpatient stay', '住院'),
    flag('pharmacy', `visit_type = 'pharmacy'`, 'a pharmacy purchase', '药店购药'),
    flag('chronic', `visit_type = 'chronic'`, 'outpatient care of a registered chronic disease', '门诊慢特病'),
    logDays('stay', 365, 'los_days', 'days from admission to discharge', '住院天数'),
    logYuan('per_day', ratio('total_amt', stayDays), 'total fee a day', '日均费用'),
    flag('night', 'hour < 6 OR hour >= 22', 'settled between 22 and 6 o’clock', '夜间结算（22至6时）'),
    flag('off_hours', 'hour < 8 OR hour >= 18', 'settled before 8 or after 18 o’clock', '非工作时间结算'),
    flag('weekend', 'isodow(day) >= 6', 'settled on a weekend', '周末结算'),
    flag('round_amount', 'total_amt > 0 AND total_amt % 1000 = 0', 'total fee a multiple of ten yuan', '费用为十元整数倍'),
    flag('card', `cert_type = '03'`, 'by social security card', '凭社保卡结算'),
    flag('ecode', `cert_type = '01'`, 'by electronic code', '凭医保电子凭证结算'),
    flag('id_verified', 'id_verified', 'presence checked', '已核验身份'),
    flag('cross_region', 'insu_region <> care_region', 'insured in another region', '异地就医'),
    logCount('diagnoses', 40, 'diagnoses', 'diagnoses', '诊断数'),
    logCount('procedures', 20, 'procedures', 'procedures', '手术操作数'),
    // its fee lines
    logCount('lines', 2000, 'lines', 'fee lines', '费用明细数'),
    share('distinct_items', ratio('items', 'lines'), 'distinct items of all lines', '不同项目占比'),
    share('drug_share', ofGross('drug_amt'), 'drugs in the fee', '药品费占比'),
    share('exam_share', ofGross('exam_amt'), 'examinations in the fee', '检查费占比'),
    share('lab_share', ofGross('lab_amt'), 'laboratory in the fee', '检验费占比'),
    share('therapy_share', ofGross('therapy_amt'), 'therapy in the fee', '治疗费占比'),
    share('bed_share', ofGross('bed_amt'), 'bed in the fee', '床位费占比'),
    share('material_share', ofGross('material_amt'), 'materials in the fee', '耗材费占比'),
    share('dearest_share', ratio('greatest(dearest, 0)', 'gross'), 'the dearest line in the fee', '最高单项占比'),
    share('refund_share', ratio('refunds', 'lines'), 'refunds of all lines', '退费明细占比'),
    logCount('repeated_lines', 200, 'repeated_lines', 'lines that repeat item, time and amount', '重复收费明细数'),
    share(
      'unserved_days',
      `CASE WHEN visit_type = 'inpatient' AND lines > 0 THEN greatest(0, ${stayDays} - served_days)::DOUBLE / (${stayDays})::DOUBLE ELSE 0 END`,
      'days of a stay without any service',
      '无诊疗服务的住院日占比',
    ),
    logDays('days_supply', 365, 'days_supply', 'longest supply of a drug', '最长用药天数'),
    // the person
    plain('age', 'years', [0, 110], 'year(settle_ts) - birth_year', 'age', '年龄'),
    flag('female', `CASE sex WHEN 'unknown' THEN NULL ELSE sex = 'female' END`, 'female', '女性'),
    flag('special_disease', 'coalesce(special_disease_from <= settle_ts, false)', 'registered for a special disease', '已备案慢特病'),
    flag('after_death', 'coalesce(death_ts < coalesce(admit_ts, settle_ts), false)', 'begun after the person’s death', '死亡后就医'),
    // the person's history at this hospital
    logCount('visits_today', 30, 'earlier_today', 'earlier settlements on that day', '当日此前结算次数'),
    logCount('visits_7d', 60, 'earlier_7d', 'earlier settlements in 7 days', '近7日结算次数'),
    logCount('visits_30d', 120, 'earlier_30d', 'earlier settlements in 30 days', '近30日结算次数'),
    logYuan('fund_30d', 'fund_30d', 'paid by the fund in 30 days, with this', '近30日基金支付'),
    logDays(
      'gap',
      LONGEST_GAP_DAYS,
      `coalesce(least(${LONGEST_GAP_DAYS}, date_diff('second', last_settle, settle_ts)::DOUBLE / 86400), ${LONGEST_GAP_DAYS})`,
      `days since the last settlement, ${LONGEST_GAP_DAYS} where there is none`,
      '距上次结算天数',
    ),
    flag(
      'readmitted_15d',
      `coalesce(visit_type = 'inpatient' AND date_diff('day', last_discharge::DATE, admit_ts::DATE) BETWEEN 0 AND 15, false)`,
      'admitted within 15 days of a discharge',
      '出院15日内再入院',
    ),
    flag(
      'overlapping_stay',
      `coalesce(visit_type = 'inpatient' AND admit_ts::DATE < last_discharge::DATE, false)`,
      'admitted before an earlier stay had ended',
      '住院时间重叠',
    ),
    logCount('visits_in_stay', 60, 'visits_in_stay', 'other settlements on days inside the stay', '住院期间其他结算次数'),
    logRatio('supply_90d', 20, `supply_90d::DOUBLE / 90`, 'days of supply over 90 calendar days', '近90日用药天数与日历天数之比'),
    flag('cert_changed', 'cert_type <> last_cert', 'another certificate than last time', '凭证类型变化'),
    logCount('same_amount_30d', 60, 'same_amount_30d', 'earlier settlements of the same amount in 30 days', '近30日同额结算次数'),
    logCount(
      'same_diagnosis_30d',
      60,
      known('main_code', 'same_diagnosis_30d'),
      'earlier settlements of the same main diagnosis in 30 days',
      '近30日同诊断结算次数',
    ),
    // the hospital around it
    logCount('same_amount_today', 500, 'same_amount_today', 'earlier settlements of the same amount on that day, any person', '当日全院同额结算次数'),
    logCount('doctor_10min', 60, known('physician_id', 'doctor_10min'), 'settlements of the same physician in the 10 minutes before', '同医师近10分钟结算次数'),
    logCount('doctor_today', 500, known('physician_id', 'doctor_today'), 'earlier settlements of the physician on that day', '同医师当日结算次数'),
    share(
      'template_share',
      `CASE WHEN physician_id IS NULL OR template IS NULL THEN 0 ELSE template_30d::DOUBLE / doctor_30d::DOUBLE END`,
      'of the physician’s settlements in 30 days, those with the same set of items',
      '同医师近30日同一项目组合占比',
    ),
    logCount(
      'terminal_10min',
      60,
      known('terminal_id', 'terminal_10min'),
      'settlements at the same terminal in the 10 minutes before',
      '同终端近10分钟结算次数',
    ),
    logCount(
      'same_stay',
      200,
      `CASE WHEN visit_type = 'inpatient' THEN same_stay ELSE 0 END`,
      'stays with the same days of admission and discharge settled so far',
      '同日入院同日出院人次',
    ),
    logRatio('peer_fee', 50, ratio('total_amt * peers', 'peer_amt', '1'), 'fee over the mean of earlier settlements of the group', '费用与同病组均值之比'),
    logRatio('peer_stay', 20, ratio('los_days * peers', 'peer_los', '1'), 'days over the mean of earlier stays of the group', '住院日与同病组均值之比'),
  ],
}
