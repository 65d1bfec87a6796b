export { request, type RequestOptions, type Sent } from './request.js';
export type { Answer, Behaviour, SeenRequest } from './suite/behaviour.js';
export { describeApplication, type SuiteOptions, type TestFunctions } from './suite/describe-application.js';
export type { ApplicationFactory, Face } from './suite/bench.js';
