// What can be billed: a small catalogue in the shape of the national codes (X western drug, Z Chinese patent medicine, C material, 00 service).
// Codes and prices are made up; only their form and order of magnitude are those of public price lists.

export const ITEM_KINDS = ['drug', 'exam', 'lab', 'therapy', 'bed', 'material', 'other'] as const
export type ItemKind = (typeof ITEM_KINDS)[number]

export interface Item {
  readonly code: string
  readonly zh: string
  readonly en: string
  readonly kind: ItemKind
  readonly priceFen: number
  /** The part of medicine that orders it. */
  readonly field: string
}

const prefix: Readonly<Record<ItemKind, string>> = { drug: 'X', exam: '0021', lab: '0025', therapy: '0034', bed: '0011', material: 'C', other: '0012' }

/** `zh/en/yuan` entries, one item each, numbered in order. */
function items(kind: ItemKind, field: string, first: number, entries: string): Item[] {
  return entries.split(';').map((entry, i) => {
    const [zh = '', en = '', yuan = ''] = entry.trim().split('/')
    return { code: `${prefix[kind]}${String(first + i).padStart(6, '0')}0010`, zh, en, kind, field, priceFen: Math.round(Number(yuan) * 100) }
  })
}

export const ITEMS: readonly Item[] = [
  ...items(
    'drug',
    'respiratory',
    1000,
    '阿莫西林胶囊/amoxicillin/16; 头孢呋辛酯/cefuroxime/32; 连花清瘟/lianhua qingwen/22; 布洛芬/ibuprofen/12; 氨溴索/ambroxol/18; 左氧氟沙星/levofloxacin/38; 沙美特罗替卡松/salmeterol-fluticasone/155; 注射用哌拉西林/piperacillin/62',
  ),
  ...items(
    'drug',
    'digestive',
    1100,
    '奥美拉唑/omeprazole/21; 雷贝拉唑/rabeprazole/46; 莫沙必利/mosapride/27; 铝碳酸镁/hydrotalcite/24; 双歧杆菌/bifidobacterium/33',
  ),
  ...items(
    'drug',
    'cardiac',
    1200,
    '氨氯地平/amlodipine/19; 缬沙坦/valsartan/31; 美托洛尔/metoprolol/17; 阿托伐他汀/atorvastatin/35; 阿司匹林/aspirin/13; 氯吡格雷/clopidogrel/48; 沙库巴曲缬沙坦/sacubitril-valsartan/69',
  ),
  ...items(
    'drug',
    'diabetes',
    1300,
    '二甲双胍/metformin/15; 格列美脲/glimepiride/26; 阿卡波糖/acarbose/29; 甘精胰岛素/insulin glargine/78; 达格列净/dapagliflozin/42; 司美格鲁肽/semaglutide/429',
  ),
  ...items('drug', 'neurology', 1400, '丁苯酞/butylphthalide/142; 银杏叶/ginkgo/34; 甲钴胺/mecobalamin/28; 加巴喷丁/gabapentin/41; 依达拉奉/edaravone/88'),
  ...items(
    'drug',
    'tcm',
    1500,
    '复方丹参滴丸/danshen/29; 中药饮片/herbal pieces/55; 腰痛宁/yaotongning/38; 独活寄生/duhuo jisheng/36; 麝香保心丸/shexiang baoxin/31; 安宫牛黄丸/angong niuhuang/560',
  ),
  ...items(
    'drug',
    'oncology',
    1600,
    '紫杉醇/paclitaxel/780; 卡培他滨/capecitabine/310; 奥沙利铂/oxaliplatin/460; 昂丹司琼/ondansetron/64; 粒细胞刺激因子/filgrastim/135',
  ),
  ...items('drug', 'renal', 1700, '促红素/epoetin/66; 碳酸司维拉姆/sevelamer/118; 骨化三醇/calcitriol/45'),
  ...items('drug', 'urology', 1800, '非那雄胺/finasteride/44; 坦索罗辛/tamsulosin/39'),
  ...items('drug', 'gynaecology', 1900, '地屈孕酮/dydrogesterone/58; 妇科千金片/fuke qianjin/26'),
  ...items('exam', 'imaging', 100, '胸部CT/chest CT/230; 腹部CT/abdominal CT/260; 头颅MRI/brain MRI/480; 关节MRI/joint MRI/430; 胸片/chest X-ray/68'),
  ...items(
    'exam',
    'ultrasound',
    200,
    '腹部彩超/abdominal ultrasound/110; 心脏彩超/echocardiogram/180; 颈动脉彩超/carotid ultrasound/135; 甲状腺彩超/thyroid ultrasound/96; 乳腺彩超/breast ultrasound/98',
  ),
  ...items(
    'exam',
    'function',
    300,
    '心电图/ECG/22; 动态心电图/Holter/165; 肺功能/spirometry/125; 骨密度/bone density/105; 胃镜/gastroscopy/320; 肠镜/colonoscopy/410',
  ),
  ...items('exam', 'gynaecology', 400, '妇科彩超/gynaecological ultrasound/118; 宫腔镜检查/hysteroscopy/520'),
  ...items('exam', 'urology', 450, '前列腺彩超/prostate ultrasound/104; 输尿管镜检查/ureteroscopy/640'),
  ...items(
    'lab',
    'basic',
    100,
    '血常规/blood count/18; 尿常规/urinalysis/12; 肝功能/liver panel/55; 肾功能/renal panel/42; 血脂/lipids/46; 血糖/glucose/9; 糖化血红蛋白/HbA1c/58; 凝血四项/coagulation/64',
  ),
  ...items(
    'lab',
    'special',
    200,
    '甲功五项/thyroid panel/132; 肿瘤标志物/tumour markers/240; 心肌酶/cardiac enzymes/88; 降钙素原/procalcitonin/145; 感染八项/infection screen/160; 病理诊断/pathology/190',
  ),
  ...items('therapy', 'nursing', 100, '静脉输液/infusion/14; 氧气吸入/oxygen/12; 雾化吸入/nebulisation/19; 心电监护/cardiac monitoring/38; 换药/dressing/26'),
  ...items(
    'therapy',
    'rehab',
    200,
    '运动疗法/exercise therapy/48; 作业疗法/occupational therapy/46; 偏瘫肢体训练/hemiplegia training/56; 言语训练/speech training/52; 中频脉冲/medium frequency/24; 关节松动/joint mobilisation/58; 吞咽训练/swallowing training/44',
  ),
  ...items('therapy', 'tcm', 300, '普通针刺/acupuncture/32; 推拿/tuina/54; 艾灸/moxibustion/36; 拔罐/cupping/25; 中药熏蒸/herbal fumigation/48'),
  ...items(
    'therapy',
    'surgery',
    400,
    '腹腔镜手术/laparoscopy/2600; 骨折内固定/fracture fixation/3400; 白内障手术/cataract surgery/2100; 内镜下息肉切除/endoscopic polypectomy/1250; 麻醉/anaesthesia/680',
  ),
  ...items('therapy', 'renal', 500, '血液透析/haemodialysis/380; 血液滤过/haemofiltration/560'),
  ...items('bed', 'ward', 100, '普通床位/ward bed/42; 双人间床位/two-bed room/68; 监护床位/ICU bed/160'),
  ...items(
    'material',
    'general',
    1000,
    '留置针/cannula/28; 输液器/infusion set/6; 敷料/dressing pack/35; 透析器/dialyser/165; 骨科植入物/bone implant/4200; 人工晶体/intraocular lens/1300; 吻合器/stapler/2300; 圈套器/snare/380',
  ),
  ...items(
    'other',
    'care',
    100,
    '二级护理/nursing level 2/24; 一级护理/nursing level 1/38; 诊察费/consultation/12; 住院诊查费/ward round/18; 病房膳食管理/meal service/16; 中药煎药/decoction/10',
  ),
]

