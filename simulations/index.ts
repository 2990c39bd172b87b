// simulations/: synthetic claims with known truth, virtual hospitals, baselines, the demo's launcher (which alone holds the truth) and its report.
// runDemo is `consilium demo`; simulateDataCommand is `consilium simulate data`; startFederation runs daemons' own code in one process.
// May import everything; nothing that runs at a hospital or at the regulator imports it.
export { type Baselines, computeBaselines } from './baselines.ts'
export { type CmsHospital, cmsHospitals } from './cms.ts'
export { type DemoOptions, runDemo } from './demo/launcher.ts'
export { type Federation, type FederationOptions, startFederation, type VirtualHospital } from './federation.ts'
export { type RegionOptions, type SimulatedRegion, simulateRegion, writeHospitals } from './region/index.ts'
export { type ReportInput, renderReport } from './report/index.ts'
export { simulateDataCommand } from './simulate-data.ts'
