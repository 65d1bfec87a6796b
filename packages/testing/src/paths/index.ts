export { benignCases, hostCases, type PathCase, pathCorpus, targetCases, type Verdict } from './corpus.js';
export { type Address, bytesOf, type RawAnswer, sendRaw } from './raw-request.js';
export { PASS, RAN, SEEN } from './protocol.js';
export {
  type PathCorpusOptions,
  type PathReport,
  type PathResult,
  runPathCorpus,
} from './run-path-corpus.js';