/** Items of one kind (and field), in the order of the catalogue. @param field every field where absent */
export const itemsOf = (kind: ItemKind, ...fields: readonly string[]): readonly Item[] =>
  ITEMS.filter((item) => item.kind === kind && (fields.length === 0 || fields.includes(item.field)))

const byName = new Map(ITEMS.map((item) => [item.en, item]))
export function item(en: string): Item {
  const found = byName.get(en)
  if (!found) throw new RangeError(`no item ${en}`)
  return found
}

export interface Disease {
  /** ICD-10, national edition. */
  readonly code: string
  readonly zh: string
  readonly field: string
  /** Department that treats it. */
  readonly dept: string
  /** DRG without its severity digit. */
  readonly group: string
}
const disease = (code: string, zh: string, field: string, dept: string, group: string): Disease => ({ code, zh, field, dept, group })

export const DISEASES = {
  cold: disease('J06.900', '急性上呼吸道感染', 'respiratory', 'medicine', 'ES3'),
  bronchitis: disease('J20.900', '急性支气管炎', 'respiratory', 'medicine', 'ES3'),
  pneumonia: disease('J18.900', '肺炎', 'respiratory', 'medicine', 'ES2'),
  copd: disease('J44.900', '慢性阻塞性肺病', 'respiratory', 'medicine', 'EV1'),
  gastritis: disease('K29.500', '慢性胃炎', 'digestive', 'medicine', 'GU1'),
  polyp: disease('K63.500', '结肠息肉', 'digestive', 'medicine', 'GK3'),
  hypertension: disease('I10.x00', '高血压', 'cardiac', 'medicine', 'FV2'),
  coronary: disease('I25.100', '冠心病', 'cardiac', 'medicine', 'FR2'),
  diabetes: disease('E11.900', '2型糖尿病', 'diabetes', 'medicine', 'KS1'),
  infarct: disease('I63.900', '脑梗死', 'neurology', 'neurology', 'BR2'),
  strokeSequelae: disease('I69.300', '脑梗死后遗症', 'neurology', 'rehab', 'BY1'),
  dizziness: disease('R42.x00', '头晕', 'neurology', 'medicine', 'BX2'),
  lumbago: disease('M54.500', '腰痛', 'tcm', 'tcm', 'IU2'),
  cervical: disease('M47.800', '颈椎病', 'tcm', 'tcm', 'IU3'),
  fracture: disease('S82.600', '踝部骨折', 'neurology', 'surgery', 'IF3'),
  gallstone: disease('K80.200', '胆囊结石', 'digestive', 'surgery', 'HC3'),
  cataract: disease('H25.900', '老年性白内障', 'neurology', 'surgery', 'CB3'),
  renalFailure: disease('N18.500', '慢性肾脏病5期', 'renal', 'dialysis', 'LL1'),
  chemotherapy: disease('Z51.100', '肿瘤化学治疗', 'oncology', 'oncology', 'RE1'),
  prostate: disease('N40.x00', '前列腺增生', 'urology', 'surgery', 'MJ1'),
  uterine: disease('D25.900', '子宫平滑肌瘤', 'gynaecology', 'surgery', 'NF1'),
  checkup: disease('Z00.000', '一般性医学检查', 'cardiac', 'medicine', 'ZZ1'),
} as const satisfies Record<string, Disease>
