export {
  type DescribedApplication,
  type DescribedMount,
  describeApplication,
} from './described-application.js';
export { type ExplainedRequest, explainRequest } from './explain-request.js';
export type {
  DispatchStep,
  Explanation,
  HandedOverVerdict,
  RefusedVerdict,
  SeenRequest,
  Verdict,
} from './explanation.js';
