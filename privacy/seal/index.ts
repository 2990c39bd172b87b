// SEAL behind one door: ring arithmetic on plain numbers for the parameters of this protocol.
// Everything that touches node-seal is in this folder, and none of its objects leave it.
// What is received from others is parsed to residues in privacy/wire.ts before it comes here.
// May import: core, privacy/parameters, privacy/coefficients, privacy/wire.
// Imported by privacy/cipher/bgv.ts alone.
export { liveHandles } from './handles.ts'
export { type Keyed, openRing, type Ring } from './ring.ts'
